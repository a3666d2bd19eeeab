/** Asks for an endpoint of the user's own: address, name, dialect, and whether it needs a key. */
import * as vscode from 'vscode';
import { PRESETS, presetByUrl } from '../../providers/index.ts';
import {
  type ChoosableProvider,
  freeProviderId,
  GENERIC_DIALECT,
  isUnencrypted,
} from '../choosable-provider.ts';
import { type CustomProvider, usableBaseUrl } from '../settings.ts';

/** Resolves with an entry for the setting; undefined when the user cancelled at any step. */
export async function askForCustomProvider(
  known: readonly ChoosableProvider[],
): Promise<CustomProvider | undefined> {
  const title = vscode.l10n.t('Codex Relay: Add Custom Provider');
  const address = await vscode.window.showInputBox({
    title,
    prompt: vscode.l10n.t('Base URL of its Chat Completions API'),
    placeHolder: 'https://api.example.com/v1',
    ignoreFocusOut: true,
    validateInput: validateAddress,
  });
  const baseUrl = address === undefined ? undefined : usableBaseUrl(address);
  if (baseUrl === undefined) return undefined;

  const { hostname } = new URL(baseUrl);
  const name = await vscode.window.showInputBox({
    title,
    prompt: vscode.l10n.t('Display name'),
    value: hostname,
    ignoreFocusOut: true,
    validateInput: (text) => (text.trim() === '' ? vscode.l10n.t('Enter a name.') : undefined),
  });
  if (name === undefined) return undefined;

  const dialect = await vscode.window.showQuickPick(dialectItems(baseUrl), {
    title,
    placeHolder: vscode.l10n.t('Which dialect does it speak?'),
    ignoreFocusOut: true,
  });
  if (!dialect) return undefined;

  const key = await vscode.window.showQuickPick(
    [
      { label: vscode.l10n.t('It needs an API key'), needsKey: true },
      { label: vscode.l10n.t('It does not need a key'), needsKey: false },
    ],
    { title, placeHolder: vscode.l10n.t('Does the endpoint need an API key?'), ignoreFocusOut: true },
  );
  if (!key) return undefined;
  return {
    id: freeProviderId(name, [...known.map(({ id }) => id), GENERIC_DIALECT]),
    name: name.trim(),
    baseUrl,
    ...(dialect.id === undefined ? {} : { dialect: dialect.id }),
    needsKey: key.needsKey,
  };
}

function validateAddress(text: string): string | vscode.InputBoxValidationMessage | undefined {
  const baseUrl = usableBaseUrl(text);
  if (baseUrl === undefined) {
    return vscode.l10n.t(
      'Enter an http or https address without a user name or password, such as https://api.example.com/v1.',
    );
  }
  if (!isUnencrypted(baseUrl)) return undefined;
  return {
    message: vscode.l10n.t(
      'This address is not encrypted: others on the network could read keys and prompts.',
    ),
    severity: vscode.InputBoxValidationSeverity.Warning,
  };
}

/** The dialect recognized by its address comes first. */
function dialectItems(baseUrl: string): (vscode.QuickPickItem & { id?: string })[] {
  const recognised = presetByUrl(baseUrl).profile.id;
  const items = PRESETS.filter(({ profile }) => profile.id !== 'demo').map(({ profile: { id, name } }) => ({
    label: name,
    id,
    ...(id === recognised ? { description: vscode.l10n.t('recognized by its address') } : {}),
    ...(id === recognised && id === GENERIC_DIALECT ? { description: vscode.l10n.t('when in doubt') } : {}),
  }));
  return items.toSorted((one, other) => Number(other.id === recognised) - Number(one.id === recognised));
}
