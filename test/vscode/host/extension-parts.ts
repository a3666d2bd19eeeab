/** The extension under test, with the parts that no API shows. */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { CodexRelayApi, RelayStatus } from '../../../src/extension/api.ts';
import type { Parts } from '../../../src/extension/parts.ts';

export interface Extension {
  api: CodexRelayApi;
  parts: Parts;
  manifest: {
    contributes: {
      commands: { command: string }[];
      configuration: { properties: Record<string, { scope?: string }> };
    };
  };
}

export async function activateExtension(): Promise<Extension> {
  const extension = vscode.extensions.getExtension<CodexRelayApi>('codex-relay.codex-relay');
  assert.ok(extension);
  const api = await extension.activate();
  // The host loaded this very module: tests cannot type into input boxes here, but can call the parts behind them.
  const main = createRequire(__filename)(join(extension.extensionPath, 'dist', 'extension.cjs'));
  const { parts } = main as { parts: Parts };
  return { api, parts, manifest: extension.packageJSON };
}

/** Writes a setting of the user's; undefined takes it away. */
export async function set(name: string, value: unknown): Promise<void> {
  await vscode.workspace.getConfiguration().update(name, value, vscode.ConfigurationTarget.Global);
}

/** Resolves when the relay is in this state. */
export async function reached(
  api: CodexRelayApi,
  isReached: (status: RelayStatus) => boolean,
): Promise<RelayStatus> {
  if (isReached(api.status)) return api.status;
  return new Promise((resolve) => {
    const listening = api.onDidChangeStatus((status) => {
      if (!isReached(status)) return;
      listening.dispose();
      resolve(status);
    });
  });
}

/** Resolves as soon as the condition holds; the test's own limit ends a wait that is in vain. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** Answers of the user to messages: gets a message and its buttons, gives the one that is clicked. */
export type Answer = (message: string, buttons: readonly string[]) => string | undefined;

/** Collects the messages that the extension shows, and answers them in the user's place, until `restore()`. */
export function takeMessages(answer: Answer = () => undefined): { shown: string[]; restore(): void } {
  const shown: string[] = [];
  const names = ['showInformationMessage', 'showWarningMessage', 'showErrorMessage'] as const;
  const before = names.map((name) => [name, vscode.window[name]] as const);
  const show = async (message: string, ...buttons: unknown[]) => {
    shown.push(message);
    return answer(
      message,
      buttons.filter((button) => typeof button === 'string'),
    );
  };
  for (const name of names) Object.assign(vscode.window, { [name]: show });
  return {
    shown,
    restore: () => {
      for (const [name, original] of before) Object.assign(vscode.window, { [name]: original });
    },
  };
}
