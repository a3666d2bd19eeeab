/**
 * Keeps requests within what may be spent. Only finished requests count: a running one may still exceed the limit, and
 * is never aborted for that.
 */
import { messageOf, RelayError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { SpendGuard } from '../relay/options.ts';
import type { Limit } from './budget-limits.ts';
import { dayOf, monthOf, startOf } from './calendar.ts';
import { costOf, isForNothing, type Prices } from './cost.ts';
import { LedgerReader } from './ledger-reader.ts';
import type { UsageRecord } from './record.ts';

/** The share of a limit at which the user is warned. */
const WARN_AT = 0.8;
/** How long other relays' spending may go unnoticed. */
const LOOK_AGAIN_MS = 2_000;

/** What the user should know about a limit, told once in its day or month. */
export interface BudgetNotice {
  /** `near`: 80 % are spent. `used-up`: a request was refused because of it. */
  kind: 'near' | 'used-up';
  limit: Limit;
  spentUsd: number;
  /** The day (`2026-11-28`) or month (`2026-11`) concerned. */
  period: string;
}

export interface BudgetOptions {
  limits: readonly Limit[];
  /** The ledger's folder, in which other relays and earlier runs record what they spent. */
  folder: string;
  /** Whether a file there is this process's own, whose spending is counted by `add()`. */
  owns: (file: string) => boolean;
  prices: Prices;
  logger: Logger;
  /** Completes the sentence "raise it ...", e.g. `with --budget`. */
  where: string;
  /** Default: only the log is told. */
  onNotice?: (notice: BudgetNotice) => void;
  /** Default: the clock. */
  now?: () => number;
}

export interface Budget extends SpendGuard {
  /** Counts a request that has ended. */
  add(record: UsageRecord): void;
  /** From now on these limits apply; running requests are not affected. */
  setLimits(limits: readonly Limit[]): void;
}

/** Reads what was spent since the month began. Rejects if the ledger cannot be read. */
export async function openBudget(options: BudgetOptions): Promise<Budget> {
  const budget = new LedgerBudget(options);
  await budget.lookAtOthers();
  return budget;
}

class LedgerBudget implements Budget {
  readonly #options: BudgetOptions;
  readonly #now: () => number;
  readonly #reader: LedgerReader;
  /** USD by `upstream day` and `upstream month`; the upstream is empty for all of them together. */
  readonly #spent = new Map<string, number>();
  /** What the user has already been told: limits with their period, and models without a price. */
  readonly #told = new Set<string>();
  #limits: readonly Limit[];
  #looking: Promise<void> | undefined;
  #lookedAt = 0;

  constructor(options: BudgetOptions) {
    this.#options = options;
    this.#limits = options.limits;
    this.#now = options.now ?? Date.now;
    this.#reader = new LedgerReader(options.folder, options.logger);
  }

  add(record: UsageRecord): void {
    this.#count(record);
    this.#warn();
  }

  setLimits(limits: readonly Limit[]): void {
    this.#limits = limits;
    this.#warn();
  }

  async allow(target: Parameters<SpendGuard['allow']>[0]): Promise<void> {
    const { prices, logger, where } = this.#options;
    const { upstream, model } = target;
    if (this.#limits.length === 0 || isForNothing(target, prices)) return;
    // Requests that come during a look wait for it, too: the second of two would be judged by outdated sums otherwise.
    if (this.#looking !== undefined || Math.abs(this.#now() - this.#lookedAt) >= LOOK_AGAIN_MS) {
      await this.lookAtOthers().catch((error: unknown) => {
        this.#tell('unread', `The budget does not know what other relays spend: ${messageOf(error)}`);
      });
    }
    const limit = this.#limits.find(
      (candidate) =>
        (candidate.upstream ?? upstream) === upstream && this.#spentOf(candidate) >= candidate.usd,
    );
    if (limit === undefined) return;
    const message =
      `The budget of ${describe(limit)} is used up (${dollars(this.#spentOf(limit))} spent), so nothing was sent: ` +
      `raise it ${where}, or wait until ${limit.span === 'day' ? 'tomorrow' : 'next month'}.`;
    logger.warn(`${upstream} ${model}: ${message}`);
    this.#note('used-up', limit);
    // Not 429, which clients would retry in vain.
    throw new RelayError('insufficient_quota', message, { status: 402 });
  }

  /** Counts what other relays and earlier runs have spent that was not counted yet. */
  lookAtOthers(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #look(): Promise<void> {
    const since = startOf('month', this.#now());
    this.#lookedAt = this.#now();
    for await (const records of this.#reader.read({ since, isLeftOut: this.#options.owns })) {
      for (const record of records) if (record.time >= since) this.#count(record);
    }
    this.#warn();
  }

  #count(record: UsageRecord): void {
    const cost = costOf(record, this.#options.prices);
    if (cost === 'unknown') {
      if (this.#limits.length === 0) return;
      const { upstream, model, tokens } = record;
      const why = tokens === undefined ? 'that told no tokens' : 'for which no price is known';
      const text = `The budget does not count requests to ${upstream}/${model} ${why}`;
      this.#tell(text, text);
      return;
    }
    if (cost === 'free') return;
    for (const upstream of ['', record.upstream]) {
      for (const span of [dayOf(record.time), monthOf(record.time)]) {
        const key = `${upstream} ${span}`;
        this.#spent.set(key, (this.#spent.get(key) ?? 0) + cost);
      }
    }
  }

  #spentOf(limit: Limit): number {
    return this.#spent.get(`${limit.upstream ?? ''} ${this.#periodOf(limit)}`) ?? 0;
  }

  #warn(): void {
    for (const limit of this.#limits) {
      const spent = this.#spentOf(limit);
      // Nothing is near a limit of nothing.
      const isNear = spent > 0 && spent >= limit.usd * WARN_AT;
      if (!isNear || !this.#note('near', limit)) continue;
      this.#options.logger.warn(
        `${dollars(spent)} of the budget of ${describe(limit)} are spent; raise it ${this.#options.where}`,
      );
    }
  }

  /** @returns whether it had not been told yet */
  #note(kind: BudgetNotice['kind'], limit: Limit): boolean {
    const period = this.#periodOf(limit);
    const key = `${kind} ${describe(limit)} ${period}`;
    if (this.#told.has(key)) return false;
    this.#told.add(key);
    this.#options.onNotice?.({ kind, limit, spentUsd: this.#spentOf(limit), period });
    return true;
  }

  #periodOf({ span }: Limit): string {
    return span === 'day' ? dayOf(this.#now()) : monthOf(this.#now());
  }

  /** Tells each message only once. */
  #tell(key: string, text: string): void {
    if (this.#told.has(key)) return;
    this.#told.add(key);
    this.#options.logger.warn(text);
  }
}

function describe({ usd, span, upstream }: Limit): string {
  return `${dollars(usd)} a ${span}${upstream === undefined ? '' : ` for ${upstream}`}`;
}

function dollars(usd: number): string {
  return `$${usd.toFixed(2)}`;
}
