/** What comes after a choice: nothing if Codex already knows the relay, else setting Codex up. */
import * as vscode from 'vscode';
import { messageOf } from '../../errors.ts';
import type { CodexConfigCommands } from '../codex/config-commands.ts';

export class NextStep {
  readonly #codex: CodexConfigCommands;
  /** Whether the missing step has already been offered since Codex last knew the relay. */
  #isOffered = false;

  constructor(codex: CodexConfigCommands) {
    this.#codex = codex;
  }

  /** Says who answers Codex now, or offers the missing step, only once however often the user switches. */
  async tell(provider: string, model: string): Promise<void> {
    if (this.#codex.isSettingUp) return;
    try {
      if ((await this.#codex.setup()) !== 'none') {
        this.#isOffered = false;
        const words = vscode.l10n.t('Codex now talks to {0}: {1}', provider, model);
        vscode.window.setStatusBarMessage(words, 5000);
        return;
      }
    } catch (error) {
      void vscode.window.showErrorMessage(messageOf(error));
      return;
    }
    const words = vscode.l10n.t('{0} is ready, with {1}. Codex does not use it yet.', provider, model);
    if (this.#isOffered) {
      vscode.window.setStatusBarMessage(words, 5000);
      return;
    }
    this.#isOffered = true;
    const setUp = vscode.l10n.t('Set up Codex');
    if ((await vscode.window.showInformationMessage(words, setUp)) === setUp) await this.#codex.setUp();
  }
}
