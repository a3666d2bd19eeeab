/** The usage page: one for each window, updated while it is visible. */
import { randomBytes } from 'node:crypto';
import { homedir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { messageOf } from '../../errors.ts';
import { presetById } from '../../providers/index.ts';
import { balanceSource } from '../../relay/upstream/balance.ts';
import { dayOf } from '../../usage/calendar.ts';
import { cellsAsCsv } from '../../usage/csv.ts';
import type { OverviewData } from '../../usage/overview.ts';
import { ACTIONS, type Action, type PageModel } from '../../webview/model.ts';
import type { ChoosableProvider } from '../choosable-provider.ts';
import type { RelayLauncher } from '../relay/launcher.ts';
import { asMessage } from '../ui/quoted.ts';
import type { UserChoices } from '../user-choices.ts';
import { pageHtml } from './html.ts';
import { balanceInWords, pageModel } from './words.ts';

const DAYS = 30;
/** At most this often, however many requests end, so that the page can be read. */
const REDRAW_MS = 3000;

export interface UsagePageParts {
  choices: UserChoices;
  launcher: RelayLauncher;
  /** Where the page's script and style are. */
  dist: vscode.Uri;
  log: vscode.LogOutputChannel;
}

export class UsagePage {
  readonly #parts: UsagePageParts;
  #panel: vscode.WebviewPanel | undefined;
  #data: OverviewData | undefined;
  #balances: (readonly [name: string, told: string])[] | undefined;
  #shown = '';
  #redraw: NodeJS.Timeout | undefined;

  constructor(parts: UsagePageParts) {
    this.#parts = parts;
  }

  dispose(): void {
    clearTimeout(this.#redraw);
    this.#panel?.dispose();
  }

  show(): void {
    if (this.#panel) this.#panel.reveal();
    else this.#panel = this.#open();
  }

  #open(): vscode.WebviewPanel {
    const { dist } = this.#parts;
    const title = vscode.l10n.t('Usage of Codex Relay');
    const panel = vscode.window.createWebviewPanel('codexRelay.usage', title, vscode.ViewColumn.Active, {
      enableScripts: true,
      enableFindWidget: true,
      localResourceRoots: [dist],
    });
    const { webview } = panel;
    const file = (name: string) => webview.asWebviewUri(vscode.Uri.joinPath(dist, name)).toString();
    panel.iconPath = new vscode.ThemeIcon('graph');
    panel.onDidDispose(() => {
      this.#panel = undefined;
      this.#balances = undefined;
    });
    panel.onDidChangeViewState(() => this.requestsChanged());
    webview.onDidReceiveMessage((message: unknown) => {
      const action = actionIn(message);
      if (action !== undefined) this.#do(action).catch((error: unknown) => this.#tell(error));
    });
    webview.html = pageHtml({
      cspSource: webview.cspSource,
      script: file('usage-page.js'),
      style: file('usage-page.css'),
      nonce: randomBytes(16).toString('base64'),
      language: vscode.env.language,
      title,
    });
    return panel;
  }

  /** Requests have come or ended. */
  requestsChanged(): void {
    if (!this.#panel?.visible) return;
    this.#redraw ??= setTimeout(() => {
      this.#redraw = undefined;
      this.#draw().catch((error: unknown) => this.#parts.log.error(messageOf(error)));
    }, REDRAW_MS);
  }

  async #do(action: Action): Promise<void> {
    switch (action) {
      case 'ready':
        this.#shown = '';
        return this.#draw();
      case 'refresh':
        return this.#draw(true);
      case 'exportCsv':
        return this.#export();
      case 'askBalances':
        this.#balances = await vscode.window.withProgress(
          { location: vscode.ProgressLocation.Window, title: vscode.l10n.t('Asking for balances') },
          () => this.#askBalances(),
        );
        return this.#draw();
      case 'openSettings':
        await vscode.commands.executeCommand(
          'workbench.action.openSettings',
          '@ext:codex-relay.codex-relay codexRelay.usage codexRelay.budgets',
        );
    }
  }

  async #draw(isFresh = false): Promise<void> {
    const { choices, launcher } = this.#parts;
    this.#data = await launcher.usage(DAYS, isFresh);
    const model: PageModel = pageModel({
      data: this.#data,
      nameOf: (upstream) => choices.nameOf(upstream),
      isRecorded: choices.settings.usage,
      tellsBalances: (await this.#accounts()).length > 0,
      balances: this.#balances,
    });
    const text = JSON.stringify(model);
    if (text === this.#shown) return;
    this.#shown = text;
    await this.#panel?.webview.postMessage(model);
  }

  /** Providers with a key that tell what is left. */
  async #accounts(): Promise<ChoosableProvider[]> {
    const { choices } = this.#parts;
    const telling = choices.providers.filter(tellsBalance);
    const status = await Promise.all(telling.map((provider) => choices.keys.status(provider)));
    return telling.filter((_, at) => status[at] === 'present');
  }

  async #askBalances(): Promise<(readonly [name: string, told: string])[]> {
    const { choices, launcher } = this.#parts;
    return Promise.all(
      (await this.#accounts()).map(async (provider) => {
        const told = await launcher
          .askBalance(await choices.upstreamOf(provider))
          .then(balanceInWords, messageOf);
        return [provider.name, told] as const;
      }),
    );
  }

  async #export(): Promise<void> {
    const { cells = [] } = this.#data ?? {};
    const name = `codex-relay-usage-${dayOf(Date.now())}.csv`;
    const to = await vscode.window.showSaveDialog({
      defaultUri: vscode.Uri.file(join(homedir(), name)),
      filters: { CSV: ['csv'] },
    });
    if (to === undefined) return;
    await vscode.workspace.fs.writeFile(to, new TextEncoder().encode(cellsAsCsv(cells)));
    void vscode.window.showInformationMessage(
      asMessage(vscode.l10n.t('The usage of the last 30 days is in {0}.', to.fsPath)),
    );
  }

  #tell(error: unknown): void {
    const message = messageOf(error);
    this.#parts.log.error(message);
    void vscode.window.showErrorMessage(
      asMessage(vscode.l10n.t('The usage page could not do that: {0}', message)),
    );
  }
}

function tellsBalance({ preset: id, baseUrl }: ChoosableProvider): boolean {
  const preset = presetById(id);
  return preset !== undefined && balanceSource({ preset, baseUrl }) !== undefined;
}

function actionIn(message: unknown): Action | undefined {
  if (typeof message !== 'object' || message === null || !('action' in message)) return undefined;
  return ACTIONS.find((action) => action === message.action);
}
