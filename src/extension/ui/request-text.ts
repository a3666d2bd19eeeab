/** One request in words, for the tree and the details document. Prompts never get this far. */
import { env, l10n } from 'vscode';
import type { RequestReport } from '../../relay/options.ts';

/** `1.2 s`, `340 ms`. */
export function duration(milliseconds: number): string {
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}

/** `14:32` of today, `11/28, 14:32` of another day, as the user's language writes it. */
export function dayAndTime(milliseconds: number): string {
  const when = new Date(milliseconds);
  const isToday = when.toDateString() === new Date().toDateString();
  const time = { hour: '2-digit', minute: '2-digit' } as const;
  return isToday
    ? when.toLocaleTimeString(env.language, time)
    : when.toLocaleString(env.language, { month: 'numeric', day: 'numeric', ...time });
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

export function stateWord(report: RequestReport): string {
  switch (report.state) {
    case 'running':
      return l10n.t('running');
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

/** Label and value of each fact that is known. */
export function facts(report: RequestReport): readonly (readonly [label: string, value: string])[] {
  const { usage, firstTokenMs, durationMs, calledTools, error } = report;
  const asked =
    report.model === report.upstreamModel
      ? report.model
      : l10n.t('{0} (asked for {1})', report.upstreamModel, report.model);
  return [
    [l10n.t('State'), stateWord(report)],
    ...(error ? ([[l10n.t('Error'), `${error.message} (${error.code})`]] as const) : []),
    ...(error ? ([[l10n.t('What to do'), cureOf(error.code)]] as const) : []),
    [l10n.t('Provider'), report.provider],
    [l10n.t('Model'), asked],
    [l10n.t('Started'), new Date(report.startedAt).toLocaleTimeString()],
    ...(firstTokenMs === undefined ? [] : ([[l10n.t('First token after'), duration(firstTokenMs)]] as const)),
    ...(durationMs === undefined ? [] : ([[l10n.t('Duration'), duration(durationMs)]] as const)),
    ...(usage ? usageFacts(usage) : []),
    ...(calledTools.length === 0 ? [] : ([[l10n.t('Tools called'), calledTools.join(', ')]] as const)),
  ];
}

function usageFacts(usage: NonNullable<RequestReport['usage']>): readonly (readonly [string, string])[] {
  return [
    [
      l10n.t('Input tokens'),
      l10n.t('{0}, {1} from the cache', tokens(usage.inputTokens), cachedShare(usage)),
    ],
    [
      l10n.t('Output tokens'),
      l10n.t('{0}, {1} of them reasoning', tokens(usage.outputTokens), tokens(usage.reasoningTokens)),
    ],
  ];
}

/** What the user can do about an error; its own message says what happened. */
function cureOf(code: string): string {
  switch (code) {
    case 'upstream_unauthorized':
      return l10n.t('Run "Codex Relay: Set API Key" and paste a key that the provider accepts.');
    case 'insufficient_quota':
      return l10n.t(
        "Top up the account on the provider's page, or select another provider in the status bar.",
      );
    case 'rate_limit_exceeded':
    case 'server_is_overloaded':
      return l10n.t('Wait a moment and try again, or select another provider in the status bar.');
    case 'model_not_found':
      return l10n.t('Run "Codex Relay: Select Model" and choose a model that the provider serves.');
    case 'context_length_exceeded':
      return l10n.t(
        'Run /compact in Codex, start a new conversation, or select a model with a larger window.',
      );
    case 'upstream_unreachable':
    case 'upstream_stalled':
      return l10n.t("Check the network, the proxy settings of VS Code and the provider's status page.");
    case 'unauthorized':
      return l10n.t('Run "Codex Relay: Generate Codex Config" so that Codex sends the relay\'s token.');
    default:
      return l10n.t('Read the message above; "Codex Relay: Show Log" has more.');
  }
}

/** The read-only document behind a request. */
export function detailsText(report: RequestReport): string {
  const rows = facts(report).map(
    ([label, value]) => `| ${label} | ${value.replaceAll('|', '\\|').replaceAll('\n', ' ')} |`,
  );
  return [
    `# ${report.upstreamModel}: ${stateWord(report)}`,
    '',
    '| | |',
    '|:--|:--|',
    ...rows,
    '',
    l10n.t('Prompts, answers and tool arguments are never recorded here.'),
    '',
    `\`${report.id}\``,
    '',
  ].join('\n');
}
