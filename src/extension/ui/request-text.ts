/** One request in words, for rows, tooltips and pages. Prompts never get this far. */
import { env, l10n } from 'vscode';
import type { RequestReport } from '../../relay/options.ts';

/** `1.2 s`, `340 ms`, `4 min 5 s`. */
export function duration(milliseconds: number): string {
  // What would round up to the next unit is shown in that one: never "1000 ms", "60.0 s" or "1 min 60 s".
  if (milliseconds < 999.5) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 59_950) return `${(milliseconds / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** `14:32`: 24 hours in every language, because "PM" would take up room. */
export function clock(milliseconds: number): string {
  return new Date(milliseconds).toLocaleTimeString(env.language, {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
}

/** `14:32` for today, `11/28, 14:32` for another day. */
export function dayAndTime(milliseconds: number): string {
  const when = new Date(milliseconds);
  if (when.toDateString() === new Date().toDateString()) return clock(milliseconds);
  return `${when.toLocaleDateString(env.language, { month: 'numeric', day: 'numeric' })}, ${clock(milliseconds)}`;
}

/** `950`, `12.3k`, `200k`, `1M`. */
export function tokens(count: number): string {
  if (count < 1000) return `${count}`;
  const [amount, unit] = count < 999_950 ? [count / 1000, 'k'] : [count / 1_000_000, 'M'];
  return `${amount.toFixed(1).replace(/\.0$/, '')}${unit}`;
}

/** Share of the input that the provider took from its prompt cache, e.g. `83%`. */
export function cachedShare({ inputTokens, cachedTokens }: NonNullable<RequestReport['usage']>): string {
  return inputTokens === 0 ? '0%' : `${Math.round((cachedTokens / inputTokens) * 100)}%`;
}

export function stateWord(report: Pick<RequestReport, 'state' | 'waiting'>): string {
  switch (report.state) {
    case 'running':
      return report.waiting ? l10n.t('waiting') : l10n.t('running');
    case 'completed':
      return l10n.t('completed');
    case 'failed':
      return l10n.t('failed');
    case 'incomplete':
      return l10n.t('cut short by the output limit');
    case 'cancelled':
      return l10n.t('cancelled');
  }
}

/** What Codex sent a request for on its own. */
export function roleWord(role: NonNullable<RequestReport['role']>): string {
  switch (role) {
    case 'title':
      return l10n.t('Title of the conversation');
    case 'review':
      return l10n.t('Review');
    case 'guardian':
      return l10n.t('Safety check');
    case 'compaction':
      return l10n.t('Compaction');
    case 'subagent':
      return l10n.t('Sub-agent');
    case 'vision':
      return l10n.t('Description of an image');
  }
}

/** An error in two or three words, short enough for a narrow row. */
export function errorWord(code: string): string {
  switch (code) {
    case 'upstream_unauthorized':
      return l10n.t('key refused');
    case 'forbidden':
      return l10n.t('not allowed');
    case 'insufficient_quota':
      return l10n.t('no credit');
    case 'rate_limit_exceeded':
      return l10n.t('rate limit');
    case 'server_is_overloaded':
      return l10n.t('overloaded');
    case 'model_not_found':
      return l10n.t('unknown model');
    case 'context_length_exceeded':
      return l10n.t('too long');
    case 'upstream_unreachable':
      return l10n.t('not reachable');
    case 'upstream_stalled':
      return l10n.t('no answer');
    case 'not_found':
      return l10n.t('wrong address');
    case 'upstream_error':
      return l10n.t('broke off');
    case 'unauthorized':
      return l10n.t('wrong token');
    default:
      return l10n.t('refused');
  }
}

/** How many letters of a name, and of a whole row, fit into a side bar of 300 px inside a conversation and a turn. */
const LONGEST_NAME = 16;
const LONGEST_ROW = 32;
/** How many letters are kept at the end of a long name, for its version. */
const KEPT_END = 3;

/**
 * What comes first in a row: the model, the purpose of one of Codex's own requests, or the program that was refused.
 */
export function rowName({ role, provider, upstreamModel }: RequestReport): string {
  if (role !== undefined) return roleWord(role);
  // See `refusalReport`: a program with its release.
  return provider === '' ? (upstreamModel.split('/', 1)[0] ?? '') : shortName(upstreamModel);
}

/** A model's name for the row: without the vendor; for a long name only its beginning and end. */
function shortName(model: string): string {
  const name = model.slice(model.lastIndexOf('/') + 1) || model;
  if (name.length <= LONGEST_NAME) return name;
  return `${name.slice(0, LONGEST_NAME - KEPT_END - 1)}…${name.slice(-KEPT_END)}`;
}

/**
 * What follows the name in a row. If its end would be cut off, it is left out, because the ellipsis takes up room, too.
 */
export function summaryBehind(name: string, report: RequestReport, times: number): string {
  const summary = summaryOf(report, times);
  const [time, outcome, ...rest] = summary.split(' · ');
  if (rest.length === 0 || name.length + summary.length <= LONGEST_ROW) return summary;
  return [time, outcome].join(' · ');
}

/** For the row: the most important first, because a narrow view cuts off the rest. `14:32 · 3.2 s · 12.3k`. */
export function summaryOf(report: RequestReport, times: number): string {
  const { state, startedAt, durationMs, usage, error, waiting } = report;
  const time = clock(startedAt);
  const again = times === 1 ? [] : [`×${times}`];
  if (state === 'failed' && error) return [time, errorWord(error.code), ...again].join(' · ');
  if (waiting)
    return [time, l10n.t('waits until {0}', new Date(waiting.until).toLocaleTimeString(env.language))].join(
      ' · ',
    );
  if (state !== 'completed' && state !== 'running') return [time, stateWord(report)].join(' · ');
  return [
    time,
    ...(durationMs === undefined ? [] : [duration(durationMs)]),
    ...(usage ? [tokens(usage.inputTokens + usage.outputTokens)] : []),
  ].join(' · ');
}

/** For the tooltip and for screen readers: `12.3k in (80% cached) · 210 out · DeepSeek`. */
export function spokenSummary({ provider, usage }: RequestReport): string {
  return [
    ...(usage
      ? [
          l10n.t('{0} in ({1} cached)', tokens(usage.inputTokens), cachedShare(usage)),
          l10n.t('{0} out', tokens(usage.outputTokens)),
        ]
      : []),
    provider,
  ]
    .filter(Boolean)
    .join(' · ');
}
