/** The provider switcher: one list, one key press to switch; buttons for the rest (key, key page, removal). */
import * as vscode from 'vscode';
import type { ModelPrice } from '../../usage/model-price.ts';
import type { ChoosableProvider } from '../choosable-provider.ts';
import { priceInWords } from './numbers.ts';
import { type Group, grouped, isLocalServer, type ListedProvider } from './provider-groups.ts';
import { matchingKeyword } from './search.ts';

/** What the user chose to do; undefined when the user cancelled. */
export type ProviderChoice =
  | { kind: 'use' | 'key' | 'page' | 'remove'; provider: ChoosableProvider }
  /** `preset`: the provider for which the user has a resource; undefined: any other endpoint. */
  | { kind: 'add'; preset?: string }
  | undefined;

export interface ProviderList {
  listed: readonly ListedProvider[];
  /** Id of the provider that answers now; it is marked and preselected. */
  current: string | undefined;
  /** Ids, the latest first. */
  recent: readonly string[];
  /** Presets that give each user an address of their own. */
  resources: readonly { id: string; name: string; keywords: readonly string[] }[];
  /** How many models the server of a provider on this machine lists; undefined when it does not answer. */
  ask: (provider: ChoosableProvider) => Promise<number | undefined>;
  /** What each provider's model costs, in the same order. */
  prices: (listed: readonly ListedProvider[]) => Promise<readonly ModelPrice[]>;
}

interface ProviderItem extends vscode.QuickPickItem {
  choice?: ProviderChoice;
  keywords?: readonly string[];
}

export function pickProvider(list: ProviderList): Promise<ProviderChoice> {
  const picker = vscode.window.createQuickPick<ProviderItem>();
  picker.title = vscode.l10n.t('Codex Relay: Select Provider');
  picker.placeholder = vscode.l10n.t('Who answers Codex? A switch applies from the next request.');
  picker.matchOnDescription = true;
  picker.keepScrollPosition = true;
  let all = itemsOf(list);
  const draw = () => {
    const active = idOf(picker.activeItems[0]?.choice) ?? list.current;
    picker.items = all.map((item) => found(item, picker.value));
    picker.activeItems = picker.items.filter(({ choice }) => active !== undefined && idOf(choice) === active);
  };
  draw();
  let shown = '';
  picker.onDidChangeValue((value) => {
    // Redraw the list only if the keywords match something different.
    const matches = all.map(({ keywords = [] }) => matchingKeyword(keywords, value) ?? '').join();
    if (matches === shown) return;
    shown = matches;
    picker.items = all.map((item) => found(item, value));
  });
  // Each piece of information is shown as soon as it is known.
  let { listed } = list;
  const learn = (facts: readonly Partial<ListedProvider>[]) => {
    listed = listed.map((one, at) => ({ ...one, ...facts[at] }));
    all = itemsOf({ ...list, listed });
    draw();
  };
  void runningOf(list).then((running) => running && learn(running));
  void list.prices(listed).then((prices) => learn(prices.map((price) => ({ price }))));
  return new Promise((resolve) => {
    const finish = (choice: ProviderChoice) => {
      resolve(choice);
      picker.hide();
    };
    picker.onDidAccept(() => finish(picker.selectedItems[0]?.choice));
    picker.onDidTriggerItemButton(({ button, item }) => {
      const kind = BUTTON_KINDS.get(button);
      if (item.choice && item.choice.kind !== 'add' && kind) finish({ kind, provider: item.choice.provider });
    });
    picker.onDidHide(() => {
      resolve(undefined);
      picker.dispose();
    });
    picker.show();
  });
}

/** What runs on this machine, in the order of the list; undefined if nothing does. */
async function runningOf({ listed, ask }: ProviderList): Promise<{ running?: number }[] | undefined> {
  const found = await Promise.all(
    listed.map(async ({ provider }) => (isLocalServer(provider) ? ask(provider) : undefined)),
  );
  if (found.every((running) => running === undefined)) return undefined;
  return found.map((running) => (running === undefined ? {} : { running }));
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

function itemsOf({ listed, current, recent, resources }: ProviderList): ProviderItem[] {
  const added = resources.map(
    ({ id, name, keywords }): ProviderItem => ({
      label: name,
      description: vscode.l10n.t('asks for your resource'),
      iconPath: new vscode.ThemeIcon('circle-outline'),
      keywords,
      choice: { kind: 'add', preset: id },
    }),
  );
  return [
    ...grouped(listed, recent).flatMap(([group, members]) => [
      { label: groupName(group), kind: vscode.QuickPickItemKind.Separator },
      ...members.map((member) => itemOf(member, current)),
      ...(group === 'all' ? added : []),
    ]),
    { label: '', kind: vscode.QuickPickItemKind.Separator },
    {
      label: vscode.l10n.t('Add Custom Provider...'),
      iconPath: new vscode.ThemeIcon('add'),
      alwaysShow: true,
      choice: { kind: 'add' },
    },
  ];
}

function groupName(group: Group): string {
  switch (group) {
    case 'recent':
      return vscode.l10n.t('Recently Used');
    case 'withKey':
      return vscode.l10n.t('With a Key');
    case 'running':
      return vscode.l10n.t('Running on This Machine');
    case 'custom':
      return vscode.l10n.t('Custom');
    case 'plan':
      return vscode.l10n.t('Plans');
    case 'all':
      return vscode.l10n.t('All Providers');
  }
}

function itemOf(listed: ListedProvider, current: string | undefined): ProviderItem {
  const { provider, key } = listed;
  return {
    label: provider.name,
    iconPath: new vscode.ThemeIcon(iconOf(listed, current)),
    description: notesOf(listed, current).join(' · '),
    choice: { kind: 'use', provider },
    keywords: provider.keywords ?? [],
    buttons: [
      ...(provider.baseUrl.startsWith('http') ? [KEY_BUTTON] : []),
      ...(provider.keyUrl === undefined ? [] : [PAGE_BUTTON]),
      ...(provider.custom || key !== 'missing' ? [REMOVE_BUTTON] : []),
    ],
  };
}

function notesOf(
  { provider, key, variable, model, running, price }: ListedProvider,
  current: string | undefined,
): string[] {
  const lacksKey = provider.needsKey && key === 'missing';
  const cost = priceInWords(price);
  return [
    ...(provider.id === current ? [vscode.l10n.t('current')] : []),
    ...(model === undefined ? [] : [model]),
    ...(running === undefined ? [] : [vscode.l10n.t('running, {0} models', running)]),
    ...(lacksKey && variable === undefined ? [vscode.l10n.t('needs a key')] : []),
    ...(lacksKey && variable !== undefined ? [vscode.l10n.t('key in {0}', variable)] : []),
    ...(key === 'other-origin' ? [vscode.l10n.t('now at another host: needs its key again')] : []),
    // What is missing comes first, because a narrow window cuts off the end.
    ...(cost === undefined ? [] : [cost]),
  ];
}

function iconOf({ provider, key }: ListedProvider, current: string | undefined): string {
  if (provider.id === current) return 'check';
  return provider.needsKey && key !== 'present' ? 'circle-outline' : 'circle-filled';
}

/** The item as shown for the typed text: if a keyword matched, it says which. */
function found(item: ProviderItem, typed: string): ProviderItem {
  const keyword = matchingKeyword(item.keywords ?? [], typed);
  if (keyword === undefined) return item;
  return { ...item, alwaysShow: true, description: [item.description, keyword].filter(Boolean).join(' · ') };
}

function idOf(choice: ProviderChoice): string | undefined {
  return choice && choice.kind !== 'add' ? choice.provider.id : undefined;
}
