/** The requests that run, and how much they send: the provider tells its count at the end only. */
import type { RequestReport } from '../../relay/options.ts';

export interface RunningNow {
  model: string;
  /**
   * What it sends at least: Codex sends all of the conversation again, so what its last request sent and got is part
   * of it. Undefined for the first one.
   */
  leastInput: number | undefined;
}

/** @param reports newest first */
export function runningNow(reports: readonly RequestReport[]): RunningNow[] {
  return reports
    .filter(({ state }) => state === 'running')
    .map(({ upstreamModel, thread }) => {
      const last = reports.find(
        (report) => thread !== undefined && report.thread === thread && report.usage !== undefined,
      );
      const { inputTokens = 0, outputTokens = 0 } = last?.usage ?? {};
      return {
        model: upstreamModel,
        leastInput: last === undefined ? undefined : inputTokens + outputTokens,
      };
    });
}
