/** The relay's token in VS Code's terminals. */
import * as vscode from 'vscode';
import type { KeyStore } from '../key-store.ts';

/** Gives terminals of this window the token: Codex and other clients there need no configuration of their own. */
export async function offerTokenToTerminals(context: vscode.ExtensionContext, keys: KeyStore): Promise<void> {
  const { environmentVariableCollection: variables } = context;
  variables.persistent = false;
  variables.description = vscode.l10n.t('The local token that Codex Relay wants from its clients.');
  variables.replace('CODEX_RELAY_TOKEN', await keys.token());
}
