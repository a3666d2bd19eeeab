/**
 * A file in the extension's global storage that says that a caretaker holds the port: a new window finds the port taken
 * by "ours", and must ask for it instead of attaching. It contains no secrets.
 */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../../node-errors.ts';

/**
 * Two caretakers may step in at the same moment, if the last windows close one shortly after the other: whoever does
 * not get the port must not remove the note of the one that does.
 */
export class PortNote {
  readonly #file: string;
  /** The text of a note that is this caretaker's. */
  readonly #id = randomUUID();

  /** @param storage the extension's global storage */
  constructor(storage: string) {
    this.#file = join(storage, 'caretaker');
  }

  get isThere(): boolean {
    return existsSync(this.#file);
  }

  /** To be called before taking the port, so that nobody finds a taken port without a note. */
  async write(): Promise<void> {
    try {
      await writeFile(this.#file, this.#id, { flag: 'wx' });
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
    }
  }

  /** To be called when the port is taken: whatever note is there is now this caretaker's. */
  async claim(): Promise<void> {
    await writeFile(this.#file, this.#id);
  }

  /** To be called when the port is free again, or was not to be had; leaves the note of another caretaker. */
  async remove(): Promise<void> {
    // A note that is gone, or that cannot be read, is not known to be this caretaker's.
    const id = await readFile(this.#file, 'utf8').catch(() => undefined);
    if (id === this.#id) await rm(this.#file, { force: true });
  }

  /**
   * To be called by a window that has the port: a caretaker that was killed leaves its note behind, and every other
   * window would go on asking for the port.
   */
  async clear(): Promise<void> {
    await rm(this.#file, { force: true });
  }
}
