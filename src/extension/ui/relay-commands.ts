/** The commands for the relay itself: start, stop, test, inspect. */
import * as vscode from 'vscode';
import type { ChoosableProvider } from '../choosable-provider.ts';
import type { CodexConfigCommands } from '../codex/config-commands.ts';
import type { RelayController, RelayState } from '../relay/controller.ts';
import type { RelayLauncher } from '../relay/launcher.ts';
import { freePortAbove } from '../relay/port-owner.ts';
import type { RequestLog } from '../relay/request-log.ts';
import type { WindowSignals } from '../relay/window-signals.ts';
import type { UserChoices } from '../user-choices.ts';
import { debugInfo } from './debug-info.ts';
import { type Action, offer } from './offer.ts';
import type { ProviderCommands } from './provider-commands.ts';
import { asMessage } from './quoted.ts';
import { duration } from './request-text.ts';
import { describeProblem, describeState } from './state-words.ts';

export interface RelayCommandParts {
  choices: UserChoices;
  controller: RelayController;
  launcher: RelayLauncher;
  requests: RequestLog;
  signals: WindowSignals;
  log: vscode.LogOutputChannel;
  providerCommands: ProviderCommands;
  codexCommands: CodexConfigCommands;
  extensionVersion: string;
}

export class RelayCommands {
  readonly #parts: RelayCommandParts;

  constructor(parts: RelayCommandParts) {
    this.#parts = parts;
  }

  async start(): Promise<void> {
    const { controller, signals } = this.#parts;
    const state = await withProgress(vscode.l10n.t('Starting the relay'), () => controller.start());
    await signals.send('start');
    await this.#tell(state);
  }

  async stop(): Promise<void> {
    const { controller, signals } = this.#parts;
    // Stop every window, or an attached one would take over.
    await signals.send('stop');
    await controller.stop();
    const words = vscode.l10n.t('Codex Relay is stopped. Codex cannot use it until it is started again.');
    await offer(vscode.window.showInformationMessage, words, [
      { title: vscode.l10n.t('Start'), run: () => this.start() },
    ]);
  }

  /** Requests that wait because their provider asked for it continue at once, whichever window serves them. */
  async tryNow(): Promise<void> {
    const { controller, signals } = this.#parts;
    await controller.served?.resetTargets();
    await signals.send('reset-targets');
  }

  /** Every target is tried again, whichever window serves. */
  async resetTargets(): Promise<void> {
    const { controller, signals } = this.#parts;
    await controller.served?.resetTargets();
    if (controller.served === undefined) await signals.send('reset-targets');
    void vscode.window.showInformationMessage(
      vscode.l10n.t('No target of Codex Relay waits any longer: the next request tries them all.'),
    );
  }

  async restart(): Promise<void> {
    const { controller } = this.#parts;
    await this.#tell(await withProgress(vscode.l10n.t('Restarting the relay'), () => controller.restart()));
  }

  /** Default: of the current provider. */
  async testConnection(given?: ChoosableProvider): Promise<void> {
    const { choices, launcher, providerCommands } = this.#parts;
    const provider = given ?? choices.provider;
    if (!provider) return providerCommands.selectProvider();
    const title = vscode.l10n.t('Codex Relay: asking {0} for a short answer', provider.name);
    const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
    const upstream = await choices.upstreamOf(provider);
    const result = await vscode.window.withProgress(options, (_progress, cancel) => {
      const abort = new AbortController();
      cancel.onCancellationRequested(() => abort.abort());
      return launcher
        .askForAnswer(upstream, abort.signal)
        .catch((error: Error) => (abort.signal.aborted ? undefined : error));
    });
    if (!result) return;
    if (result instanceof Error)
      return offer(vscode.window.showErrorMessage, asMessage(result.message), [this.#logAction()]);
    void vscode.window.showInformationMessage(
      vscode.l10n.t(
        '{0} answers: {1} in {2}.',
        provider.name,
        // The answer only repeats the requested name, which is the alias.
        choices.modelOf(provider) ?? asMessage(result.model),
        duration(result.milliseconds),
      ),
    );
  }

  async clearHistory(): Promise<void> {
    const { controller, signals, requests } = this.#parts;
    const clear = vscode.l10n.t('Clear');
    const answer = await vscode.window.showWarningMessage(
      vscode.l10n.t('Clear the history of Codex Relay?'),
      {
        modal: true,
        detail: vscode.l10n.t(
          "This removes responses kept for continuation, retained reasoning and the list of requests. Codex's own sessions stay as they are.",
        ),
      },
      clear,
    );
    if (answer !== clear) return;
    await controller.served?.clearHistory();
    requests.clear();
    await requests.save();
    await signals.send('clear-history');
    void vscode.window.showInformationMessage(vscode.l10n.t('The history of Codex Relay was cleared.'));
  }

  async copyDebugInfo(): Promise<void> {
    const { choices, controller, requests, extensionVersion } = this.#parts;
    const versions = {
      extension: extensionVersion,
      vscode: `${vscode.version} (${vscode.env.appName})`,
      node: process.version,
      system: `${process.platform} ${process.arch}`,
      remote: vscode.env.remoteName?.replace(/[:+].*$/, ''),
    };
    await vscode.env.clipboard.writeText(
      debugInfo(versions, controller.state, choices.settings, requests.reports),
    );
    void vscode.window.showInformationMessage(
      vscode.l10n.t('Debug info is on the clipboard. It contains no key, no prompt and no private address.'),
    );
  }

  /** Tells the user why the relay does not run, and offers what helps. */
  async tellTrouble(state: RelayState): Promise<void> {
    if (state.kind !== 'error') return;
    const { problem } = state;
    const actions =
      problem.code === 'port-in-use'
        ? [this.#otherPortAction(problem.port), this.#logAction()]
        : [this.#logAction()];
    await offer(vscode.window.showErrorMessage, asMessage(describeProblem(problem)), actions);
  }

  async useAnotherPort(taken = this.#parts.choices.settings.port): Promise<void> {
    const { choices, controller, codexCommands } = this.#parts;
    await choices.usePort(await freePortAbove(taken));
    await this.#tell(await controller.start());
    // Codex still uses the old port: its files are changed only with the user's consent.
    await codexCommands.generate();
  }

  async #tell(state: RelayState): Promise<void> {
    const { providerCommands } = this.#parts;
    if (state.kind === 'error') return this.tellTrouble(state);
    if (state.kind === 'needs-key') {
      const action = {
        title: vscode.l10n.t('Set API Key'),
        run: () => providerCommands.setKey(),
      };
      return offer(vscode.window.showWarningMessage, describeState(state), [action]);
    }
    if (state.kind === 'stopped') {
      const action = {
        title: vscode.l10n.t('Select Provider'),
        run: () => providerCommands.selectProvider(),
      };
      return offer(vscode.window.showInformationMessage, describeState(state), [action]);
    }
    vscode.window.setStatusBarMessage(describeState(state), 5000);
  }

  #logAction(): Action {
    return { title: vscode.l10n.t('Show Log'), run: () => this.#parts.log.show() };
  }

  #otherPortAction(port: number): Action {
    return { title: vscode.l10n.t('Use Another Port'), run: () => this.useAnotherPort(port) };
  }
}

function withProgress<T>(title: string, work: () => Promise<T>): Thenable<T> {
  return vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, work);
}
