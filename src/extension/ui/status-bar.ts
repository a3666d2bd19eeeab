/** The status bar item: who answers Codex, and whether all is well. A click opens the provider picker. */
import * as vscode from 'vscode';
import type { RequestReport } from '../../relay/options.ts';
import type { Sum } from '../../usage/summary.ts';
import type { RelayState } from '../relay/controller.ts';
import type { RequestCounts } from '../relay/request-log.ts';
import type { WorkspaceChoice } from '../workspace-choice.ts';
import { costInWords } from './numbers.ts';
import { asCode, asMarkdown } from './quoted.ts';
import { dayAndTime, tokens } from './request-text.ts';
import type { RunningNow } from './running-now.ts';
import { describeProblem, describeState } from './state-words.ts';

export interface StatusDetails {
  model: string | undefined;
  counts: RequestCounts;
  /** When the oldest of the counted requests began, in milliseconds since the epoch. */
  since: number | undefined;
  /** The last request, if it failed. */
  failure: RequestReport | undefined;
  /** A request that waits for its provider. */
  wait: RequestReport | undefined;
  /** Undefined until it is known. */
  today: Sum | undefined;
  running: readonly RunningNow[];
  /** What this workspace chooses for Codex when opened in it. */
  here: WorkspaceChoice | undefined;
}

/** The commands that the tooltip links to; VS Code ignores links to commands that are not allowed. */
const LINKS = {
  start: 'codexRelay.start',
  stop: 'codexRelay.stop',
  key: 'codexRelay.setApiKey',
  model: 'codexRelay.selectModel',
  config: 'codexRelay.generateCodexConfig',
  requests: 'codexRelay.showRequests',
  usage: 'codexRelay.showUsage',
  log: 'codexRelay.showLog',
  provider: 'codexRelay.selectProvider',
  tryNow: 'codexRelay.tryNow',
  otherPort: 'codexRelay.useAnotherPort',
  details: 'codexRelay.showRequest',
};

/** As many as fit into a tooltip. */
const MOST_RUNNING = 3;

export class StatusBar {
  readonly #item: vscode.StatusBarItem;
  #countdown: NodeJS.Timeout | undefined;

  constructor() {
    this.#item = vscode.window.createStatusBarItem('codexRelay.status', vscode.StatusBarAlignment.Right, 100);
    this.#item.name = 'Codex Relay';
    this.#item.command = 'codexRelay.selectProvider';
  }

  show(state: RelayState, details: StatusDetails): void {
    this.#item.text = textOf(state, details);
    this.#item.tooltip = tooltipOf(state, details);
    this.#item.backgroundColor = backgroundOf(state, details);
    this.#item.accessibilityInformation = { label: spoken(state, details), role: 'button' };
    this.#item.show();
    this.#countDown(state, details);
  }

  dispose(): void {
    clearTimeout(this.#countdown);
    this.#item.dispose();
  }

  /** Only the text changes each second, so that a tooltip that is being read stays. */
  #countDown(state: RelayState, details: StatusDetails): void {
    clearTimeout(this.#countdown);
    if (secondsLeft(details) === 0) return;
    this.#countdown = setTimeout(() => {
      this.#item.text = textOf(state, details);
      this.#countDown(state, details);
    }, 1000);
  }
}

const ICONS = {
  stopped: 'circle-slash',
  starting: 'loading~spin',
  running: 'codex-relay-logo',
  attached: 'link',
  'needs-key': 'key',
  error: 'error',
} satisfies Record<RelayState['kind'], string>;

function textOf(state: RelayState, details: StatusDetails): string {
  const seconds = secondsLeft(details);
  if (seconds > 0) return `$(watch) ${vscode.l10n.t('{0}: {1} s', state.provider?.name ?? '', seconds)}`;
  if (serves(state) && details.failure) return `$(warning) ${state.provider?.name ?? ''}`;
  const isNew = state.kind === 'stopped' && !state.provider;
  const words = isNew ? vscode.l10n.t('Set up Codex Relay') : (state.provider?.name ?? 'Codex Relay');
  return `$(${ICONS[state.kind]}) ${words}`;
}

function serves(state: RelayState): boolean {
  return state.kind === 'running' || state.kind === 'attached';
}

function secondsLeft({ wait }: StatusDetails): number {
  return Math.max(0, Math.ceil(((wait?.waiting?.until ?? 0) - Date.now()) / 1000));
}

function spoken(state: RelayState, { model, failure }: StatusDetails): string {
  const sentences = [
    describeState(state),
    ...(state.kind === 'error' ? [describeProblem(state.problem)] : []),
    ...(serves(state) && model !== undefined ? [vscode.l10n.t('Model: {0}.', model)] : []),
    ...(serves(state) && failure?.error
      ? [vscode.l10n.t('The last request failed: {0}', failure.error.message)]
      : []),
  ];
  return vscode.l10n.t('Codex Relay: {0} Activate to select a provider.', sentences.join(' '));
}

