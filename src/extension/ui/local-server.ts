/** Starts the server of a local model in a terminal, and says when it answers. */
import * as vscode from 'vscode';
import type { ChoosableProvider } from '../choosable-provider.ts';
import { modelsAt } from './ask-model-server.ts';

const PATIENCE_MS = 60_000;
const PAUSE_MS = 500;

export async function startLocalServer(provider: ChoosableProvider): Promise<void> {
  const { name, startCommand } = provider;
  if (startCommand === undefined) return;
  const terminal = vscode.window.createTerminal({ name });
  terminal.show(true);
  terminal.sendText(startCommand);
  const title = vscode.l10n.t('Waiting for {0} to answer', name);
  const location = vscode.ProgressLocation.Notification;
  const isUp = await vscode.window.withProgress({ location, title, cancellable: true }, async (_, cancel) => {
    const deadline = Date.now() + PATIENCE_MS;
    while (Date.now() < deadline && !cancel.isCancellationRequested) {
      if ((await modelsAt(provider.baseUrl)) !== undefined) return true;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
    return false;
  });
  if (isUp)
    void vscode.window.showInformationMessage(
      vscode.l10n.t('{0} answers now. Send your message in Codex again.', name),
    );
}
