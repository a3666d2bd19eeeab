/** What a page about the last days shows, kept up to date while records come in. */
import { dayOf, fastDayOf, startOf } from './calendar.ts';
import { type Cost, costOf, type Prices, savedOf } from './cost.ts';
import type { UsageRecord } from './record.ts';
import { addTo, joinTo, newSum, type Sum } from './summary.ts';

/** Today and those before it. */
export const OVERVIEW_DAYS = 30;
const MOST_FAILED = 20;
const MOST_SLOW = 10;

export interface SavingSum extends Sum {
  /** What the providers' caches saved, in USD. */
  savedUsd: number;
  /** How many requests were partly answered from a cache, while no price tells what that saved. */
  savedUnknown: number;
}

/** All requests of a day to one model of one upstream. */
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

export class Overview {
  /** All days that it is about, in order, those without a request too. */
  readonly days: readonly string[];
  /** When the first of them began, in milliseconds since the epoch. */
  readonly since: number;
  readonly #prices: Prices;
  readonly #dayOf = fastDayOf();
  readonly #cells = new Map<string, Cell>();
  readonly #threads = new Map<string, ThreadSum>();
  #failed: Costed[] = [];
  #slow: Costed[] = [];
  /** Shorter requests are not among the slowest, in ms. */
  #slowFrom = 0;

  constructor(prices: Prices, now: number) {
    this.#prices = prices;
    const today = new Date(startOf('day', now));
    const starts = Array.from({ length: OVERVIEW_DAYS }, (_, back) =>
      new Date(today).setDate(today.getDate() - back),
    ).toReversed();
    this.days = starts.map(dayOf);
    this.since = starts[0] ?? now;
  }

  add(records: readonly UsageRecord[]): void {
    for (const record of records) if (record.time >= this.since) this.#add(record);
    this.#failed = most(this.#failed, MOST_FAILED, ({ record }) => record.time);
    this.#slow = most(this.#slow, MOST_SLOW, ({ record }) => record.totalMs);
    if (this.#slow.length === MOST_SLOW) this.#slowFrom = this.#slow.at(-1)?.record.totalMs ?? 0;
  }

  /** In the order of their days. */
  get cells(): readonly Cell[] {
    return [...this.#cells.values()].toSorted((left, right) => (left.day < right.day ? -1 : 1));
  }

  /** The last that failed, the newest first. */
  get failed(): readonly Costed[] {
    return this.#failed;
  }

  /** Those that took longest and came to an end, the longest first. */
  get slowest(): readonly Costed[] {
    return this.#slow;
  }

  /** The dearest first; where nothing has a price, those with the most tokens. */
  topThreads(count: number): readonly ThreadSum[] {
    return [...this.#threads.values()]
      .toSorted(
        (left, right) =>
          right.costUsd - left.costUsd ||
          right.inputTokens + right.outputTokens - left.inputTokens - left.outputTokens,
      )
      .slice(0, count);
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

/** The sum of all cells that are asked for. */
export function sumOf(cells: readonly Cell[], isMeant: (cell: Cell) => boolean = () => true): SavingSum {
  const sum: SavingSum = { ...newSum(), savedUsd: 0, savedUnknown: 0 };
  for (const cell of cells) {
    if (!isMeant(cell)) continue;
    joinTo(sum, cell);
    sum.savedUsd += cell.savedUsd;
    sum.savedUnknown += cell.savedUnknown;
  }
  return sum;
}

function most(all: Costed[], count: number, weight: (one: Costed) => number): Costed[] {
  return all.toSorted((left, right) => weight(right) - weight(left)).slice(0, count);
}
