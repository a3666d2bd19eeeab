/** What today's requests cost, over all windows; looked up shortly after requests end. */
import { EventEmitter } from 'node:events';
import { messageOf } from '../../errors.ts';
import type { Logger } from '../../logger.ts';
import type { SavingSum } from '../../usage/overview.ts';
import type { RelayLauncher } from './launcher.ts';

/** Leaves time for the ledger to be written. */
const LOOK_AFTER_MS = 1000;
/** Used if another window serves, because each lookup then starts a thread. */
const LOOK_RARELY_MS = 15_000;

/** Emits `change` when the sum changes. */
export class Today extends EventEmitter<{ change: [] }> {
  readonly #launcher: Pick<RelayLauncher, 'usage' | 'isServing'>;
  readonly #logger: Pick<Logger, 'error'>;
  #sum: SavingSum | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(launcher: Pick<RelayLauncher, 'usage' | 'isServing'>, logger: Pick<Logger, 'error'>) {
    super();
    this.#launcher = launcher;
    this.#logger = logger;
  }

  /** Undefined until it has been looked up. */
  get sum(): SavingSum | undefined {
    return this.#sum;
  }

  /** To be called when something changed or a day may have ended. */
  ask(): void {
    this.#timer ??= setTimeout(
      () => void this.#look(),
      this.#launcher.isServing ? LOOK_AFTER_MS : LOOK_RARELY_MS,
    );
  }

  dispose(): void {
    clearTimeout(this.#timer);
  }

  async #look(): Promise<void> {
    this.#timer = undefined;
    try {
      const sum = (await this.#launcher.usage(1)).spans.get(1);
      const isNew = JSON.stringify(sum) !== JSON.stringify(this.#sum);
      this.#sum = sum;
      if (isNew) this.emit('change');
    } catch (error) {
      this.#logger.error(`What today cost is not known: ${messageOf(error)}`);
    }
  }
}
