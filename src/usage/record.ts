/** One request in the ledger: counts and names, no content. */
import type { RequestReport, TokenUsage } from '../relay/options.ts';

export const STATES = ['completed', 'failed', 'incomplete', 'cancelled'] as const;
export type EndState = (typeof STATES)[number];

export interface UsageRecord {
  /** When the request began, in milliseconds since the epoch. */
  time: number;
  /** Id of the upstream, as in `id/model`. */
  upstream: string;
  /** Who is paid (see `RequestReport.service`); undefined where that is not known. */
  service: string | undefined;
  /** The upstream's name for the model. */
  model: string;
  /** The API that was spoken to the upstream. */
  wire: string;
  state: EndState;
  /** Undefined where the provider told no counts. */
  tokens: TokenUsage | undefined;
  /** Targets that were tried. */
  attempts: number;
  /** Milliseconds until the first content (undefined where none came), and until the end. */
  firstTokenMs: number | undefined;
  totalMs: number;
  /** What the provider says that it cost, in USD; undefined where it does not say. */
  statedUsd: number | undefined;
  /** Tells threads apart without naming them; undefined where the client names none. */
  thread: string | undefined;
  /** What of the request had to be changed for the provider's own Responses API, in short words. */
  repairs: readonly string[];
  /** Who asked, where the relay has users. */
  user?: string;
}

/** What a line holds, in this order. Later versions may add columns at the end. */
export const COLUMNS = [
  ...['time', 'upstream', 'service', 'model', 'wire', 'state'],
  ...['input', 'cached', 'cacheWrite', 'output', 'reasoning'],
  ...['attempts', 'firstTokenMs', 'totalMs', 'statedUsd', 'thread'],
  ...['user', 'repairs'],
] as const;

/** How many of them the first version had: lines of earlier releases hold no more. */
const FIRST_COLUMNS = 16;

/** The record of a request that has ended; undefined while it runs. */
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
    repairs: report.repairs ?? [],
    ...(report.user !== undefined && { user: report.user }),
  };
}

/** A line of the ledger, with its end: an array in the order of `COLUMNS`, `null` for what is undefined. */
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
  const last = [attempts, firstTokenMs, totalMs, statedUsd, thread, user];
  // Most have none, and a line without them is the one that is read fastest.
  return `${JSON.stringify([...head, ...counts, ...last, ...(repairs.length > 0 ? [repairs] : [])])}\n`;
}

/** What a line holds between its time and its counts, commas and all: the same for all requests to one model. */
export function namesInLine({ upstream, service, model, wire, state }: UsageRecord): string {
  return `${JSON.stringify([upstream, service, model, wire, state]).slice(1, -1)},`;
}

/** The record of a parsed line; undefined where the line is none. */
export function decodeRecord(row: unknown): UsageRecord | undefined {
  if (!Array.isArray(row) || row.length < FIRST_COLUMNS) return undefined;
  const values: readonly unknown[] = row;
  const [time, upstream, service, model, wire, state] = values;
  const [attempts, firstTokenMs, totalMs, statedUsd, thread, user, repairs] = values.slice(11);
  const known = STATES.find((name) => name === state);
  if (
    typeof time !== 'number' ||
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
    repairs: Array.isArray(repairs) ? repairs.filter((name) => typeof name === 'string') : [],
    ...(typeof user === 'string' && { user }),
  };
}

function tokensOf(values: readonly unknown[]): TokenUsage | undefined {
  if (typeof values[6] !== 'number') return undefined;
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
  return typeof value === 'number' && value >= 0 ? value : undefined;
}

function countOf(value: unknown): number {
  return amountOf(value) ?? 0;
}
