/** The Requests view: the last requests as a tree, and each as a read-only document. */
import * as vscode from 'vscode';
import type { RequestReport } from '../../relay/options.ts';
import type { RequestLog } from '../relay/request-log.ts';
import type { UserChoices } from '../user-choices.ts';
import { cachedShare, detailsText, duration, facts, stateWord, tokens } from './request-text.ts';

const SCHEME = 'codex-relay-request';
export const VIEW_ID = 'codexRelay.requests';

type Node = { report: RequestReport } | { report: RequestReport; label: string; value: string };

export class RequestsView implements vscode.TreeDataProvider<Node>, vscode.TextDocumentContentProvider {
  readonly #log: RequestLog;
  readonly #choices: UserChoices;
  readonly #treeChanged = new vscode.EventEmitter<undefined>();
  readonly #textChanged = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChangeTreeData = this.#treeChanged.event;
  readonly onDidChange = this.#textChanged.event;
  readonly #registrations: vscode.Disposable[];

  constructor(log: RequestLog, choices: UserChoices) {
    this.#log = log;
    this.#choices = choices;
    this.#registrations = [
      vscode.window.registerTreeDataProvider(VIEW_ID, this),
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
      this.#treeChanged,
      this.#textChanged,
    ];
    log.on('change', () => this.#refresh());
  }

  #refresh(): void {
    this.#treeChanged.fire(undefined);
    for (const { uri } of vscode.workspace.textDocuments)
      if (uri.scheme === SCHEME) this.#textChanged.fire(uri);
  }

  getChildren(node?: Node): Node[] {
    if (!node) return this.#log.reports.map((report) => ({ report: this.#named(report) }));
    if ('label' in node) return [];
    return facts(node.report).map(([label, value]) => ({ report: node.report, label, value }));
  }

  getTreeItem(node: Node): vscode.TreeItem {
    return 'label' in node ? factItem(node) : requestItem(node.report);
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    const id = new URLSearchParams(uri.query).get('id');
    const report = this.#log.reports.find((one) => one.id === id);
    return report
      ? detailsText(this.#named(report))
      : vscode.l10n.t('This request is no longer in the list.');
  }

  /** Opens the details as a rendered page; takes a request's id, or its node in the tree. */
  async openRequest(request: unknown): Promise<void> {
    const id = typeof request === 'string' ? request : (request as Node | undefined)?.report.id;
    const report = this.#log.reports.find((one) => one.id === id);
    if (!report) return;
    const name = report.upstreamModel.replaceAll(/[^\w.-]+/g, '-');
    const query = new URLSearchParams({ id: report.id }).toString();
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${name}.md`, query });
    await vscode.commands.executeCommand('markdown.showPreview', uri);
  }

  /** The report with the names of providers in place of their ids. */
  #named(report: RequestReport): RequestReport {
    const named = <T extends { provider: string }>(one: T): T => ({
      ...one,
      provider: this.#choices.nameOf(one.provider),
    });
    return { ...named(report), ...(report.passedOver && { passedOver: report.passedOver.map(named) }) };
  }

  dispose(): void {
    for (const registration of this.#registrations) registration.dispose();
  }
}

function requestItem(report: RequestReport): vscode.TreeItem {
  const item = new vscode.TreeItem(report.upstreamModel, vscode.TreeItemCollapsibleState.Collapsed);
  item.id = report.id;
  item.contextValue = 'request';
  item.description = summaryOf(report);
  item.iconPath = iconOf(report);
  item.tooltip = report.error ? `${report.error.message}\n${item.description}` : item.description;
  item.command = {
    command: 'codexRelay.showRequest',
    title: vscode.l10n.t('Show Request Details'),
    arguments: [report.id],
  };
  item.accessibilityInformation = {
    label: `${report.upstreamModel}, ${stateWord(report)}, ${item.description}`,
  };
  return item;
}

function factItem({
  report,
  label,
  value,
}: {
  report: RequestReport;
  label: string;
  value: string;
}): vscode.TreeItem {
  const item = new vscode.TreeItem(label, vscode.TreeItemCollapsibleState.None);
  item.id = `${report.id} ${label}`;
  item.description = value;
  item.tooltip = `${label}: ${value}`;
  return item;
}

/** `3.2 s · 12.3k in (80% cached) · 210 out · DeepSeek`, or the error. */
function summaryOf({ provider, state, durationMs, usage, error }: RequestReport): string {
  if (state === 'failed' && error) return `${error.code} · ${provider}`;
  return [
    ...(durationMs === undefined ? [] : [duration(durationMs)]),
    ...(usage
      ? [
          vscode.l10n.t('{0} in ({1} cached)', tokens(usage.inputTokens), cachedShare(usage)),
          vscode.l10n.t('{0} out', tokens(usage.outputTokens)),
        ]
      : []),
    provider,
  ].join(' · ');
}

function iconOf({ state }: RequestReport): vscode.ThemeIcon {
  switch (state) {
    case 'running':
      return new vscode.ThemeIcon('loading~spin');
    case 'completed':
      return new vscode.ThemeIcon('pass', new vscode.ThemeColor('testing.iconPassed'));
    case 'failed':
      return new vscode.ThemeIcon('error', new vscode.ThemeColor('testing.iconFailed'));
    case 'incomplete':
      return new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'));
    case 'cancelled':
      return new vscode.ThemeIcon('circle-slash');
  }
}
