/** The running requests, and how much they send: providers tell their counts only at the end. */
import type { RequestReport } from '../../relay/options.ts';

export interface RunningNow {
  model: string;
  /**
   * The least that it sends: Codex sends the whole conversation each time, so whatever the last request sent and
   * received is included. Undefined for the first one.
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
