/** The data for a page about the last days, updated as records come in. */
import { dayOf, fastDayOf, startOfDayBefore } from './calendar.ts';
import { type Cost, costOf, type Prices, savedOf } from './cost.ts';
import type { UsageRecord } from './record.ts';
import { addTo, joinTo, newSum, type Sum, tokensOf } from './summary.ts';

const MOST_FAILED = 20;
const MOST_SLOW = 10;
const MOST_THREADS = 10;
/** The spans that are summed up, in days including today. */
const SPANS = [1, 7, 30] as const;

export interface SavingSum extends Sum {
  /** What the providers' caches saved, in USD. */
  savedUsd: number;
  /** How many requests used a cache without a known price for what that saved. */
  savedUnknown: number;
}

/** All requests in one day to one model of one upstream. */
export interface Cell extends SavingSum {
  /** `2026-11-28` */
  day: string;
  upstream: string;
  model: string;
}

export interface ThreadSum extends Sum {
  thread: string;
  /** When the last of its requests began, in milliseconds since the epoch. */
  lastTime: number;
}

export interface Costed {
  record: UsageRecord;
  cost: Cost;
}

/** One upstream's requests, day by day. */
export interface ProviderDays {
  upstream: string;
  /** One for each day. */
  sums: readonly SavingSum[];
}

export interface OverviewData {
  /** All days covered, in order, including those without requests. */
  days: readonly string[];
  /** Ordered by day. */
  cells: readonly Cell[];
  /** By length in days. */
  spans: ReadonlyMap<number, SavingSum>;
  /** The most expensive first; without prices, those with the most tokens. */
  providers: readonly ProviderDays[];
  threads: readonly ThreadSum[];
  /** The latest failed requests, newest first. */
  failed: readonly Costed[];
  /** The slowest completed requests, slowest first. */
  slowest: readonly Costed[];
}

export class Overview {
  readonly days: readonly string[];
  /** When the first day began, in milliseconds since the epoch. */
  readonly since: number;
  readonly #prices: Prices;
  readonly #dayOf = fastDayOf();
  readonly #cells = new Map<string, Cell>();
  readonly #threads = new Map<string, ThreadSum>();
  #failed: Costed[] = [];
  #slow: Costed[] = [];
  /** In ms; shorter requests are not among the slowest. */
  #slowFrom = 0;

  /** @param count how many days, including today */
  constructor(prices: Prices, now: number, count: number) {
    this.#prices = prices;
    const starts = Array.from({ length: count }, (_, back) => startOfDayBefore(now, back)).toReversed();
    this.days = starts.map(dayOf);
    this.since = starts[0] ?? now;
  }

  add(records: readonly UsageRecord[]): void {
    for (const record of records) if (record.time >= this.since) this.#add(record);
    this.#failed = most(this.#failed, MOST_FAILED, ({ record }) => record.time);
    this.#slow = most(this.#slow, MOST_SLOW, ({ record }) => record.totalMs);
    if (this.#slow.length === MOST_SLOW) this.#slowFrom = this.#slow.at(-1)?.record.totalMs ?? 0;
  }

  data(): OverviewData {
    const { days } = this;
    const cells = [...this.#cells.values()].toSorted((left, right) => (left.day < right.day ? -1 : 1));
    const spans = SPANS.map((length): [number, SavingSum] => {
      const [first = ''] = days.slice(-length);
      return [length, sumOf(cells.filter(({ day }) => day >= first))];
    });
    return {
      days,
      cells,
      spans: new Map(spans),
      providers: providersOf(cells, days),
      threads: [...this.#threads.values()].toSorted(dearestFirst).slice(0, MOST_THREADS),
      failed: this.#failed,
      slowest: this.#slow,
    };
  }

  #add(record: UsageRecord): void {
    const cost = costOf(record, this.#prices);
    const { thread, time, state, totalMs } = record;
    this.#addToCell(record, cost);
    if (thread !== undefined) {
      const sum = this.#threads.get(thread) ?? { thread, lastTime: 0, ...newSum() };
      addTo(sum, record, cost);
      sum.lastTime = Math.max(sum.lastTime, time);
      this.#threads.set(thread, sum);
    }
    if (state === 'failed') this.#failed.push({ record, cost });
    if (state === 'completed' && totalMs > this.#slowFrom) this.#slow.push({ record, cost });
  }

  #addToCell(record: UsageRecord, cost: Cost): void {
    const { upstream, model, tokens } = record;
    const day = this.#dayOf(record.time);
    const key = `${day} ${upstream} ${model}`;
    let cell = this.#cells.get(key);
    if (cell === undefined) {
      cell = { day, upstream, model, ...newSum(), savedUsd: 0, savedUnknown: 0 };
      this.#cells.set(key, cell);
    }
    addTo(cell, record, cost);
    if (tokens === undefined || tokens.cachedTokens === 0 || cost === 'free') return;
    const saved = savedOf(record, this.#prices);
    if (saved === undefined) cell.savedUnknown += 1;
    else cell.savedUsd += saved;
  }
}

function providersOf(cells: readonly Cell[], days: readonly string[]): ProviderDays[] {
  const byUpstream = [...Map.groupBy(cells, ({ upstream }) => upstream)];
  return byUpstream
    .toSorted(([, left], [, right]) => dearestFirst(sumOf(left), sumOf(right)))
    .map(([upstream, own]) => {
      const byDay = Map.groupBy(own, ({ day }) => day);
      return { upstream, sums: days.map((day) => sumOf(byDay.get(day) ?? [])) };
    });
}

function dearestFirst(left: Sum, right: Sum): number {
  return right.costUsd - left.costUsd || tokensOf(right) - tokensOf(left);
}

function sumOf(cells: readonly SavingSum[]): SavingSum {
  const sum: SavingSum = { ...newSum(), savedUsd: 0, savedUnknown: 0 };
  for (const cell of cells) {
    joinTo(sum, cell);
    sum.savedUsd += cell.savedUsd;
    sum.savedUnknown += cell.savedUnknown;
  }
  return sum;
}

function most(all: Costed[], count: number, weight: (one: Costed) => number): Costed[] {
  return all.toSorted((left, right) => weight(right) - weight(left)).slice(0, count);
}
