/** Asks for an API key, masks it, cleans it, and tests it with the provider before it is stored. */
import * as vscode from 'vscode';
import { cleanKey, isPossibleKey } from '../../relay/routing/api-key.ts';
import { type ChoosableProvider, isUnencrypted } from '../choosable-provider.ts';
import { type Answer, askPick, BACK } from './steps.ts';

/** `rejected`: the provider refuses the key. `unknown`: the provider could not be asked, so the user decides. */
export type KeyVerdict = { kind: 'good' } | { kind: 'rejected' | 'unknown'; message: string };

/**
 * Resolves with a key that the provider accepts, or that the user keeps untested. A key in the environment is offered
 * first; its value is read only if the user accepts.
 */
export async function askForKey(
  provider: ChoosableProvider,
  test: (key: string) => Promise<KeyVerdict>,
  canGoBack = false,
): Promise<Answer<string>> {
  const variable = variableWithKey(provider);
  if (variable === undefined) return askForTypedKey(provider, test, canGoBack);
  const take = { label: vscode.l10n.t('Use the key in {0}', variable), isTaken: true };
  const type = { label: vscode.l10n.t('Enter another key'), isTaken: false };
  const picked = await askPick({
    title: keyTitle(provider),
    placeholder: vscode.l10n.t('The environment has a key for {0}.', provider.name),
    items: [take, type],
    canGoBack,
  });
  if (picked === undefined || picked === BACK) return picked;
  return askForTypedKey(provider, test, canGoBack, picked.isTaken ? process.env[variable] : undefined);
}

/** The environment variable that holds the provider's key, under its documented name. */
export function variableWithKey({ keyVariable }: ChoosableProvider): string | undefined {
  return keyVariable !== undefined && keyVariable in process.env ? keyVariable : undefined;
}

function keyTitle({ name }: ChoosableProvider): string {
  return vscode.l10n.t('Codex Relay: API Key of {0}', name);
}

/** @param given a key to test at once, as if it had been typed */
function askForTypedKey(
  provider: ChoosableProvider,
  test: (key: string) => Promise<KeyVerdict>,
  canGoBack: boolean,
  given?: string,
): Promise<Answer<string>> {
  const input = keyBox(provider, canGoBack);
  const { keyUrl } = provider;
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
    input.onDidTriggerButton((button) => {
      if (button === vscode.QuickInputButtons.Back) {
        resolve(BACK);
        input.hide();
      } else if (keyUrl !== undefined) void vscode.env.openExternal(vscode.Uri.parse(keyUrl));
    });
    const accept = async () => {
      const key = await acceptable(cleanKey(input.value));
      if (key === undefined) return;
      resolve(key);
      input.hide();
    };
    input.onDidAccept(accept);
    input.onDidHide(() => {
      resolve(undefined);
      input.dispose();
    });
    input.show();
    if (given === undefined) return;
    input.value = given;
    void accept();
  });
}

/** The box, not shown yet: with a button for the page where a person gets a key, if there is one. */
function keyBox(provider: ChoosableProvider, canGoBack: boolean): vscode.InputBox {
  const { baseUrl, keyUrl } = provider;
  const { host } = new URL(baseUrl);
  const input = vscode.window.createInputBox();
  input.title = keyTitle(provider);
  input.prompt = isUnencrypted(baseUrl)
    ? vscode.l10n.t('Sent only to {0}. Careful: the connection is not encrypted.', host)
    : vscode.l10n.t("Kept in VS Code's secret storage and sent only to {0}.", host);
  input.placeholder = vscode.l10n.t('Paste the key');
  input.password = true;
  input.ignoreFocusOut = true;
  const page: vscode.QuickInputButton = {
    iconPath: new vscode.ThemeIcon('link-external'),
    tooltip: vscode.l10n.t('Get a Key'),
  };
  input.buttons = [
    ...(canGoBack ? [vscode.QuickInputButtons.Back] : []),
    ...(keyUrl === undefined ? [] : [page]),
  ];
  return input;
}
