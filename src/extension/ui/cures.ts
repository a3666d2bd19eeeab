/** Carries out the cure for a failed request with one click, for the provider that failed. */
import * as vscode from 'vscode';
import { MODEL_ALIAS } from '../../names.ts';
import type { RequestReport } from '../../relay/options.ts';
import type { ChoosableProvider } from '../choosable-provider.ts';
import type { CodexConfigCommands } from '../codex/config-commands.ts';
import type { RelayController } from '../relay/controller.ts';
import type { UserChoices } from '../user-choices.ts';
import { copyBugReport } from './bug-report.ts';
import { startLocalServer } from './local-server.ts';
import type { ProviderCommands } from './provider-commands.ts';
import type { RelayCommands } from './relay-commands.ts';
import type { TroubleCure } from './trouble.ts';

export interface CureParts {
  choices: UserChoices;
  controller: RelayController;
  providerCommands: ProviderCommands;
  relayCommands: RelayCommands;
  codexCommands: CodexConfigCommands;
  extensionVersion: string;
}

export class Cures {
  readonly #parts: CureParts;

  constructor(parts: CureParts) {
    this.#parts = parts;
  }

  /** The label of the cure's button. */
  titleOf(cure: TroubleCure, provider: ChoosableProvider | undefined): string {
    switch (cure) {
      case 'setKey':
        return vscode.l10n.t('Set API Key');
      case 'openAccount':
        return vscode.l10n.t('Open Account Page');
      case 'selectModel':
        return vscode.l10n.t('Select Model');
      case 'selectProvider':
        return vscode.l10n.t('Select Another Provider');
      case 'copyCompact':
        return vscode.l10n.t('Copy /compact');
      case 'startServer':
        return vscode.l10n.t('Start {0}', provider?.name ?? '');
      case 'test':
        return vscode.l10n.t('Test Connection');
      case 'editAddress':
        return vscode.l10n.t('Edit Address');
      case 'setUpCodex':
        return vscode.l10n.t('Set up Codex');
      case 'copyReport':
        return vscode.l10n.t('Copy Bug Report');
    }
  }

  async run(
    cure: TroubleCure,
    report: RequestReport,
    provider: ChoosableProvider | undefined,
  ): Promise<void> {
    const { providerCommands, relayCommands, codexCommands, extensionVersion } = this.#parts;
    switch (cure) {
      case 'setKey':
        return providerCommands.setKey(provider);
      case 'openAccount':
        if (provider?.keyUrl !== undefined) await vscode.env.openExternal(vscode.Uri.parse(provider.keyUrl));
        return;
      case 'selectModel':
        return this.#selectModel(report, provider);
      case 'selectProvider':
        return providerCommands.selectProvider();
      case 'copyCompact':
        await vscode.env.clipboard.writeText('/compact');
        void vscode.window.showInformationMessage(
          vscode.l10n.t('/compact is on the clipboard: paste it into Codex, and press Enter.'),
        );
        return;
      case 'startServer':
        if (provider) await startLocalServer(provider);
        return;
      case 'test':
        return relayCommands.testConnection(provider);
      case 'editAddress':
        await vscode.commands.executeCommand('workbench.action.openSettings', 'codexRelay.customProviders');
        return;
      case 'setUpCodex':
        return codexCommands.generate();
      case 'copyReport':
        return copyBugReport(report, extensionVersion);
    }
  }

  /** Includes the given request, if there is one. */
  async copyBugReport(report: RequestReport | undefined): Promise<void> {
    if (report) return copyBugReport(report, this.#parts.extensionVersion);
    void vscode.window.showInformationMessage(vscode.l10n.t('No request has failed.'));
  }

  /** Codex will keep asking for the same model by name, so that name is mapped to the choice. */
  async #selectModel(report: RequestReport, provider: ChoosableProvider | undefined): Promise<void> {
    const { choices, controller, providerCommands } = this.#parts;
    if (!provider || !(await providerCommands.selectModel(provider))) return;
    if (report.model === MODEL_ALIAS || report.model === choices.modelOf(provider)) return;
    const isCurrent = choices.provider?.id === provider.id;
    await choices.mapModel(
      report.model,
      isCurrent ? MODEL_ALIAS : `${provider.id}/${choices.modelOf(provider) ?? ''}`,
    );
    await controller.refresh();
    void vscode.window.showInformationMessage(
      vscode.l10n.t(
        'Requests for {0} are answered by {1} from now on.',
        report.model,
        choices.modelOf(provider) ?? '',
      ),
    );
  }
}
