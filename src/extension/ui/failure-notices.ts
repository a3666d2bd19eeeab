/** Messages about failed requests, each with what helps. */
import * as vscode from 'vscode';
import type { RequestReport } from '../../relay/options.ts';
import type { UserChoices } from '../user-choices.ts';
import type { ProviderCommands } from './provider-commands.ts';
import { asMessage } from './quoted.ts';
import type { RequestsView } from './requests-view.ts';

export class FailureNotices {
  readonly #choices: UserChoices;
  readonly #view: RequestsView;
  readonly #providers: ProviderCommands;
  /** Failures that the user knows of: each kind is reported once, until the provider answers again. */
  readonly #told = new Set<string>();

  constructor(choices: UserChoices, view: RequestsView, providers: ProviderCommands) {
    this.#choices = choices;
    this.#view = view;
    this.#providers = providers;
  }

  /** Reports a failed request, unless it failed for the same reason as one before. */
  async tell(report: RequestReport): Promise<void> {
    if (report.state === 'completed') return this.#forgive(report.provider);
    if (report.state !== 'failed' || !report.error) return;
    const kind = `${report.provider} ${report.error.code}`;
    if (this.#told.has(kind)) return;
    this.#told.add(kind);
    const why = { title: vscode.l10n.t('Why?'), run: () => this.#view.openRequest(report.id) };
    const actions = [why, ...this.#cures(report.error.code)];
    const provider = this.#choices.nameOf(report.provider);
    const words = vscode.l10n.t('A request to {0} failed: {1}', provider, asMessage(report.error.message));
    const chosen = await vscode.window.showWarningMessage(words, ...actions.map(({ title }) => title));
    await actions.find(({ title }) => title === chosen)?.run();
  }

  #forgive(provider: string): void {
    for (const kind of this.#told) if (kind.startsWith(`${provider} `)) this.#told.delete(kind);
  }

  /** What cures an error at once. */
  #cures(code: string) {
    const providers = this.#providers;
    if (code === 'upstream_unauthorized')
      return [{ title: vscode.l10n.t('Set API Key'), run: () => providers.setKey() }];
    if (code === 'model_not_found')
      return [{ title: vscode.l10n.t('Select Model'), run: () => providers.selectModel() }];
    if (code === 'insufficient_quota')
      return [{ title: vscode.l10n.t('Select Provider'), run: () => providers.selectProvider() }];
    return [];
  }
}
