/** `Run Doctor`: checks the way from Codex to the model, shows what was found, and offers the first cure. */
import * as vscode from 'vscode';
import type { Finding, FindingCure } from '../../doctor/finding.ts';
import { messageOf } from '../../errors.ts';
import { loadCodexFiles } from '../codex/load-codex-files.ts';
import type { UserChoices } from '../user-choices.ts';
import { typeInstallCommand } from './codex-terminal.ts';
import { checkWord, cureSentence, doctorText } from './doctor-text.ts';
import { type Action, offer } from './offer.ts';
import { asMessage } from './quoted.ts';

const SCHEME = 'codex-relay-doctor';

export class Doctor implements vscode.TextDocumentContentProvider {
  readonly #choices: UserChoices;
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.#changed.event;
  readonly #registration = vscode.workspace.registerTextDocumentContentProvider(SCHEME, this);
  #findings: readonly Finding[] = [];

  constructor(choices: UserChoices) {
    this.#choices = choices;
  }

  provideTextDocumentContent(): string {
    return doctorText(this.#findings);
  }

  /** Shows nothing if the user cancels the examination. */
  async run(): Promise<void> {
    try {
      const findings = await this.#examine();
      if (findings === undefined) return;
      this.#findings = findings;
      const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${vscode.l10n.t('Doctor')}.md` });
      this.#changed.fire(uri);
      await vscode.commands.executeCommand('markdown.showPreview', uri);
      await offerCure(findings);
    } catch (error) {
      void vscode.window.showErrorMessage(asMessage(messageOf(error)));
    }
  }

  dispose(): void {
    this.#registration.dispose();
    this.#changed.dispose();
  }

  async #examine(): Promise<Finding[] | undefined> {
    const { keys, settings } = this.#choices;
    const { port } = settings;
    const token = await keys.token();
    const title = vscode.l10n.t('Codex Relay: examining the way from Codex to the model');
    const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
    return vscode.window.withProgress(options, async (progress, cancel) => {
      const abort = new AbortController();
      cancel.onCancellationRequested(() => abort.abort());
      const { examine } = await loadCodexFiles();
      const patient = {
        environment: process.env,
        port,
        otherwise: { port, token },
        ownToken: token,
        signal: abort.signal,
      };
      const findings: Finding[] = [];
      for await (const finding of examine(patient)) {
        if (abort.signal.aborted) return undefined;
        findings.push(finding);
        progress.report({ message: checkWord(finding.check) });
      }
      return abort.signal.aborted ? undefined : findings;
    });
  }
}

/** One message about the first problem, with a button that cures it. */
async function offerCure(findings: readonly Finding[]): Promise<void> {
  const first = findings.find(({ state }) => state === 'problem');
  const action = first?.cure && actionOf(first.cure);
  if (first?.cure === undefined || action === undefined) return;
  const words = `${checkWord(first.check)}: ${asMessage(first.found)}. ${cureSentence(first.cure)}`;
  await offer(vscode.window.showWarningMessage, words, [action]);
}

function actionOf(cure: FindingCure): Action | undefined {
  const command = (title: string, name: string) => ({
    title,
    run: () => vscode.commands.executeCommand(`codexRelay.${name}`),
  });
  switch (cure) {
    case 'install-codex':
      return { title: vscode.l10n.t('Install Codex'), run: typeInstallCommand };
    case 'set-up':
    case 'make-default':
    case 'larger-window':
      return command(vscode.l10n.t('Set up Codex'), 'generateCodexConfig');
    case 'start':
      return command(vscode.l10n.t('Start'), 'start');
    case 'other-port':
      return command(vscode.l10n.t('Use Another Port'), 'useAnotherPort');
    case 'key':
      return command(vscode.l10n.t('Set API Key'), 'setApiKey');
    case 'model':
      return command(vscode.l10n.t('Select Model'), 'selectModel');
    default:
      return undefined;
  }
}
