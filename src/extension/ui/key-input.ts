/** Asks for an API key: masked, cleaned, tested with the provider before it is kept. */
import * as vscode from 'vscode';
import { cleanKey, isPossibleKey } from '../../relay/routing/api-key.ts';
import { type ChoosableProvider, isUnencrypted } from '../choosable-provider.ts';

/** `rejected`: the provider refuses the key. `unknown`: it could not be asked, so the user decides. */
export type KeyVerdict = { kind: 'good' } | { kind: 'rejected' | 'unknown'; message: string };

/** Resolves with a key that the provider accepts, or that the user keeps untested; undefined when the user cancelled. */
export function askForKey(
  provider: ChoosableProvider,
  test: (key: string) => Promise<KeyVerdict>,
): Promise<string | undefined> {
  const { host } = new URL(provider.baseUrl);
  const input = vscode.window.createInputBox();
  input.title = vscode.l10n.t('Codex Relay: API Key of {0}', provider.name);
  input.prompt = isUnencrypted(provider.baseUrl)
    ? vscode.l10n.t('Sent only to {0}. Careful: the connection is not encrypted.', host)
    : vscode.l10n.t("Kept in VS Code's secret storage and sent only to {0}.", host);
  input.placeholder = vscode.l10n.t('Paste the key');
  input.password = true;
  input.ignoreFocusOut = true;
  const page: vscode.QuickInputButton = {
    iconPath: new vscode.ThemeIcon('link-external'),
    tooltip: vscode.l10n.t('Get a Key'),
  };
  const { keyUrl } = provider;
  if (keyUrl !== undefined) input.buttons = [page];
  let untested: string | undefined;

  /** The key if it may be kept; if not, the reason is shown and the box stays open. */
  async function acceptable(key: string): Promise<string | undefined> {
    if (!isPossibleKey(key)) {
      input.validationMessage = vscode.l10n.t(
        'This is not an API key: a key is a single word of ASCII characters.',
      );
      return undefined;
    }
    if (key === untested) return key;
    input.busy = true;
    input.enabled = false;
    const verdict = await test(key);
    input.busy = false;
    input.enabled = true;
    if (verdict.kind === 'good') return key;
    if (verdict.kind === 'unknown') untested = key;
    input.validationMessage =
      verdict.kind === 'rejected'
        ? verdict.message
        : vscode.l10n.t('{0} Press Enter again to keep the key without testing it.', verdict.message);
    return undefined;
  }

  return new Promise((resolve) => {
    input.onDidChangeValue(() => {
      input.validationMessage = undefined;
    });
    input.onDidTriggerButton(() => {
      if (keyUrl !== undefined) void vscode.env.openExternal(vscode.Uri.parse(keyUrl));
    });
    input.onDidAccept(async () => {
      const key = await acceptable(cleanKey(input.value));
      if (key === undefined) return;
      resolve(key);
      input.hide();
    });
    input.onDidHide(() => {
      resolve(undefined);
      input.dispose();
    });
    input.show();
  });
}
