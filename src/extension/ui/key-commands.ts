/** Adding and removing keys of a provider that has several. */
import * as vscode from 'vscode';
import type { ChoosableProvider } from '../choosable-provider.ts';
import type { KeyStore } from '../key-store.ts';

/** Asks which key of a provider is meant: its index from 0, or all; undefined if the user cancelled. */
export async function pickKeys(
  keys: KeyStore,
  provider: ChoosableProvider,
): Promise<number | 'all' | undefined> {
  const known = await keys.all(provider);
  if (known.length < 2) return 'all';
  const each = known.map((_, index) => ({
    label: vscode.l10n.t('Key {0}', index + 1),
    description: index === 0 ? vscode.l10n.t('is used while it works') : '',
    which: index,
  }));
  const all = { label: vscode.l10n.t('All {0} Keys', known.length), description: '', which: 'all' as const };
  const picked = await vscode.window.showQuickPick([...each, all], {
    title: vscode.l10n.t('Codex Relay: Remove API Key of {0}', provider.name),
    placeHolder: vscode.l10n.t('Which key do you want to remove?'),
  });
  return picked?.which;
}
