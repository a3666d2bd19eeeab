/** Starts the server of a local model in a terminal, and says when it answers. */
import * as vscode from 'vscode';
import { asObject } from '../../json.ts';
import type { ChoosableProvider } from '../choosable-provider.ts';

const PATIENCE_MS = 60_000;
const PAUSE_MS = 500;
const PROBE_MS = 1500;

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

/** How many models a server lists; undefined when it does not answer at once. */
export async function modelsAt(baseUrl: string): Promise<number | undefined> {
  try {
    const [base = '', query] = baseUrl.split('?', 2);
    const address = `${base}/models${query === undefined ? '' : `?${query}`}`;
    const reply = await fetch(address, { signal: AbortSignal.timeout(PROBE_MS) });
    if (!reply.ok) return undefined;
    const { data, models } = asObject(await reply.json()) ?? {};
    const list = Array.isArray(data) ? data : models;
    return Array.isArray(list) ? list.length : 0;
  } catch {
    // Nothing is listening, or not a model server.
    return undefined;
  }
}
