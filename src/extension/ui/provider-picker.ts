/** The provider switcher: one list, one key press to switch; buttons for the rest (key, key page, removal). */
import * as vscode from 'vscode';
import type { ChoosableProvider } from '../choosable-provider.ts';
import type { KeyStatus } from '../key-store.ts';
import { variableWithKey } from './key-input.ts';

export interface ListedProvider {
  provider: ChoosableProvider;
  key: KeyStatus;
  model: string | undefined;
}

/** What the user chose to do; undefined when the user cancelled. */
export type ProviderChoice =
  | { kind: 'use' | 'key' | 'page' | 'remove'; provider: ChoosableProvider }
  | { kind: 'add' }
  | undefined;

interface ProviderItem extends vscode.QuickPickItem {
  choice?: ProviderChoice;
}

/** Shows the providers; `current` is marked and preselected. */
export function pickProvider(
  listed: readonly ListedProvider[],
  current: string | undefined,
): Promise<ProviderChoice> {
  const picker = vscode.window.createQuickPick<ProviderItem>();
  picker.title = vscode.l10n.t('Codex Relay: Select Provider');
  picker.placeholder = vscode.l10n.t('Who answers Codex? A switch applies from the next request.');
  picker.matchOnDescription = true;
  picker.items = itemsOf(listed, current);
  picker.activeItems = picker.items.filter(
    ({ choice }) => providerOf(choice)?.id === current && current !== undefined,
  );
  return new Promise((resolve) => {
    const finish = (choice: ProviderChoice) => {
      resolve(choice);
      picker.hide();
    };
    picker.onDidAccept(() => finish(picker.selectedItems[0]?.choice));
    picker.onDidTriggerItemButton(({ button, item }) => {
      const provider = providerOf(item.choice);
      const kind = BUTTON_KINDS.get(button);
      if (provider && kind) finish({ kind, provider });
    });
    picker.onDidHide(() => {
      resolve(undefined);
      picker.dispose();
    });
    picker.show();
  });
}

const KEY_BUTTON: vscode.QuickInputButton = {
  iconPath: new vscode.ThemeIcon('key'),
  tooltip: vscode.l10n.t('Set API Key'),
};
const PAGE_BUTTON: vscode.QuickInputButton = {
  iconPath: new vscode.ThemeIcon('link-external'),
  tooltip: vscode.l10n.t("Open the Provider's Key Page"),
};
const REMOVE_BUTTON: vscode.QuickInputButton = {
  iconPath: new vscode.ThemeIcon('trash'),
  tooltip: vscode.l10n.t('Remove'),
};
const BUTTON_KINDS = new Map<vscode.QuickInputButton, 'key' | 'page' | 'remove'>([
  [KEY_BUTTON, 'key'],
  [PAGE_BUTTON, 'page'],
  [REMOVE_BUTTON, 'remove'],
]);

function itemsOf(listed: readonly ListedProvider[], current: string | undefined): ProviderItem[] {
  const group = (label: string, isMember: (one: ListedProvider) => boolean): ProviderItem[] => {
    const members = listed.filter(isMember).map((member) => itemOf(member, current));
    return members.length === 0 ? [] : [{ label, kind: vscode.QuickPickItemKind.Separator }, ...members];
  };
  const isCustom = ({ provider }: ListedProvider) => provider.custom;
  const isConfigured = ({ provider, key }: ListedProvider) =>
    !provider.custom && (provider.id === current || (provider.needsKey && key === 'present'));
  const isNew = (one: ListedProvider) => !isCustom(one) && !isConfigured(one);
  return [
    ...group(vscode.l10n.t('Configured'), isConfigured),
    ...group(vscode.l10n.t('Custom'), isCustom),
    ...group(vscode.l10n.t('Available'), (one) => isNew(one) && one.provider.needsKey),
    ...group(vscode.l10n.t('Without a Key'), (one) => isNew(one) && !one.provider.needsKey),
    { label: '', kind: vscode.QuickPickItemKind.Separator },
    {
      label: vscode.l10n.t('Add Custom Provider...'),
      iconPath: new vscode.ThemeIcon('add'),
      alwaysShow: true,
      choice: { kind: 'add' },
    },
  ];
}

function itemOf({ provider, key, model }: ListedProvider, current: string | undefined): ProviderItem {
  const notes = [
    ...(provider.id === current ? [vscode.l10n.t('current')] : []),
    ...(model === undefined ? [] : [model]),
    ...(provider.needsKey && key === 'missing' ? [lacksKey(provider)] : []),
    ...(provider.needsKey && key === 'other-origin'
      ? [vscode.l10n.t('now at another host: needs its key again')]
      : []),
  ];
  return {
    label: provider.name,
    iconPath: new vscode.ThemeIcon(iconOf(provider, key, current)),
    description: notes.join(' · '),
    choice: { kind: 'use', provider },
    buttons: [
      ...(provider.needsKey ? [KEY_BUTTON] : []),
      ...(provider.keyUrl === undefined ? [] : [PAGE_BUTTON]),
      ...(provider.custom || (provider.needsKey && key !== 'missing') ? [REMOVE_BUTTON] : []),
    ],
  };
}

function lacksKey(provider: ChoosableProvider): string {
  const variable = variableWithKey(provider);
  return variable === undefined ? vscode.l10n.t('needs a key') : vscode.l10n.t('key in {0}', variable);
}

function iconOf(provider: ChoosableProvider, key: KeyStatus, current: string | undefined): string {
  if (provider.id === current) return 'check';
  return provider.needsKey && key !== 'present' ? 'circle-outline' : 'circle-filled';
}

function providerOf(choice: ProviderChoice): ChoosableProvider | undefined {
  return choice && choice.kind !== 'add' ? choice.provider : undefined;
}
