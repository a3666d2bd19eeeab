/** Sums over the ledger, by day, model, provider, thread or user. */
import { fastDayOf } from './calendar.ts';
import { type Cost, costOf, type Prices } from './cost.ts';
import type { UsageRecord } from './record.ts';

export const GROUPINGS = ['day', 'model', 'provider', 'thread', 'user'] as const;
export type Grouping = (typeof GROUPINGS)[number];

export interface Sum {
  requests: number;
  /** Failed requests, not counting cancelled ones. */
  failed: number;
  /** Includes cached and newly cached tokens. */
  inputTokens: number;
  cachedTokens: number;
  cacheWriteTokens: number;
  outputTokens: number;
  reasoningTokens: number;
  /** The total cost of the priced requests, in USD. */
  costUsd: number;
  /** How many requests have a price, are free, and have an unknown price. */
  priced: number;
  free: number;
  unpriced: number;
}

export interface Row extends Sum {
  /** The day (`2026-11-28`), `provider/model`, the provider's id, or the thread's or user's name; empty for none. */
  key: string;
  /** When the last of its requests began, in milliseconds since the epoch. */
  lastTime: number;
}

export interface Summary {
  /** Days in order; anything else by cost, then by tokens, largest first. */
  rows: readonly Row[];
  total: Sum;
  /** For each `provider/model` without a price, how many requests, most first. */
  unpriced: ReadonlyMap<string, number>;
}

export interface SummaryOptions {
  by: Grouping;
  prices: Prices;
  /** Earlier requests are skipped; milliseconds since the epoch. */
  since: number;
}

export async function summarise(
  batches: AsyncIterable<readonly UsageRecord[]>,
  { by, prices, since }: SummaryOptions,
): Promise<Summary> {
  const rows = new Map<string, Row>();
  const total = newSum();
  const unpriced = new Map<string, number>();
  const keyOf = keyFor(by);
  for await (const records of batches) {
    for (const record of records) {
      if (record.time < since) continue;
      const key = keyOf(record);
      let row = rows.get(key);
      if (row === undefined) {
        row = { key, lastTime: 0, ...newSum() };
        rows.set(key, row);
      }
      const cost = costOf(record, prices);
      addTo(row, record, cost);
      addTo(total, record, cost);
      row.lastTime = Math.max(row.lastTime, record.time);
      if (cost === 'unknown') count(unpriced, modelName(record));
    }
  }
  return { rows: inOrder([...rows.values()], by), total, unpriced: mostFirst(unpriced) };
}

function keyFor(by: Grouping): (record: UsageRecord) => string {
  const fastDay = fastDayOf();
  switch (by) {
    case 'day':
      return ({ time }) => fastDay(time);
    case 'model':
      return modelName;
    case 'provider':
      return ({ upstream }) => upstream;
    case 'thread':
      return ({ thread }) => thread ?? '';
    case 'user':
      return ({ user }) => user ?? '';
  }
}

function modelName({ upstream, model }: UsageRecord): string {
  return `${upstream}/${model}`;
}

/** The sum of no requests. */
export function newSum(): Sum {
  return {
    requests: 0,
    failed: 0,
    inputTokens: 0,
    cachedTokens: 0,
    cacheWriteTokens: 0,
    outputTokens: 0,
    reasoningTokens: 0,
    costUsd: 0,
    priced: 0,
    free: 0,
    unpriced: 0,
  };
}

/** Adds a request to the sum. */
export function addTo(sum: Sum, { state, tokens }: UsageRecord, cost: Cost): void {
  sum.requests += 1;
  if (state === 'failed') sum.failed += 1;
  if (tokens !== undefined) {
    sum.inputTokens += tokens.inputTokens;
    sum.cachedTokens += tokens.cachedTokens;
    sum.cacheWriteTokens += tokens.cacheWriteTokens;
    sum.outputTokens += tokens.outputTokens;
    sum.reasoningTokens += tokens.reasoningTokens;
  }
  if (cost === 'free') sum.free += 1;
  else if (cost === 'unknown') sum.unpriced += 1;
  else {
    sum.priced += 1;
    sum.costUsd += cost;
  }
}

/** Adds one sum to another. */
export function joinTo(sum: Sum, other: Sum): void {
  sum.requests += other.requests;
  sum.failed += other.failed;
  sum.inputTokens += other.inputTokens;
  sum.cachedTokens += other.cachedTokens;
  sum.cacheWriteTokens += other.cacheWriteTokens;
  sum.outputTokens += other.outputTokens;
  sum.reasoningTokens += other.reasoningTokens;
  sum.costUsd += other.costUsd;
  sum.priced += other.priced;
  sum.free += other.free;
  sum.unpriced += other.unpriced;
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function inOrder(rows: Row[], by: Grouping): Row[] {
  if (by === 'day') return rows.toSorted((left, right) => (left.key < right.key ? -1 : 1));
  return rows.toSorted(
    (left, right) =>
      right.costUsd - left.costUsd || tokensOf(right) - tokensOf(left) || right.lastTime - left.lastTime,
  );
}

function mostFirst(counts: Map<string, number>): Map<string, number> {
  return new Map([...counts].toSorted(([, left], [, right]) => right - left));
}

/** All tokens of a sum, in and out. */
export function tokensOf({ inputTokens, outputTokens }: Sum): number {
  return inputTokens + outputTokens;
}
