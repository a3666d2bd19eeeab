/** Picks a provider's model: from its list once loaded, from the known models, or any name that is typed. */
import * as vscode from 'vscode';
import type { ListedModel } from '../../providers/model-list.ts';
import type { ModelPrice } from '../../usage/model-price.ts';
import type { ChoosableProvider } from '../choosable-provider.ts';
import { priceInWords } from './numbers.ts';
import { tokens } from './request-text.ts';
import { type Answer, BACK } from './steps.ts';

/** What is shown about a model. */
export interface OfferedModel extends ListedModel {
  price?: ModelPrice;
}

export interface ModelQuestion {
  provider: ChoosableProvider;
  current: string | undefined;
  /** The latest first. */
  recent: readonly string[];
  /** What the provider lists, with everything known about each model. */
  list: () => Promise<readonly OfferedModel[]>;
  /** What is known without asking. */
  known: () => Promise<readonly OfferedModel[]>;
  /** Starts the provider's server, if it runs on this machine. */
  start?: () => Promise<void>;
  /** The list has other names than requests need, which only the user knows. */
  listsOtherNames: boolean;
  canGoBack: boolean;
}

interface ModelItem extends vscode.QuickPickItem {
  model?: string;
  run?: () => void;
}

/** Resolves with the model's name. */
export function pickModel(question: ModelQuestion): Promise<Answer<string>> {
  const { provider, current, canGoBack, listsOtherNames } = question;
  const picker = vscode.window.createQuickPick<ModelItem>();
  picker.title = vscode.l10n.t('Codex Relay: Select Model of {0}', provider.name);
  picker.matchOnDescription = true;
  picker.keepScrollPosition = true;
  if (canGoBack) picker.buttons = [vscode.QuickInputButtons.Back];
  let models: readonly OfferedModel[] = [];
  let actions: readonly ModelItem[] = [];

  const draw = () => {
    const active = picker.activeItems[0]?.model ?? current;
    const typed = picker.value.trim();
    picker.items = [...itemsOf(models, question), ...ownName(models, typed), ...actions];
    if (typed !== '') return;
    picker.activeItems = picker.items
      .filter(({ model }) => model !== undefined && model === active)
      .slice(0, 1);
  };
  const load = async () => {
    picker.busy = true;
    picker.placeholder = vscode.l10n.t('Loading the models of {0}. You can type any name.', provider.name);
    actions = [];
    try {
      const listed = await question.list();
      models = listed.filter(({ unfit }) => !unfit);
      picker.placeholder = vscode.l10n.t('{0} models. You can also type any other name.', models.length);
    } catch (error) {
      models = await question.known();
      picker.placeholder = vscode.l10n.t('Type the name of a model.');
      actions = afterFailure(error instanceof Error ? error.message : String(error), question, load);
    }
    picker.busy = false;
    draw();
  };

  draw();
  if (listsOtherNames) picker.placeholder = vscode.l10n.t('Type the name of your deployment.');
  else void load();
  picker.onDidChangeValue(draw);
  return new Promise((resolve) => {
    const finish = (answer: Answer<string>) => {
      resolve(answer);
      picker.hide();
    };
    picker.onDidTriggerButton(() => finish(BACK));
    picker.onDidAccept(() => {
      const [chosen] = picker.selectedItems;
      if (chosen?.model !== undefined) finish(chosen.model);
      else chosen?.run?.();
    });
    picker.onDidHide(() => {
      resolve(undefined);
      picker.dispose();
    });
    picker.show();
  });
}

/** What happened, and what helps. */
function afterFailure(
  message: string,
  { provider, start }: ModelQuestion,
  retry: () => Promise<void>,
): ModelItem[] {
  return [
    { label: vscode.l10n.t('The list could not be loaded'), kind: vscode.QuickPickItemKind.Separator },
    ...(start === undefined
      ? []
      : [
          {
            label: vscode.l10n.t('Start {0}', provider.name),
            iconPath: new vscode.ThemeIcon('play'),
            alwaysShow: true,
            run: () => void start().then(retry),
          },
        ]),
    {
      label: vscode.l10n.t('Try Again'),
      detail: message,
      iconPath: new vscode.ThemeIcon('refresh'),
      alwaysShow: true,
      run: () => void retry(),
    },
  ];
}

/** The chosen and recently used models first, then the list in the provider's order. */
function itemsOf(models: readonly OfferedModel[], { current, recent }: ModelQuestion): ModelItem[] {
  const first = [...new Set([...recent, ...(current === undefined ? [] : [current])])];
  const top = first.map((id) => models.find((model) => model.id === id) ?? { id });
  const rest = models.filter(({ id }) => !first.includes(id));
  const group = (label: string, members: readonly OfferedModel[]): ModelItem[] =>
    members.length === 0
      ? []
      : [
          { label, kind: vscode.QuickPickItemKind.Separator },
          ...members.map((model) => itemOf(model, current)),
        ];
  return [...group(vscode.l10n.t('Recently Used'), top), ...group(vscode.l10n.t('All Models'), rest)];
}

function itemOf(model: OfferedModel, current: string | undefined): ModelItem {
  return {
    label: model.id,
    model: model.id,
    description: describe(model, current),
    iconPath: new vscode.ThemeIcon(model.id === current ? 'check' : 'blank'),
  };
}

function ownName(models: readonly ListedModel[], typed: string): ModelItem[] {
  if (typed === '' || models.some(({ id }) => id === typed)) return [];
  return [{ label: vscode.l10n.t('Use "{0}"', typed), model: typed, alwaysShow: true }];
}

function describe(model: OfferedModel, current: string | undefined): string {
  const price = priceInWords(model.price);
  const { id, name, contextWindow, images, efforts = [], reasons } = model;
  const thinks = reasons === true || efforts.length > 0;
  return [
    ...(id === current ? [vscode.l10n.t('current')] : []),
    ...(name === undefined || name === id ? [] : [name]),
    ...(contextWindow === undefined ? [] : [vscode.l10n.t('{0} tokens', tokens(contextWindow))]),
    ...(price === undefined ? [] : [price]),
    ...(thinks && efforts.length > 1 ? [vscode.l10n.t('thinks ({0})', efforts.join(', '))] : []),
    ...(thinks && efforts.length <= 1 ? [vscode.l10n.t('thinks')] : []),
    ...(images ? [vscode.l10n.t('images')] : []),
  ].join(' · ');
}
