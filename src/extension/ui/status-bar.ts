/** The status bar item: who answers Codex, and whether all is well. A click opens the provider picker. */
import * as vscode from 'vscode';
import type { RelayState } from '../relay/controller.ts';
import type { RequestCounts } from '../relay/request-log.ts';
import { describeProblem, describeState } from './state-words.ts';

export interface StatusDetails {
  model: string | undefined;
  counts: RequestCounts;
}

/** The commands that the tooltip links to: VS Code ignores links to any that are not allowed. */
const LINKS = {
  start: 'codexRelay.start',
  stop: 'codexRelay.stop',
  key: 'codexRelay.setApiKey',
  model: 'codexRelay.selectModel',
  config: 'codexRelay.generateCodexConfig',
  requests: 'codexRelay.showRequests',
  log: 'codexRelay.showLog',
};

export class StatusBar {
  readonly #item: vscode.StatusBarItem;

  constructor() {
    this.#item = vscode.window.createStatusBarItem('codexRelay.status', vscode.StatusBarAlignment.Right, 100);
    this.#item.name = 'Codex Relay';
    this.#item.command = 'codexRelay.selectProvider';
  }

  show(state: RelayState, details: StatusDetails): void {
    this.#item.text = textOf(state);
    this.#item.tooltip = tooltipOf(state, details);
    this.#item.backgroundColor = backgroundOf(state);
    this.#item.accessibilityInformation = {
      label: vscode.l10n.t('Codex Relay: {0} Activate to select a provider.', describeState(state)),
      role: 'button',
    };
    this.#item.show();
  }

  dispose(): void {
    this.#item.dispose();
  }
}

const ICONS = {
  stopped: 'circle-slash',
  starting: 'loading~spin',
  running: 'radio-tower',
  attached: 'link',
  'needs-key': 'key',
  error: 'error',
} satisfies Record<RelayState['kind'], string>;

function textOf(state: RelayState): string {
  const isNew = state.kind === 'stopped' && !state.provider;
  const words = isNew ? vscode.l10n.t('Set up Codex Relay') : (state.provider?.name ?? 'Codex Relay');
  return `$(${ICONS[state.kind]}) ${words}`;
}

function backgroundOf(state: RelayState): vscode.ThemeColor | undefined {
  if (state.kind === 'error') return new vscode.ThemeColor('statusBarItem.errorBackground');
  if (state.kind === 'needs-key') return new vscode.ThemeColor('statusBarItem.warningBackground');
  return undefined;
}

function tooltipOf(state: RelayState, { model, counts }: StatusDetails): vscode.MarkdownString {
  const tip = new vscode.MarkdownString('', true);
  tip.isTrusted = { enabledCommands: Object.values(LINKS) };
  tip.appendMarkdown('**Codex Relay**\n\n');
  tip.appendMarkdown(plain(describeState(state)));
  if (state.kind === 'error') tip.appendMarkdown(`\n\n${plain(describeProblem(state.problem))}`);
  if (state.kind === 'running' || state.kind === 'attached') {
    const rows = [
      [vscode.l10n.t('Address'), `\`${state.url}/v1\``],
      [vscode.l10n.t('Model'), model ? `\`${model}\`` : vscode.l10n.t('as Codex requests')],
      [
        vscode.l10n.t('Requests'),
        vscode.l10n.t(
          '{0} running, {1} finished, {2} failed',
          counts.running,
          counts.finished,
          counts.failed,
        ),
      ],
    ];
    tip.appendMarkdown(`\n\n| | |\n|:--|:--|\n${rows.map((row) => `| ${row.join(' | ')} |`).join('\n')}`);
  }
  tip.appendMarkdown(`\n\n---\n\n${linksOf(state).join(' &nbsp;·&nbsp; ')}`);
  return tip;
}

/** Text as Markdown. MarkdownString's own `appendText` joins all words with hard spaces, which breaks lines inside words. */
function plain(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+\-.!<>|~$]/g, '\\$&');
}

function linksOf(state: RelayState): string[] {
  const link = (icon: string, label: string, command: string) => `[$(${icon}) ${label}](command:${command})`;
  const serves = state.kind === 'running' || state.kind === 'attached';
  const first =
    state.kind === 'needs-key'
      ? link('key', vscode.l10n.t('Set API Key'), LINKS.key)
      : serves
        ? link('debug-stop', vscode.l10n.t('Stop'), LINKS.stop)
        : link('play', vscode.l10n.t('Start'), LINKS.start);
  return [
    first,
    link('symbol-misc', vscode.l10n.t('Model'), LINKS.model),
    link('gear', vscode.l10n.t('Codex Config'), LINKS.config),
    link('list-unordered', vscode.l10n.t('Requests'), LINKS.requests),
    link('output', vscode.l10n.t('Log'), LINKS.log),
  ];
}
