/**
 * A file in the extension's global storage that says that a caretaker holds the port: a new window finds the port taken
 * by "ours", and must ask for it instead of attaching. It contains no secrets.
 */
import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export class PortNote {
  readonly #file: string;

  /** @param storage the extension's global storage */
  constructor(storage: string) {
    this.#file = join(storage, 'caretaker');
  }

  get isThere(): boolean {
    return existsSync(this.#file);
  }

  /** To be called before taking the port, so that nobody finds a taken port without a note. */
  async write(): Promise<void> {
    await writeFile(this.#file, '');
  }

  /** To be called when the port is free again. */
  async remove(): Promise<void> {
    await rm(this.#file, { force: true });
  }
}
