/**
 * Entry of the VS Code extension, as small as possible. The window's parts are loaded a turn of the event loop later,
 * so that extensions activated after this one need not wait for them.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type * as vscode from 'vscode';
import type { CodexRelayApi } from './api.ts';
import type { Parts } from './parts.ts';

/** The parts of this window, once activated: for `deactivate`, and for the tests inside the extension host. */
export let parts: Parts | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<CodexRelayApi> {
  await nextTurn();
  const { apiOf, openWindow } = await loadWindow();
  parts = openWindow(context);
  return apiOf(parts.controller);
}

export async function deactivate(): Promise<void> {
  if (!parts) return;
  const { closeWindow } = await loadWindow();
  await closeWindow(parts);
}

function loadWindow() {
  return import('./window.ts');
}
