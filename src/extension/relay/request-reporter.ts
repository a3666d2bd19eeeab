/** Takes the relay's reports into the list, saves it now and then, and tells the other windows. */
import type { RequestReport } from '../../relay/options.ts';
import type { RequestLog } from './request-log.ts';
import type { WindowSignals } from './window-signals.ts';

const SAVE_AFTER_MS = 300;

export class RequestReporter {
  readonly #log: RequestLog;
  readonly #signals: WindowSignals;
  #timer: NodeJS.Timeout | undefined;

  constructor(log: RequestLog, signals: WindowSignals) {
    this.#log = log;
    this.#signals = signals;
  }

  put(report: RequestReport): void {
    this.#log.put(report);
    this.#timer ??= setTimeout(() => this.flush(), SAVE_AFTER_MS);
  }

  flush(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#log.save();
    this.#signals.send('requests');
  }
}
