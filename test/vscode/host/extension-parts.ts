/** The extension under test, with the parts that it shows in test mode only. */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { CodexRelayApi, RelayStatus } from '../../../src/extension/api.ts';
import type { RelayController } from '../../../src/extension/relay/controller.ts';
import type { RequestLog } from '../../../src/extension/relay/request-log.ts';
import type { UserChoices } from '../../../src/extension/user-choices.ts';

export interface Parts {
  context: vscode.ExtensionContext;
  choices: UserChoices;
  controller: RelayController;
  requests: RequestLog;
}

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
  const extension = vscode.extensions.getExtension<CodexRelayApi & { parts: Parts }>(
    'codex-relay.codex-relay',
  );
  assert.ok(extension);
  const api = await extension.activate();
  return { api, parts: api.parts, manifest: extension.packageJSON };
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
