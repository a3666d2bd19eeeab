/** Saves shortly after a change, once for many changes, so that no request waits for the disk. */
import { messageOf } from '../../errors.ts';
import type { Logger } from '../../logger.ts';

const SAVE_AFTER_MS = 300;

export class LateSave {
  readonly #what: string;
  readonly #save: () => Promise<void>;
  readonly #logger: Logger;
  #timer: NodeJS.Timeout | undefined;
  /** Saves never overtake each other. */
  #saving: Promise<void> = Promise.resolve();

  /** @param what the log calls it, e.g. `The list of requests` */
  constructor(what: string, save: () => Promise<void>, logger: Logger) {
    this.#what = what;
    this.#save = save;
    this.#logger = logger;
  }

  /** To be called when something changed. */
  ask(): void {
    this.#timer ??= setTimeout(() => void this.flush(), SAVE_AFTER_MS);
  }

  /** Saves now whatever waits to be saved. Never rejects: what cannot be saved is only a line in the log. */
  flush(): Promise<void> {
    if (this.#timer !== undefined) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
      this.#saving = this.#saving.then(() => this.#saveNow());
    }
    return this.#saving;
  }

  async #saveNow(): Promise<void> {
    try {
      await this.#save();
    } catch (error) {
      this.#logger.warn(`${this.#what} could not be saved: ${messageOf(error)}`);
    }
  }
}
