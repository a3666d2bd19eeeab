/** A log file for a process without a window. It starts empty each time and stops at a maximum length. */
import { createWriteStream, type WriteStream } from 'node:fs';
import { asOneEntry, type Logger } from '../../logger.ts';

const LARGEST_BYTES = 2_000_000;

export class FileLog implements Logger {
  #file: WriteStream | undefined;

  /** Messages before this call are lost, but nothing happens before it. */
  open(path: string): void {
    this.#file = createWriteStream(path, { flags: 'w', mode: 0o600 });
    // There is nowhere to report it, and the work goes on without a log.
    this.#file.on('error', () => {
      this.#file = undefined;
    });
  }

  /** Details such as names of tools are for a log that somebody is following. */
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
