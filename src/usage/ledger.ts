/**
 * The ledger of requests. Records are appended in batches, so that no request waits: what is put while a batch is
 * written goes into the next one. Several relays can share a folder, because each writes its own file.
 */
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../errors.ts';
import { type Logger, SILENT_LOGGER } from '../logger.ts';
import { headLine, newFileName, trimLedger } from './ledger-files.ts';
import { PRICES_NAME } from './prices-name.ts';
import { encodeRecord, type UsageRecord } from './record.ts';

const MEBIBYTE = 1024 * 1024;
/** How many records may wait while the disk fails; beyond that, the oldest are dropped. */
const MOST_WAITING = 10_000;

export interface LedgerOptions {
  /** Created with the first record. */
  folder: string;
  /** Default: silent. */
  logger?: Logger;
  /** Limit of all files together; the oldest is removed first. Default 64 MiB. */
  maxBytes?: number;
  /** After this size a new file is begun. Default a sixteenth of `maxBytes`. */
  maxFileBytes?: number;
}

export interface Ledger {
  /** Takes a record; it is on disk when `flush()` resolves. Never throws. */
  put(record: UsageRecord): void;
  /** Resolves when everything put is on disk, or could not be written, which the log says. */
  flush(): Promise<void>;
  /** Whether a file of the folder is this ledger's own. */
  owns(name: string): boolean;
}

export function openLedger(options: LedgerOptions): Ledger {
  return new FileLedger(options);
}

class FileLedger implements Ledger {
  readonly #folder: string;
  readonly #logger: Logger;
  readonly #maxBytes: number;
  readonly #maxFileBytes: number;
  readonly #own = new Set<string>();
  #file: string | undefined;
  #waiting: string[] = [];
  #writing: Promise<void> | undefined;
  #isFailing = false;

  constructor({ folder, logger = SILENT_LOGGER, maxBytes = 64 * MEBIBYTE, maxFileBytes }: LedgerOptions) {
    this.#folder = folder;
    this.#logger = logger;
    this.#maxBytes = maxBytes;
    this.#maxFileBytes = maxFileBytes ?? maxBytes / 16;
  }

  put(record: UsageRecord): void {
    this.#waiting.push(encodeRecord(record));
    if (this.#waiting.length > MOST_WAITING) this.#waiting.shift();
    this.#writing ??= this.#writeAll();
  }

  async flush(): Promise<void> {
    if (this.#waiting.length > 0) this.#writing ??= this.#writeAll();
    await this.#writing;
  }

  owns(name: string): boolean {
    return this.#own.has(name);
  }

  async #writeAll(): Promise<void> {
    try {
      // What is put in the same moment goes into one batch.
      await Promise.resolve();
      while (this.#waiting.length > 0) await this.#writeBatch();
      this.#isFailing = false;
    } catch (error) {
      // The records stay and are written with the next batch; only one warning is logged.
      if (!this.#isFailing) this.#logger.warn(`Usage could not be recorded: ${messageOf(error)}`);
      this.#isFailing = true;
    } finally {
      this.#writing = undefined;
    }
  }

  async #writeBatch(): Promise<void> {
    const isNew = this.#file === undefined;
    const name = this.#file ?? newFileName(Date.now());
    if (isNew) await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    this.#file = name;
    this.#own.add(name);
    const lines = this.#waiting;
    this.#waiting = [];
    try {
      const bytes = await append(join(this.#folder, name), lines.join(''));
      if (bytes > this.#maxFileBytes) this.#file = undefined;
    } catch (error) {
      this.#waiting = [...lines, ...this.#waiting].slice(-MOST_WAITING);
      throw error;
    }
    if (isNew) await this.#trim(name);
  }

  /** What goes wrong here loses no record, so it is no reason to say so. */
  async #trim(kept: string): Promise<void> {
    // Leaves room for that file to grow to its own limit.
    const maxBytes = this.#maxBytes - this.#maxFileBytes;
    const problems = await trimLedger(this.#folder, maxBytes, kept).catch((error: unknown) => [
      messageOf(error),
    ]);
    if (problems.length > 0)
      this.#logger.warn(`The usage ledger may grow beyond its limit: ${problems.join('; ')}`);
  }
}

/**
 * Appends all of the text or none of it.
 * @returns the size of the file
 */
async function append(path: string, text: string): Promise<number> {
  // Opened by name each time, because another relay may have removed it as the oldest.
  const file = await open(path, 'a+', 0o600);
  try {
    const { size } = await file.stat();
    const bytes = Buffer.from((await beforeText(file, size)) + text);
    try {
      await file.appendFile(bytes);
      await file.datasync();
    } catch (error) {
      // A full disk may have taken part of the text, which would then count twice.
      await file.truncate(size);
      throw error;
    }
    return size + bytes.length;
  } finally {
    await file.close();
  }
}

/**
 * A new file begins with the head line. A partial line that could not be removed is terminated, so that the next record
 * does not join it.
 */
async function beforeText(file: FileHandle, size: number): Promise<string> {
  if (size === 0) return headLine(PRICES_NAME);
  const last = Buffer.alloc(1);
  await file.read(last, 0, 1, size - 1);
  return last.toString() === '\n' ? '' : '\n';
}
