/** Records the usage of a running relay's requests and enforces its budget; the same in every host. */
import type { Logger } from '../logger.ts';
import type { RequestReport, SpendGuard } from '../relay/options.ts';
import { type Budget, type BudgetOptions, openBudget } from './budget.ts';
import type { Limit } from './budget-limits.ts';
import type { Prices } from './cost.ts';
import { openLedger } from './ledger.ts';
import { recordsOf, type UsageRecord } from './record.ts';

export interface UsageKeeperOptions {
  /** The ledger's folder; several relays share it. */
  folder: string;
  /** Whether requests are recorded there. If not, a budget counts what this run spends on top of what is recorded. */
  isRecorded: boolean;
  logger: Logger;
  /** Default: there is no budget, and none can be set later. */
  budget?: KeptBudget;
}

export interface KeptBudget extends Pick<BudgetOptions, 'limits' | 'where' | 'onNotice'> {
  prices(): Promise<Prices>;
}

export interface UsageKeeper {
  /** To be asked before a request is sent. It rejects if a limit is set and the spending cannot be read. */
  readonly guard: SpendGuard | undefined;
  /** Takes every report of a request; reports of running ones are ignored. */
  put(report: RequestReport): void;
  /** From now on these limits apply. */
  setLimits(limits: readonly Limit[]): void;
  /** Resolves when it is known what was spent. Rejects if prices or ledger cannot be read. */
  ready(): Promise<void>;
  /** Resolves when everything is on disk. */
  flush(): Promise<void>;
}

export function openUsageKeeper({ folder, isRecorded, logger, budget }: UsageKeeperOptions): UsageKeeper {
  const ledger = isRecorded ? openLedger({ folder, logger }) : undefined;
  const owns = (file: string) => ledger?.owns(file) ?? false;
  const spending =
    budget &&
    new Spending(budget.limits, async () =>
      openBudget({ ...budget, folder, owns, logger, prices: await budget.prices() }),
    );
  return {
    guard: spending,
    put: (report) => {
      for (const record of recordsOf(report)) {
        ledger?.put(record);
        spending?.add(record);
      }
    },
    setLimits: (limits) => spending?.setLimits(limits),
    ready: async () => void (await spending?.open()),
    flush: async () => ledger?.flush(),
  };
}

/** How many records may wait while the budget cannot be read; beyond that, the oldest are dropped. */
const MOST_UNCOUNTED = 10_000;

/** A budget that is still being read while requests already end. */
class Spending implements SpendGuard {
  readonly #read: () => Promise<Budget>;
  #limits: readonly Limit[];
  /** Finished requests that the budget has not counted yet. */
  readonly #uncounted: UsageRecord[] = [];
  #budget: Budget | undefined;
  #opening: Promise<Budget> | undefined;

  constructor(limits: readonly Limit[], read: () => Promise<Budget>) {
    this.#limits = limits;
    this.#read = read;
  }

  async allow(target: Parameters<SpendGuard['allow']>[0]): Promise<void> {
    if (this.#limits.length > 0) await (await this.open()).allow(target);
  }

  add(record: UsageRecord): void {
    this.#budget?.add(record);
    if (this.#budget === undefined) this.#uncounted.push(record);
    if (this.#uncounted.length > MOST_UNCOUNTED) this.#uncounted.shift();
  }

  setLimits(limits: readonly Limit[]): void {
    this.#limits = limits;
    this.#budget?.setLimits(limits);
  }

  /** A failure is passed to whoever is waiting, and the next call tries again. */
  open(): Promise<Budget> {
    this.#opening ??= this.#open().catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    });
    return this.#opening;
  }

  async #open(): Promise<Budget> {
    const budget = await this.#read();
    for (const record of this.#uncounted.splice(0)) budget.add(record);
    budget.setLimits(this.#limits);
    this.#budget = budget;
    return budget;
  }
}
