/** Records as files: complete or absent, private, and written in the order of calls. */

import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import { chmod, mkdir, readdir, readFile, rename, rm, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { messageOf } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { codeOf } from '../node-errors.ts';
import { syncFolder, writeAtomic } from '../write-atomic.ts';
import type { FoundRecord, RecordStorage } from './record-storage.ts';
import { FOLDERS, FORMAT, isOurs, isWhole, keyOf, readHeader, readHeaderOf } from './records.ts';

/** The folder for half-written files: out of the way but not lost. */
const DAMAGED = 'damaged';
const PRIVATE_FILE = 0o600;
const PRIVATE_FOLDER = 0o700;
/** One disk block, which holds nearly every header and many whole records. */
const HEAD_BYTES = 4096;
const END_BYTES = 3;
const FILES_AT_ONCE = 16;

export class RecordFiles implements RecordStorage {
  readonly indent = 2;
  readonly #directory: string;
  readonly #logger: Logger;
  readonly #onClose: () => Promise<void>;
  /** Keys of files that we must not change. */
  readonly #foreign = new Set<string>();
  /** The pending write or removal of each key. */
  readonly #changes = new Map<string, Promise<void>>();
  readonly #touches = new Set<Promise<void>>();

  constructor(directory: string, logger: Logger, onClose: () => Promise<void>) {
    this.#directory = directory;
    this.#logger = logger;
    this.#onClose = onClose;
  }

  /** Creates missing folders, and finds the records in them. */
  async scan(): Promise<FoundRecord[]> {
    const found: FoundRecord[] = [];
    for (const folder of FOLDERS) {
      const path = join(this.#directory, folder);
      await mkdir(path, { recursive: true });
      await chmod(path, PRIVATE_FOLDER);
      const entries = await readdir(path, { withFileTypes: true });
      const names = entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
      for (let from = 0; from < names.length; from += FILES_AT_ONCE) {
        const batch = names.slice(from, from + FILES_AT_ONCE);
        const records = await Promise.all(batch.map((name) => this.#examine(`${folder}/${name}`)));
        for (const record of records) if (record !== undefined) found.push(record);
      }
      this.#mentionForeign(folder);
    }
    return found;
  }

  async read(key: string): Promise<string | undefined> {
    try {
      return await readFile(this.#path(key), 'utf8');
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw error;
    }
  }

  write(key: string, text: string, usedAt: number): Promise<void> {
    if (this.#foreign.has(key)) throw new Error(`${key} is there already and not a record of this version`);
    return this.#inOrder(key, () => this.#writeWhole(this.#path(key), text, usedAt));
  }

  touch(key: string, usedAt: number): void {
    const seconds = usedAt / 1000;
    const touch = utimes(this.#path(key), seconds, seconds).catch((error: unknown) => {
      // It is gone or not ours to change. Only its position in the order after a restart suffers.
      if (codeOf(error) !== 'ENOENT') this.#logger.debug(`history: ${key} not touched: ${messageOf(error)}`);
    });
    this.#touches.add(touch);
    touch.finally(() => this.#touches.delete(touch));
  }

  async remove(keys: readonly string[]): Promise<void> {
    await Promise.all(
      keys.map((key) => this.#inOrder(key, () => rm(this.#path(key), { force: true, maxRetries: 3 }))),
    );
    for (const folder of new Set(keys.map((key) => dirname(this.#path(key))))) {
      await syncFolder(folder).catch(unlessGone);
    }
  }

  async clear(): Promise<void> {
    await rm(join(this.#directory, DAMAGED), { recursive: true, force: true });
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.#changes.values(), ...this.#touches]);
    await this.#onClose();
  }

  #path(key: string): string {
    return join(this.#directory, key);
  }

  async #inOrder(key: string, change: () => Promise<void>): Promise<void> {
    const earlier = this.#changes.get(key);
    // An earlier failure has been reported to its own caller.
    const changed = earlier === undefined ? change() : earlier.catch(() => undefined).then(change);
    this.#changes.set(key, changed);
    try {
      await changed;
    } finally {
      if (this.#changes.get(key) === changed) this.#changes.delete(key);
    }
  }

  async #writeWhole(path: string, text: string, mtime: number): Promise<void> {
    // Whoever removes a running relay's directory wants to get rid of the history, not to break the relay.
    await mkdir(dirname(path), { recursive: true, mode: PRIVATE_FOLDER });
    await writeAtomic({ path, text, mode: PRIVATE_FILE, mtime });
  }

  // ------------------------------------------------------------------------------------------ opening

  async #examine(key: string): Promise<FoundRecord | undefined> {
    try {
      if (key.endsWith('.tmp')) {
        await this.#setAside(key);
        return undefined;
      }
      return key.endsWith('.json') ? await this.#readHead(key) : undefined;
    } catch (error) {
      this.#logger.warn(`history: ${this.#path(key)} cannot be read: ${messageOf(error)}`);
      this.#foreign.add(key);
      return undefined;
    }
  }

  async #readHead(key: string): Promise<FoundRecord | undefined> {
    const { start, end, bytes, lastUsed } = await readEnds(this.#path(key));
    if (isOurs(start) && !isWhole(end)) {
      await this.#setAside(key);
      return undefined;
    }
    // A person, or jq, may have reformatted it. Other programs' files are not worth reading in full.
    const isMarked = start.includes(FORMAT);
    const header =
      readHeader(start) ?? (isMarked ? readHeaderOf(await readFile(this.#path(key), 'utf8')) : undefined);
    if (header !== undefined && keyOf(header) === key) return { header, bytes, lastUsed };
    this.#foreign.add(key);
    return undefined;
  }

  /**
   * Logs one line for all of them: the original relay's directory has the same name and may hold thousands of files.
   */
  #mentionForeign(folder: string): void {
    const keys = [...this.#foreign].filter((key) => key.startsWith(`${folder}/`));
    if (keys.length === 0) return;
    this.#logger.warn(
      `history: ${keys.length} files in ${this.#path(folder)} are not records of this version and stay as they are (${keys[0]}${keys.length > 1 ? ', ...' : ''})`,
    );
  }

  async #setAside(key: string): Promise<void> {
    const folder = join(this.#directory, DAMAGED);
    await mkdir(folder, { recursive: true, mode: PRIVATE_FOLDER });
    const target = join(folder, `${key.replace('/', '-')}.${randomUUID().slice(0, 8)}`);
    await rename(this.#path(key), target);
    this.#logger.warn(
      `history: ${this.#path(key)} was half written when the relay ended: moved to ${target}`,
    );
  }
}

/** If somebody removed the whole folder, its records are removed as well. */
function unlessGone(error: unknown): void {
  if (codeOf(error) !== 'ENOENT') throw error;
}

// The promise API takes twice as long, which matters with thousands of files.
const openFile = promisify(fs.open);
const statFile = promisify(fs.fstat);
const readFrom = promisify(fs.read);
const closeFile = promisify(fs.close);

/** The first and last characters, without reading anything in between. */
async function readEnds(path: string) {
  const file = await openFile(path, 'r');
  try {
    const { size, mtimeMs } = await statFile(file);
    const start = await readAt(file, 0, Math.min(HEAD_BYTES, size));
    const end = size > HEAD_BYTES ? await readAt(file, size - END_BYTES, END_BYTES) : start;
    return { start, end, bytes: size, lastUsed: Math.round(mtimeMs) };
  } finally {
    await closeFile(file);
  }
}

async function readAt(file: number, position: number, length: number): Promise<string> {
  const { buffer, bytesRead } = await readFrom(file, Buffer.allocUnsafe(length), 0, length, position);
  return buffer.toString('utf8', 0, bytesRead);
}
