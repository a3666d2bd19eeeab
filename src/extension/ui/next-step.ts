/** What comes after a choice: nothing, where Codex knows the relay already; setting Codex up, where it does not. */
import * as vscode from 'vscode';
import { messageOf } from '../../errors.ts';
import type { CodexConfigCommands } from '../codex/config-commands.ts';

/** Says who answers Codex now, or offers the step that is missing. */
export async function tellNextStep(
  provider: string,
  model: string,
  codex: CodexConfigCommands,
): Promise<void> {
  if (codex.isSettingUp) return;
  try {
    if ((await codex.setup()) !== 'none') {
      vscode.window.setStatusBarMessage(vscode.l10n.t('Codex now talks to {0}: {1}', provider, model), 5000);
      return;
    }
  } catch (error) {
    void vscode.window.showErrorMessage(messageOf(error));
    return;
  }
  const setUp = vscode.l10n.t('Set up Codex');
  const words = vscode.l10n.t('{0} is ready, with {1}. Codex does not use it yet.', provider, model);
  if ((await vscode.window.showInformationMessage(words, setUp)) === setUp) await codex.setUp();
}
