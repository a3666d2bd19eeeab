/**
 * Which target each of Codex's threads is bound to, in a file in the extension's global storage, so that after a
 * restart, and in the next window that serves, a thread continues where its prompt cache is. It holds ids, no content.
 */
import { readFile } from 'node:fs/promises';
import type { Logger } from '../../logger.ts';
import { codeOf } from '../../node-errors.ts';
import { writeAtomic } from '../../write-atomic.ts';
import { LateSave } from '../relay/late-save.ts';

export class BindingsFile {
  readonly #path: string;
  readonly #logger: Logger;
  readonly #saved: LateSave;
  #text = '';

  constructor(path: string, logger: Logger) {
    this.#path = path;
    this.#logger = logger;
    const save = () => writeAtomic({ path, text: this.#text, mode: 0o600 });
    this.#saved = new LateSave('The targets of threads', save, logger);
  }

  /** What was saved last; empty if nothing was or it cannot be read. Never rejects. */
  async read(): Promise<string> {
    try {
      return await readFile(this.#path, 'utf8');
    } catch (error) {
      if (codeOf(error) !== 'ENOENT')
        this.#logger.warn(
          `${this.#path} cannot be read (${codeOf(error)}): threads find their targets anew.`,
        );
      return '';
    }
  }

  /** Replaces the text; the file is written shortly after. */
  put(text: string): void {
    this.#text = text;
    this.#saved.ask();
  }

  /** Saves now whatever waits to be saved. Never rejects. */
  flush(): Promise<void> {
    return this.#saved.flush();
  }
}
