/** The relay's token in VS Code's terminals. */
import * as vscode from 'vscode';
import type { KeyStore } from '../key-store.ts';

/** Puts the token into the environment of this window's terminals, for Codex and other clients there. */
export async function offerTokenToTerminals(context: vscode.ExtensionContext, keys: KeyStore): Promise<void> {
  const { environmentVariableCollection: variables } = context;
  variables.persistent = false;
  variables.description = vscode.l10n.t('The local token that Codex Relay expects from its clients.');
  variables.replace('CODEX_RELAY_TOKEN', await keys.token());
}
