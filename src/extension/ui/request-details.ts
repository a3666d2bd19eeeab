/** Everything known about one request, as rows under it and as a page. */
import { env, l10n } from 'vscode';
import type { RequestReport } from '../../relay/options.ts';
import { asCode, asMarkdown } from './quoted.ts';
import { tokensPerSecond } from './request-groups.ts';
import { cachedShare, clock, duration, errorWord, roleWord, stateWord, tokens } from './request-text.ts';

type Fact = readonly [label: string, value: string];

/** Label and value of each fact that is known. */
export function facts(report: RequestReport): readonly Fact[] {
  const { usage, firstTokenMs, durationMs, calledTools, error, role, waiting } = report;
  const asked =
    report.model === report.upstreamModel
      ? report.model
      : l10n.t('{0} (asked for {1})', report.upstreamModel, report.model);
  const speed = tokensPerSecond(report);
  return [
    [l10n.t('State'), stateWord(report)],
    ...(waiting ? [[l10n.t('Waits because'), waiting.message] as const] : []),
    ...(error
      ? ([
          [l10n.t('Error'), error.message],
          [l10n.t('What to do'), cureOf(error.code)],
        ] as const)
      : []),
    ...(report.provider === '' ? [] : [[l10n.t('Provider'), report.provider] as const]),
    [l10n.t('Model'), asked],
    ...wireFacts(report),
    ...(role === undefined ? [] : [[l10n.t('Purpose'), roleWord(role)] as const]),
    ...passedOver(report),
    [l10n.t('Started'), new Date(report.startedAt).toLocaleString(env.language)],
    ...(firstTokenMs === undefined ? [] : [[l10n.t('First token after'), duration(firstTokenMs)] as const]),
    ...(durationMs === undefined ? [] : [[l10n.t('Duration'), duration(durationMs)] as const]),
    ...(usage ? usageFacts(usage) : []),
    ...(speed === undefined
      ? []
      : [[l10n.t('Speed'), l10n.t('{0} tokens per second', Math.round(speed))] as const]),
    ...(calledTools.length === 0 ? [] : [[l10n.t('Tools called'), calledTools.join(', ')] as const]),
  ];
}

/** Only if the provider's own Responses API was used; Chat Completions is the rule. */
function wireFacts({ wire, repairs = [] }: RequestReport): Fact[] {
  if (wire !== 'responses') return [];
  const mended: Fact[] = repairs.length === 0 ? [] : [[l10n.t('Repairs'), repairs.join(', ')]];
  return [[l10n.t('Interface'), l10n.t("the provider's own Responses API")], ...mended];
}

/** The targets that were tried before, in order, each with the reason why it did not answer. */
function passedOver({ passedOver: tried = [] }: RequestReport): Fact[] {
  return tried.map(({ provider, model, code, message }, index) => [
    l10n.t('Attempt {0}', index + 1),
    `${provider}, ${model}: ${errorWord(code)}. ${message}`,
  ]);
}

function usageFacts(usage: NonNullable<RequestReport['usage']>): readonly Fact[] {
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

/** The page's name: `deepseek-v4-pro 14.32`, without characters that file names must not contain. */
export function documentName({ upstreamModel, startedAt }: RequestReport): string {
  return `${upstreamModel} ${clock(startedAt)}`.replaceAll(/[^\p{L}\p{N} .-]+/gu, '.');
}

/** The read-only document for a request. */
export function detailsText(report: RequestReport): string {
  const [first = ['', ''], ...rest] = facts(report).map((fact) => fact.map(asMarkdown));
  return [
    `# ${asMarkdown(report.upstreamModel)}: ${stateWord(report)}`,
    '',
    `| ${first.join(' | ')} |`,
    '|:--|:--|',
    ...rest.map((row) => `| ${row.join(' | ')} |`),
    '',
    l10n.t('Prompts, answers and tool arguments are never recorded here.'),
    '',
    l10n.t('For searches in the log: {0}', asCode([report.error?.code, report.id].filter(Boolean).join(' '))),
    '',
  ].join('\n');
}
