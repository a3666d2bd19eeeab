/** Adds the relay's reports to the list, saves it shortly after, and tells the other windows. */
import { messageOf } from '../../errors.ts';
import type { Logger } from '../../logger.ts';
import type { RequestReport } from '../../relay/options.ts';
import type { RequestLog } from './request-log.ts';
import type { WindowSignals } from './window-signals.ts';

const SAVE_AFTER_MS = 300;

export class RequestReporter {
  readonly #requests: RequestLog;
  readonly #signals: Pick<WindowSignals, 'send'>;
  readonly #logger: Logger;
  #timer: NodeJS.Timeout | undefined;

  constructor(requests: RequestLog, signals: Pick<WindowSignals, 'send'>, logger: Logger) {
    this.#requests = requests;
    this.#signals = signals;
    this.#logger = logger;
  }

  put(report: RequestReport): void {
    this.#requests.put(report);
    this.#timer ??= setTimeout(() => void this.flush(), SAVE_AFTER_MS);
  }

  /** Saves now whatever waits to be saved. Never rejects: a list that cannot be saved is only a line in the log. */
  async flush(): Promise<void> {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    try {
      await this.#requests.save();
      await this.#signals.send('requests');
    } catch (error) {
      this.#logger.warn(`The list of requests could not be saved: ${messageOf(error)}`);
    }
  }
}
