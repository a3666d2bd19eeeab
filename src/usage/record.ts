/** One request in the ledger: counts and names, no content. */
import type { RequestReport, TokenUsage } from '../relay/options.ts';

export const STATES = ['completed', 'failed', 'incomplete', 'cancelled'] as const;
export type EndState = (typeof STATES)[number];

export interface UsageRecord {
  /** When the request began, in milliseconds since the epoch. */
  time: number;
  /** Id of the upstream, as in `id/model`. */
  upstream: string;
  /** Who is paid (see `RequestReport.service`); undefined if not known. */
  service: string | undefined;
  /** The upstream's name for the model. */
  model: string;
  /** The API that was spoken to the upstream. */
  wire: string;
  state: EndState;
  /** Undefined if the provider stated no counts. */
  tokens: TokenUsage | undefined;
  /** How many targets were tried. */
  attempts: number;
  /** Milliseconds until the first content (undefined if none came), and until the end. */
  firstTokenMs: number | undefined;
  totalMs: number;
  /** The cost in USD as the provider states it; undefined if it does not. */
  statedUsd: number | undefined;
  /** Distinguishes threads without naming them; undefined if the client names none. */
  thread: string | undefined;
  /** The user who asked, if the relay has users. */
  user?: string;
  /** What had to be changed in the request for the provider's own Responses API, in short words. */
  repairs: readonly string[];
}

/** The columns of a line, in this order. Later versions may add columns at the end. */
export const COLUMNS = [
  ...['time', 'upstream', 'service', 'model', 'wire', 'state'],
  ...['input', 'cached', 'cacheWrite', 'output', 'reasoning'],
  ...['attempts', 'firstTokenMs', 'totalMs', 'statedUsd', 'thread', 'user', 'repairs'],
] as const;
/** The columns of the first version, and of requests without a user or repairs. */
const LEAST_COLUMNS = 16;
/** The last moment that a `Date` can hold, in milliseconds since the epoch. */
const LAST_TIME = 8.64e15;

/**
 * The reports of everything that a finished request is charged for, its own last. A target that was passed over has one
 * too if it states what it took, because that has to be paid as well.
 */
export function chargedReports(report: RequestReport): RequestReport[] {
  // What was measured and counted is the last target's.
  const {
    upstream,
    service,
    wire,
    usage,
    costUsd,
    firstTokenMs,
    repairs,
    passedOver = [],
    ...common
  } = report;
  if (report.state === 'running') return [];
  const passed = passedOver.flatMap(({ provider, model, spent }, at): RequestReport[] => {
    if (spent === undefined) return [];
    const before = passedOver.slice(0, at);
    return [{ ...common, state: 'failed', provider, upstreamModel: model, ...spent, passedOver: before }];
  });
  return [...passed, report];
}

/** The records of a finished request: see `chargedReports`; none while it is running. */
export function recordsOf(report: RequestReport): UsageRecord[] {
  return chargedReports(report).flatMap((one) => recordOf(one) ?? []);
}

/** The record of the target that answered or failed last; undefined while the request is running. */
export function recordOf(report: RequestReport): UsageRecord | undefined {
  const { state, usage, firstTokenMs, durationMs = 0, costUsd, passedOver = [] } = report;
  if (state === 'running') return undefined;
  return {
    time: report.startedAt,
    upstream: report.upstream ?? report.provider,
    service: report.service,
    model: report.upstreamModel,
    wire: report.wire ?? 'chat',
    state,
    tokens: usage,
    attempts: passedOver.length + 1,
    firstTokenMs,
    totalMs: durationMs,
    statedUsd: costUsd,
    thread: report.thread,
    ...(report.user !== undefined && { user: report.user }),
    repairs: report.repairs ?? [],
  };
}

/** A line of the ledger, including the line end: an array in the order of `COLUMNS`, with `null` for undefined. */
export function encodeRecord(record: UsageRecord): string {
  const { tokens } = record;
  const counts = [
    tokens?.inputTokens,
    tokens?.cachedTokens,
    tokens?.cacheWriteTokens,
    tokens?.outputTokens,
    tokens?.reasoningTokens,
  ];
  const { time, upstream, service, model, wire, state, attempts, firstTokenMs, totalMs } = record;
  const { statedUsd, thread, user, repairs } = record;
  const head = [time, upstream, service, model, wire, state];
  const last = [attempts, firstTokenMs, totalMs, statedUsd, thread];
  // Most requests have none, and lines without them are read fastest.
  const more = repairs.length > 0 ? [user, repairs] : user === undefined ? [] : [user];
  return `${JSON.stringify([...head, ...counts, ...last, ...more])}\n`;
}

/**
 * The part of a line between its time and its counts, commas included, which is the same for all requests to one model.
 */
export function namesInLine({ upstream, service, model, wire, state }: UsageRecord): string {
  return `${JSON.stringify([upstream, service, model, wire, state]).slice(1, -1)},`;
}

/** The record in a parsed line; undefined if it is not one. */
export function decodeRecord(row: unknown): UsageRecord | undefined {
  if (!Array.isArray(row) || row.length < LEAST_COLUMNS) return undefined;
  const values: readonly unknown[] = row;
  const [time, upstream, service, model, wire, state] = values;
  const [attempts, firstTokenMs, totalMs, statedUsd, thread, user, repairs] = values.slice(11);
  const known = STATES.find((name) => name === state);
  if (
    !isTime(time) ||
    typeof upstream !== 'string' ||
    typeof model !== 'string' ||
    typeof wire !== 'string' ||
    known === undefined
  ) {
    return undefined;
  }
  return {
    time,
    upstream,
    service: textOf(service),
    model,
    wire,
    state: known,
    tokens: tokensOf(values),
    attempts: countOf(attempts),
    firstTokenMs: amountOf(firstTokenMs),
    totalMs: countOf(totalMs),
    statedUsd: amountOf(statedUsd),
    thread: textOf(thread),
    ...(typeof user === 'string' && { user }),
    repairs: Array.isArray(repairs) ? repairs.filter((name) => typeof name === 'string') : [],
  };
}

/** JSON has numbers that no `Date` can hold, even an infinite one (`1e999`); writing one out would throw. */
export function isTime(value: unknown): value is number {
  return typeof value === 'number' && Math.abs(value) <= LAST_TIME;
}

function tokensOf(values: readonly unknown[]): TokenUsage | undefined {
  if (amountOf(values[6]) === undefined) return undefined;
  return {
    inputTokens: countOf(values[6]),
    cachedTokens: countOf(values[7]),
    cacheWriteTokens: countOf(values[8]),
    outputTokens: countOf(values[9]),
    reasoningTokens: countOf(values[10]),
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function amountOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}

function countOf(value: unknown): number {
  return amountOf(value) ?? 0;
}
