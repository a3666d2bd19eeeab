/** Tells that Codex must be restarted to see the models that have changed. */
import * as vscode from 'vscode';

/** In global state: the user does not want to be told. */
const HIDDEN = 'hidesCatalogNotice';

export async function tellCatalogChanged(memory: vscode.Memento): Promise<void> {
  if (memory.get(HIDDEN) === true) return;
  const never = vscode.l10n.t("Don't Show Again");
  const words = vscode.l10n.t(
    'The models that Codex Relay offers to Codex have changed. Restart Codex to see the new models.',
  );
  if ((await vscode.window.showInformationMessage(words, never)) === never) await memory.update(HIDDEN, true);
}
