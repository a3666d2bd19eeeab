/** Adds the relay's reports to the list, saves it shortly after, and tells the other windows. */
import type { Logger } from '../../logger.ts';
import type { RequestReport } from '../../relay/options.ts';
import { LateSave } from './late-save.ts';
import type { RequestLog } from './request-log.ts';
import type { WindowSignals } from './window-signals.ts';

export class RequestReporter {
  readonly #requests: RequestLog;
  readonly #saved: LateSave;

  constructor(requests: RequestLog, signals: Pick<WindowSignals, 'send'>, logger: Logger) {
    this.#requests = requests;
    const save = async () => {
      await requests.save();
      await signals.send('requests');
    };
    this.#saved = new LateSave('The list of requests', save, logger);
  }

  put(report: RequestReport): void {
    this.#requests.put(report);
    this.#saved.ask();
  }

  /** Saves now whatever waits to be saved. Never rejects. */
  flush(): Promise<void> {
    return this.#saved.flush();
  }
}
