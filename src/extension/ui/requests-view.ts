/** The Requests view: conversations, turns and requests as a tree, and each request as a read-only document. */
import * as vscode from 'vscode';
import { asObject } from '../../json.ts';
import type { RequestReport } from '../../relay/options.ts';
import type { RelayState } from '../relay/controller.ts';
import type { RequestLog } from '../relay/request-log.ts';
import type { UserChoices } from '../user-choices.ts';
import { detailsText, documentName, facts } from './request-details.ts';
import {
  type Entry,
  groupRequests,
  type Row,
  rowsOf,
  type Thread,
  type Turn,
  totalsOf,
} from './request-groups.ts';
import {
  clock,
  dayAndTime,
  errorWord,
  roleWord,
  rowName,
  spokenSummary,
  stateWord,
  summaryBehind,
  summaryOf,
  tokens,
} from './request-text.ts';
import { describeProblem, describeState } from './state-words.ts';

const SCHEME = 'codex-relay-request';
export const VIEW_ID = 'codexRelay.requests';

type Node = Entry | Turn | { report: RequestReport; label: string; value: string };

export class RequestsView implements vscode.TreeDataProvider<Node>, vscode.TextDocumentContentProvider {
  readonly #log: RequestLog;
  readonly #choices: UserChoices;
  readonly #treeChanged = new vscode.EventEmitter<undefined>();
  readonly #textChanged = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChangeTreeData = this.#treeChanged.event;
  readonly onDidChange = this.#textChanged.event;
  readonly #tree: vscode.TreeView<Node>;
  readonly #registrations: vscode.Disposable[];

  constructor(log: RequestLog, choices: UserChoices) {
    this.#log = log;
    this.#choices = choices;
    this.#tree = vscode.window.createTreeView(VIEW_ID, { treeDataProvider: this });
    this.#registrations = [
      this.#tree,
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
      this.#treeChanged,
      this.#textChanged,
    ];
    log.on('change', () => this.#refresh());
    this.#refresh();
  }

  /** Shows above the rows why no more requests come. */
  showState(state: RelayState): void {
    const isServing = state.kind === 'running' || state.kind === 'attached' || state.kind === 'starting';
    const problem = state.kind === 'error' ? ` ${describeProblem(state.problem)}` : '';
    // Without rows the welcome text says so, with buttons.
    const isTold = isServing || this.#log.reports.length === 0;
    this.#tree.message = isTold ? '' : describeState(state) + problem;
  }