function backgroundOf(state: RelayState, { failure }: StatusDetails): vscode.ThemeColor | undefined {
  if (state.kind === 'error') return new vscode.ThemeColor('statusBarItem.errorBackground');
  if (state.kind === 'needs-key' || (serves(state) && failure))
    return new vscode.ThemeColor('statusBarItem.warningBackground');
  return undefined;
}

function tooltipOf(state: RelayState, details: StatusDetails): vscode.MarkdownString {
  const { model, here, counts, since, failure, wait, today, running } = details;
  const tip = new vscode.MarkdownString('', true);
  tip.isTrusted = { enabledCommands: Object.values(LINKS) };
  tip.appendMarkdown('**Codex Relay**\n\n');
  tip.appendMarkdown(asMarkdown(describeState(state)));
  if (state.kind === 'error') tip.appendMarkdown(`\n\n${asMarkdown(describeProblem(state.problem))}`);
  if (serves(state) && failure?.error)
    tip.appendMarkdown(`\n\n$(warning) ${asMarkdown(failure.error.message)}`);
  if (wait?.waiting) tip.appendMarkdown(`\n\n$(watch) ${asMarkdown(wait.waiting.message)}`);
  if ('url' in state) {
    const rows = [
      [vscode.l10n.t('Address'), asCode(`${state.url}/v1`)],
      [vscode.l10n.t('Model'), model ? asCode(model) : vscode.l10n.t('as Codex requests')],
      ...(here === undefined
        ? []
        : [[vscode.l10n.t('Codex opened here'), asCode(`${here.provider}/${here.model}`)]]),
      [
        vscode.l10n.t('Requests'),
        vscode.l10n.t(
          '{0} running, {1} finished, {2} failed',
          counts.running,
          counts.finished,
          counts.failed,
        ),
      ],
      ...(since === undefined ? [] : [[vscode.l10n.t('Counted since'), dayAndTime(since)]]),
      ...running.slice(0, MOST_RUNNING).map((one) => [vscode.l10n.t('Now running'), runningInWords(one)]),
      ...(today === undefined ? [] : [[vscode.l10n.t('Cost today'), todayInWords(today)]]),
    ];
    tip.appendMarkdown(`\n\n| | |\n|:--|:--|\n${rows.map((row) => `| ${row.join(' | ')} |`).join('\n')}`);
  }
  tip.appendMarkdown(`\n\n---\n\n${linksOf(state, details).join(' &nbsp;·&nbsp; ')}`);
  return tip;
}

function runningInWords({ model, leastInput }: RunningNow): string {
  if (leastInput === undefined) return asCode(model);
  return vscode.l10n.t('{0}, more than {1} tokens in', asCode(model), tokens(leastInput));
}

function todayInWords(today: Sum): string {
  const all = tokens(today.inputTokens + today.outputTokens);
  return vscode.l10n.t('{0}, {1} tokens', asMarkdown(costInWords(today)), all);
}

function linksOf(state: RelayState, { failure, wait }: StatusDetails): string[] {
  const link = (icon: string, label: string, command: string) => `[$(${icon}) ${label}](command:${command})`;
  const isPortTaken = state.kind === 'error' && state.problem.code === 'port-in-use';
  const details = encodeURIComponent(JSON.stringify([failure?.id]));
  const first =
    state.kind === 'needs-key'
      ? link('key', vscode.l10n.t('Set API Key'), LINKS.key)
      : serves(state)
        ? link('debug-stop', vscode.l10n.t('Stop'), LINKS.stop)
        : link('play', vscode.l10n.t('Start'), LINKS.start);
  return [
    ...(wait ? [link('debug-continue', vscode.l10n.t('Try Now'), LINKS.tryNow)] : []),
    ...(failure ? [link('info', vscode.l10n.t('Details'), `${LINKS.details}?${details}`)] : []),
    ...(isPortTaken ? [link('plug', vscode.l10n.t('Use Another Port'), LINKS.otherPort)] : []),
    first,
    link('arrow-swap', vscode.l10n.t('Provider'), LINKS.provider),
    link('symbol-misc', vscode.l10n.t('Model'), LINKS.model),
    link('gear', vscode.l10n.t('Codex Config'), LINKS.config),
    link('list-unordered', vscode.l10n.t('Requests'), LINKS.requests),
    link('graph', vscode.l10n.t('Usage'), LINKS.usage),
    link('output', vscode.l10n.t('Log'), LINKS.log),
  ];
}
