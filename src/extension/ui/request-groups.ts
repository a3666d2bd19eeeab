/** Groups requests the way people think of them: conversations, their turns, and retries as one row. */
import type { RequestReport } from '../../relay/options.ts';
import { failureKey } from './trouble.ts';

/** A request, together with earlier ones that failed in the same way. */
export interface Row {
  report: RequestReport;
  /** How many requests this row stands for. */
  times: number;
}

/** One input of the user, with all requests that followed from it. */
export interface Turn {
  id: string;
  /** Newest first, as everywhere here; never empty. */
  rows: readonly [Row, ...Row[]];
}

export interface Thread {
  id: string;
  turns: readonly [Turn, ...Turn[]];
}

/** A conversation, or a single request: one without a conversation, or the only one in its own. */
export type Entry = Thread | Row;

/** @param reports newest first */
export function groupRequests(reports: readonly RequestReport[]): Entry[] {
  const threads = Map.groupBy(reports, ({ id, thread }) => thread ?? id);
  return [...threads].map(([id, members]) => {
    const turns = [...Map.groupBy(members, ({ turn }) => turn ?? '')].flatMap(([turn, requests]) => {
      const [first, ...rest] = folded(requests);
      return first === undefined ? [] : [{ id: `${id} ${turn}`, rows: [first, ...rest] } satisfies Turn];
    });
    const [newest, ...older] = turns;
    // Cannot happen: each group has members, so each thread has a turn.
    if (newest === undefined) throw new Error(`no turn in ${id}`);
    return older.length === 0 && newest.rows.length === 1
      ? newest.rows[0]
      : { id, turns: [newest, ...older] };
  });
}

/** Codex repeats a failed request up to five times: these become one row, showing the latest. */
function folded(reports: readonly RequestReport[]): Row[] {
  const rows: Row[] = [];
  for (const report of reports) {
    const last = rows.at(-1);
    const isSame = last?.report.state === 'failed' && report.state === 'failed';
    if (last !== undefined && isSame && failureKey(last.report) === failureKey(report)) last.times++;
    else rows.push({ report, times: 1 });
  }
  return rows;
}

/** The sums over all requests of a group. */
export interface Totals {
  requests: number;
  failed: number;
  inputTokens: number;
  outputTokens: number;
}

export function totalsOf(reports: readonly RequestReport[]): Totals {
  const totals = { requests: 0, failed: 0, inputTokens: 0, outputTokens: 0 };
  for (const { state, usage } of reports) {
    totals.requests++;
    if (state === 'failed') totals.failed++;
    totals.inputTokens += usage?.inputTokens ?? 0;
    totals.outputTokens += usage?.outputTokens ?? 0;
  }
  return totals;
}

export function rowsOf(thread: Thread): readonly Row[] {
  return thread.turns.flatMap(({ rows }) => rows);
}

/** The answer's tokens per second, from its first to its last; undefined if that cannot be told. */
export function tokensPerSecond({ usage, firstTokenMs, durationMs }: RequestReport): number | undefined {
  if (usage === undefined || firstTokenMs === undefined || durationMs === undefined) return undefined;
  const seconds = (durationMs - firstTokenMs) / 1000;
  return seconds < 0.1 || usage.outputTokens < 2 ? undefined : usage.outputTokens / seconds;
}