  #refresh(): void {
    this.#treeChanged.fire(undefined);
    this.#tree.description = totalsText(this.#log.reports);
    for (const { uri } of vscode.workspace.textDocuments)
      if (uri.scheme === SCHEME) this.#textChanged.fire(uri);
  }

  getChildren(node?: Node): Node[] {
    if (!node) return groupRequests(this.#log.reports.map((report) => this.#named(report)));
    if ('label' in node) return [];
    if ('turns' in node) {
      const [only, ...others] = node.turns;
      // Anything that would unfold to a single row is shown as that row.
      const turns = others.length === 0 ? only.rows : node.turns;
      return turns.map((one) => ('rows' in one && one.rows.length === 1 ? one.rows[0] : one));
    }
    if ('rows' in node) return [...node.rows];
    return facts(node.report).map(([label, value]) => ({ report: node.report, label, value }));
  }

  getTreeItem(node: Node): vscode.TreeItem {
    if ('label' in node) return factItem(node);
    if ('turns' in node) return threadItem(node, this.#isNewest(node));
    if ('rows' in node) return turnItem(node, this.#isNewest(node));
    return requestItem(node);
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    const report = this.#reportOf(new URLSearchParams(uri.query).get('id'));
    return report ? detailsText(report) : vscode.l10n.t('This request is no longer in the list.');
  }

  /** Opens the details as a rendered page; takes a request's id, or its node in the tree. */
  async openRequest(request: unknown): Promise<void> {
    const report = this.reportOf(request);
    if (!report) return;
    const query = new URLSearchParams({ id: report.id }).toString();
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${documentName(report)}.md`, query });
    await vscode.commands.executeCommand('markdown.showPreview', uri);
  }

  async copyError(request: unknown): Promise<void> {
    const { error } = this.reportOf(request) ?? {};
    if (!error) return;
    await vscode.env.clipboard.writeText(error.message);
    vscode.window.setStatusBarMessage(vscode.l10n.t('The error is on the clipboard.'), 5000);
  }

  /** The report for a request's id or its node in the tree; without either, the last one that failed. */
  reportOf(request: unknown): RequestReport | undefined {
    const id = typeof request === 'string' ? request : asObject(asObject(request)?.['report'])?.['id'];
    if (typeof id === 'string') return this.#reportOf(id);
    return this.#log.reports.find(({ state }) => state === 'failed');
  }

  #reportOf(id: string | null): RequestReport | undefined {
    const report = this.#log.reports.find((one) => one.id === id);
    return report && this.#named(report);
  }

  #isNewest(group: Thread | Turn): boolean {
    const [newest] = this.#log.reports;
    const rows = 'turns' in group ? rowsOf(group) : group.rows;
    return rows.some(({ report }) => report.id === newest?.id);
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

/** `21 · 3 failed · since 9:14`. */
function totalsText(reports: readonly RequestReport[]): string {
  const oldest = reports.at(-1);
  if (oldest === undefined) return '';
  const { requests, failed } = totalsOf(reports);
  return [
    `${requests}`,
    ...(failed === 0 ? [] : [vscode.l10n.t('{0} failed', failed)]),
    vscode.l10n.t('since {0}', dayAndTime(oldest.startedAt)),
  ].join(' · ');
}

function threadItem(thread: Thread, isNewest: boolean): vscode.TreeItem {
  const rows = rowsOf(thread);
  const item = new vscode.TreeItem(vscode.l10n.t('Conversation'), foldedUnless(isNewest));
  item.id = `thread ${thread.id}`;
  item.description = [
    clock(thread.turns[0].rows[0].report.startedAt),
    thread.turns.length === 1 ? vscode.l10n.t('1 turn') : vscode.l10n.t('{0} turns', thread.turns.length),
  ].join(' · ');
  item.iconPath = new vscode.ThemeIcon('comment-discussion');
  item.tooltip = groupTooltip(rows);
  item.contextValue = 'thread';
  return item;
}

function turnItem(turn: Turn, isNewest: boolean): vscode.TreeItem {
  const [last] = turn.rows;
  const item = new vscode.TreeItem(vscode.l10n.t('Turn'), foldedUnless(isNewest));
  item.id = `turn ${turn.id}`;
  const { requests } = totalsOf(turn.rows.map(({ report }) => report));
  item.description = [
    clock(turn.rows.at(-1)?.report.startedAt ?? 0),
    vscode.l10n.t('{0} requests', requests),
  ].join(' · ');
  item.iconPath = iconOf(last.report);
  item.tooltip = groupTooltip(turn.rows);
  item.contextValue = 'turn';
  return item;
}

function groupTooltip(rows: readonly Row[]): string {
  const totals = totalsOf(rows.map(({ report }) => report));
  return vscode.l10n.t(
    '{0} requests, {1} failed, {2} tokens in, {3} out',
    totals.requests,
    totals.failed,
    tokens(totals.inputTokens),
    tokens(totals.outputTokens),
  );
}

function foldedUnless(isOpen: boolean): vscode.TreeItemCollapsibleState {
  return isOpen ? vscode.TreeItemCollapsibleState.Expanded : vscode.TreeItemCollapsibleState.Collapsed;
}

function requestItem({ report, times }: Row): vscode.TreeItem {
  const { role, error } = report;
  const name = role === undefined ? report.upstreamModel : roleWord(role);
  const shown = rowName(report);
  const item = new vscode.TreeItem(shown, vscode.TreeItemCollapsibleState.Collapsed);
  item.id = report.id;
  item.contextValue = report.state === 'failed' ? 'request.failed' : 'request';
  item.description = summaryBehind(shown, report, times);
  item.iconPath = iconOf(report);
  const summary = `${name}\n${spokenSummary(report)}`;
  item.tooltip = error ? `${errorWord(error.code)}: ${error.message}\n${summary}` : summary;
  item.command = {
    command: 'codexRelay.showRequest',
    title: vscode.l10n.t('Show Request Details'),
    arguments: [report.id],
  };
  item.accessibilityInformation = {
    label: `${name}, ${stateWord(report)}, ${summaryOf(report, times)}, ${spokenSummary(report)}`,
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

function iconOf({ state, waiting }: RequestReport): vscode.ThemeIcon {
  switch (state) {
    case 'running':
      return new vscode.ThemeIcon(waiting ? 'watch' : 'loading~spin');
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
