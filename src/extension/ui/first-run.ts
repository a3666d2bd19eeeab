/** The walkthrough, opened once after the extension was installed. */
import * as vscode from 'vscode';

const SHOWN = 'walkthroughShown';

/** Does nothing if a provider has been chosen or walkthroughs are switched off. */
export async function openWalkthroughOnce(
  { globalState, extension }: vscode.ExtensionContext,
  isNew: boolean,
): Promise<void> {
  if (globalState.get(SHOWN) === true) return;
  await globalState.update(SHOWN, true);
  const isWanted = vscode.workspace
    .getConfiguration('workbench.welcomePage.walkthroughs')
    .get<boolean>('openOnInstall', true);
  if (isNew && isWanted)
    await vscode.commands.executeCommand('workbench.action.openWalkthrough', `${extension.id}#start`, false);
}
