/** The usage of the last days, from the ledger that all windows share. */
import type { Logger } from '../../logger.ts';
import { dayOf } from '../../usage/calendar.ts';
import { LedgerReader } from '../../usage/ledger-reader.ts';
import { Overview, type OverviewData } from '../../usage/overview.ts';
import { readPrices } from './read-prices.ts';

export class UsageSource {
  readonly #folder: string;
  readonly #days: number;
  readonly #logger: Pick<Logger, 'error' | 'warn'>;
  #known: { day: string; reader: LedgerReader; overview: Overview } | undefined;
  #reading: Promise<OverviewData> | undefined;

  /** @param days how many, ending with today */
  constructor(folder: string, days: number, logger: Pick<Logger, 'error' | 'warn'>) {
    this.#folder = folder;
    this.#days = days;
    this.#logger = logger;
  }

  /**
   * Everything recorded so far, reading only what is new. Rejects if a file cannot be read.
   * @param isFresh whether to read everything anew, because prices may have changed
   */
  async read(isFresh: boolean): Promise<OverviewData> {
    if (isFresh) {
      await this.#reading;
      this.#known = undefined;
    }
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #read(): Promise<OverviewData> {
    const day = dayOf(Date.now());
    if (this.#known?.day !== day) {
      const overview = new Overview(await readPrices(this.#logger), Date.now(), this.#days);
      this.#known = { day, reader: new LedgerReader(this.#folder, this.#logger), overview };
    }
    const { reader, overview } = this.#known;
    try {
      for await (const records of reader.read({ since: overview.since })) overview.add(records);
    } catch (error) {
      // After a partial read, the next one would not know where to continue.
      this.#known = undefined;
      throw error;
    }
    return overview.data();
  }
}
