/** Picks a model of a provider: from the provider's list once it has loaded, or any name that the user types. */
import * as vscode from 'vscode';
import type { ListedModel } from '../../providers/model-list.ts';
import type { ChoosableProvider } from '../choosable-provider.ts';
import { asMessage } from './quoted.ts';
import { tokens } from './request-text.ts';

interface ModelItem extends vscode.QuickPickItem {
  model?: string;
}

/** Resolves with the model's name; undefined when the user cancelled. */
export function pickModel(
  provider: ChoosableProvider,
  current: string | undefined,
  listModels: () => Promise<readonly ListedModel[]>,
): Promise<string | undefined> {
  const picker = vscode.window.createQuickPick<ModelItem>();
  picker.title = vscode.l10n.t('Codex Relay: Select Model of {0}', provider.name);
  picker.placeholder = vscode.l10n.t('Loading the models of {0}. You can type any name.', provider.name);
  picker.busy = true;
  const chosen: readonly ListedModel[] = current === undefined ? [] : [{ id: current }];
  let models = chosen;
  const draw = () => {
    picker.items = itemsOf(models, picker.value.trim(), current);
  };
  draw();
  picker.onDidChangeValue(draw);
  listModels()
    .then(
      (listed) => {
        const fit = listed.filter(({ unfit }) => !unfit);
        models = [...chosen.filter(({ id }) => !fit.some((model) => model.id === id)), ...fit];
        picker.placeholder = vscode.l10n.t('{0} models. You can also type any other name.', fit.length);
      },
      (error: Error) => {
        picker.placeholder = vscode.l10n.t('Type the name of a model.');
        void vscode.window.showWarningMessage(
          vscode.l10n.t(
            'The models of {0} could not be listed: {1}',
            provider.name,
            asMessage(error.message),
          ),
        );
      },
    )
    .finally(() => {
      picker.busy = false;
      draw();
    });
  return new Promise((resolve) => {
    picker.onDidAccept(() => {
      const [chosen] = picker.selectedItems;
      if (chosen?.model === undefined) return;
      resolve(chosen.model);
      picker.hide();
    });
    picker.onDidHide(() => {
      resolve(undefined);
      picker.dispose();
    });
    picker.show();
  });
}

function itemsOf(models: readonly ListedModel[], typed: string, current: string | undefined): ModelItem[] {
  const items: ModelItem[] = models.map((model) => ({
    label: model.id,
    model: model.id,
    description: describe(model, current),
    iconPath: new vscode.ThemeIcon(model.id === current ? 'check' : 'blank'),
  }));
  if (typed !== '' && !models.some(({ id }) => id === typed)) {
    items.push({ label: vscode.l10n.t('Use "{0}"', typed), model: typed, alwaysShow: true });
  }
  return items;
}

function describe({ id, contextWindow, images }: ListedModel, current: string | undefined): string {
  return [
    ...(id === current ? [vscode.l10n.t('current')] : []),
    ...(contextWindow === undefined ? [] : [vscode.l10n.t('{0} tokens', tokens(contextWindow))]),
    ...(images ? [vscode.l10n.t('images')] : []),
  ].join(' · ');
}
