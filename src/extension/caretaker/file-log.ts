/** A log in a file, for a process that no window shows. It begins anew each time, and ends when it is long enough. */
import { createWriteStream, type WriteStream } from 'node:fs';
import { asOneEntry, type Logger } from '../../logger.ts';

const LARGEST_BYTES = 2_000_000;

export class FileLog implements Logger {
  #file: WriteStream | undefined;

  /** What is logged before is lost: then nothing has happened yet. */
  open(path: string): void {
    this.#file = createWriteStream(path, { flags: 'w', mode: 0o600 });
    // There is nowhere to tell it, and the work goes on without a log.
    this.#file.on('error', () => {
      this.#file = undefined;
    });
  }

  /** Names of tools and the like are for a log that somebody follows. */
  debug(): void {}

  info(message: string): void {
    this.#write('info', message);
  }

  warn(message: string): void {
    this.#write('warn', message);
  }

  error(message: string): void {
    this.#write('error', message);
  }

  #write(level: string, message: string): void {
    if (this.#file === undefined || this.#file.bytesWritten > LARGEST_BYTES) return;
    this.#file.write(`${new Date().toISOString()} [${level}] ${asOneEntry(message)}\n`);
  }
}
