/** Tells the user to restart Codex to see changed models. */
import * as vscode from 'vscode';

/** Key in global state; set if the user does not want this message. */
const HIDDEN = 'hidesCatalogNotice';

export async function tellCatalogChanged(memory: vscode.Memento): Promise<void> {
  if (memory.get(HIDDEN) === true) return;
  const never = vscode.l10n.t("Don't Show Again");
  const words = vscode.l10n.t(
    'The models that Codex Relay offers to Codex have changed. Restart Codex to see the new models.',
  );
  if ((await vscode.window.showInformationMessage(words, never)) === never) await memory.update(HIDDEN, true);
}
