/** The commands that choose who answers Codex: providers, models and keys. Each ends by saying what happened. */
import { EventEmitter } from 'node:events';
import * as vscode from 'vscode';
import { messageOf } from '../../errors.ts';
import { PRESETS, presetById } from '../../providers/index.ts';
import { type ModelFacts, mergeFacts } from '../../providers/model-list.ts';
import { type ChoosableProvider, isOnThisMachine } from '../choosable-provider.ts';
import { loadCodexFiles } from '../codex/load-codex-files.ts';
import type { RelayController } from '../relay/controller.ts';
import { refusalOfKey } from '../relay/key-check.ts';
import type { RelayLauncher } from '../relay/launcher.ts';
import type { WindowSignals } from '../relay/window-signals.ts';
import type { UserChoices } from '../user-choices.ts';
import { modelsAt } from './ask-model-server.ts';
import { askForCustomProvider } from './custom-provider-input.ts';
import { pickKeys } from './key-commands.ts';
import { askForKey, type KeyVerdict, variableWithKey } from './key-input.ts';
import { startLocalServer } from './local-server.ts';
import { pickModel } from './model-picker.ts';
import { pricesOf, withPrices } from './prices.ts';
import type { ListedProvider } from './provider-groups.ts';
import { pickProvider } from './provider-picker.ts';
import type { Recents } from './recents.ts';
import { type Answer, BACK } from './steps.ts';

/** Providers that give each user an address of their own. */
const RESOURCES = PRESETS.filter(({ addressTemplate }) => addressTemplate !== undefined).map(
  ({ profile: { id, name }, keywords = [] }) => ({ id, name, keywords }),
);

export interface ProviderCommandParts {
  choices: UserChoices;
  controller: RelayController;
  launcher: Pick<RelayLauncher, 'listModels' | 'pricesOf'>;
  signals: WindowSignals;
  recents: Recents;
}

/** Emits `chosen` with the provider and model that answer from now on. */
export class ProviderCommands extends EventEmitter<{ chosen: [provider: string, model: string] }> {
  readonly #choices: UserChoices;
  readonly #controller: RelayController;
  readonly #launcher: Pick<RelayLauncher, 'listModels' | 'pricesOf'>;
  readonly #signals: WindowSignals;
  readonly #recents: Recents;

  constructor({ choices, controller, launcher, signals, recents }: ProviderCommandParts) {
    super();
    this.#choices = choices;
    this.#controller = controller;
    this.#launcher = launcher;
    this.#signals = signals;
    this.#recents = recents;
  }

  /** `id` comes from a key binding or another extension; without one, the list is shown. */
  async selectProvider(id?: unknown): Promise<void> {
    if (typeof id === 'string') {
      const provider = this.#choices.providers.find((known) => known.id === id);
      if (provider) {
        await this.use(provider);
        return;
      }
      void vscode.window.showErrorMessage(vscode.l10n.t('There is no provider "{0}".', id));
      return;
    }
    const choice = await pickProvider({
      listed: await this.#listed(),
      current: this.#choices.provider?.id,
      recent: this.#recents.of('providers'),
      resources: RESOURCES,
      ask: ({ baseUrl }) => modelsAt(baseUrl),
      prices: (listed) => pricesOf(this.#launcher, listed),
    });
    if (!choice) return;
    if (choice.kind === 'add') return this.addCustomProvider(choice.preset);
    const { kind, provider } = choice;
    if (kind === 'use') {
      if ((await this.use(provider, true)) === BACK) return this.selectProvider();
      return;
    }
    if (kind === 'key') return this.setKey(provider);
    if (kind === 'remove')
      return provider.custom ? this.removeCustomProvider(provider) : this.removeKey(provider);
    if (provider.keyUrl !== undefined) await vscode.env.openExternal(vscode.Uri.parse(provider.keyUrl));
  }

  /** Makes the provider the current one, asking for whatever is missing. A switch applies from the next request on. */
  async use(provider: ChoosableProvider, canGoBack = false): Promise<Answer<true>> {
    const { keys } = this.#choices;
    if (provider.needsKey && (await keys.status(provider)) !== 'present') {
      const answer = await this.#askAndStoreKey(provider, canGoBack);
      if (answer !== true) return answer;
    }
    if (this.#choices.modelOf(provider) === undefined) {
      const answer = await this.#askAndStoreModel(provider, canGoBack);
      if (answer !== true) return answer;
    }
    await this.#choices.chooseProvider(provider.id);
    await this.#recents.use('providers', provider.id);
    const state = await this.#controller.start();
    if (state.kind === 'running' || state.kind === 'attached')
      this.emit('chosen', provider.name, this.#choices.modelOf(provider) ?? '');
    return true;
  }

  /** Resolves with whether a model was chosen. Default: for the current provider. */
  async selectModel(given?: ChoosableProvider): Promise<boolean> {
    const provider = given ?? this.#choices.provider;
    if (!provider) {
      await this.selectProvider();
      return false;
    }
    if ((await this.#askAndStoreModel(provider)) !== true) return false;
    await this.#controller.refresh();
    if (provider.id === this.#choices.provider?.id)
      this.emit('chosen', provider.name, this.#choices.modelOf(provider) ?? '');
    return true;
  }

  /** Default: the provider whose key the relay waits for, else one that the user picks. */
  async setKey(given = this.#lackingKey()): Promise<void> {
    const provider = given ?? (await this.#pickKeyOwner());
    if (!provider || (await this.#askAndStoreKey(provider)) !== true) return;
    // A user without a provider wants to use this one.
    if (!this.#choices.provider) {
      await this.use(provider);
      return;
    }
    await this.#controller.refresh();
    void vscode.window.showInformationMessage(vscode.l10n.t('The API key of {0} was saved.', provider.name));
  }

  /** Adds a key to be tried when those before it are refused; a provider's first key is simply set. */
  async addKey(given?: ChoosableProvider): Promise<void> {
    const provider = given ?? (await this.#pickKeyOwner());
    if (!provider) return;
    if ((await this.#choices.keys.status(provider)) !== 'present') return this.setKey(provider);
    const key = await askForKey(provider, (candidate) => this.#testKey(provider, candidate));
    if (key === undefined || key === BACK) return;
    await this.#choices.keys.add(provider, key);
    await this.#signals.send('keys');
    await this.#controller.refresh();
    const { length } = await this.#choices.keys.all(provider);
    void vscode.window.showInformationMessage(
      vscode.l10n.t(
        '{0} now has {1} API keys. The next is tried when one is refused.',
        provider.name,
        length,
      ),
    );
  }

  async removeKey(given?: ChoosableProvider): Promise<void> {
    const owners = (await this.#listed())
      .filter(({ key }) => key !== 'missing')
      .map(({ provider }) => provider);
    if (owners.length === 0) {
      void vscode.window.showInformationMessage(vscode.l10n.t('No API key is stored.'));
      return;
    }
    const provider =
      given ?? (await this.#pickOne(owners, vscode.l10n.t('Whose API key do you want to remove?')));
    const which = provider && (await pickKeys(this.#choices.keys, provider));
    if (!provider || which === undefined) return;
    const remove = vscode.l10n.t('Remove');
    const answer = await vscode.window.showWarningMessage(
      vscode.l10n.t('Remove the API key of {0}?', provider.name),
      {
        modal: true,
        detail: vscode.l10n.t('The key stays valid at the provider until you revoke it there.'),
      },
      remove,
    );
    if (answer !== remove) return;
    if (which === 'all') await this.#choices.keys.remove(provider.id);
    else await this.#choices.keys.removeOne(provider, which);
    await this.#signals.send('keys');
    await this.#controller.refresh();
    void vscode.window.showInformationMessage(
      vscode.l10n.t('The API key of {0} was removed.', provider.name),
    );
  }

  /** @param preset id of a provider for which the user has a resource */
  async addCustomProvider(preset?: string): Promise<void> {
    const added = await askForCustomProvider(this.#choices.providers, preset);
    if (!added) return;
    await this.#choices.addCustomProvider(added);
    const provider = this.#choices.providers.find(({ id }) => id === added.id);
    if (provider) await this.use(provider);
  }

  async removeCustomProvider(given?: ChoosableProvider): Promise<void> {
    const own = this.#choices.providers.filter(({ custom }) => custom);
    if (own.length === 0) {
      void vscode.window.showInformationMessage(vscode.l10n.t('There is no custom provider.'));
      return;
    }
    const provider =
      given ?? (await this.#pickOne(own, vscode.l10n.t('Which custom provider do you want to remove?')));
    if (!provider) return;
    const remove = vscode.l10n.t('Remove');
    const answer = await vscode.window.showWarningMessage(
      vscode.l10n.t('Remove {0} and its API key?', provider.name),
      { modal: true },
      remove,
    );
    if (answer !== remove) return;
    await this.#choices.removeCustomProvider(provider.id);
    await this.#signals.send('keys');
    await this.#controller.refresh();
    void vscode.window.showInformationMessage(vscode.l10n.t('{0} was removed.', provider.name));
  }

  async #listed(): Promise<ListedProvider[]> {
    const { keys, providers } = this.#choices;
    const offered = providers.filter((provider) => this.#choices.isOffered(provider));
    return Promise.all(
      offered.map(async (provider) => ({
        provider,
        key: await keys.status(provider),
        variable: variableWithKey(provider),
        model: this.#choices.modelOf(provider),
      })),
    );
  }

  async #askAndStoreKey(provider: ChoosableProvider, canGoBack = false): Promise<Answer<true>> {
    const key = await askForKey(provider, (candidate) => this.#testKey(provider, candidate), canGoBack);
    if (key === undefined || key === BACK) return key;
    await this.#choices.keys.set(provider, key);
    await this.#signals.send('keys');
    return true;
  }

  async #askAndStoreModel(provider: ChoosableProvider, canGoBack = false): Promise<Answer<true>> {
    const upstream = await this.#choices.upstreamOf(provider);
    const preset = presetById(provider.preset);
    const model = await pickModel({
      provider,
      current: this.#choices.modelOf(provider),
      recent: this.#recents.of(`models.${provider.id}`),
      list: async () => {
        const [{ shippedFacts }, listed] = await Promise.all([
          loadCodexFiles(),
          this.#launcher.listModels(upstream),
        ]);
        const models = listed.map((model) => ({
          ...model,
          ...mergeFacts<ModelFacts>(shippedFacts(provider.preset, model.id), model),
        }));
        return withPrices(this.#launcher, provider, models);
      },
      known: async () => {
        const { shippedModels } = await loadCodexFiles();
        return withPrices(this.#launcher, provider, shippedModels(provider.preset));
      },
      ...(provider.startCommand !== undefined && isOnThisMachine(provider.baseUrl)
        ? { start: () => startLocalServer(provider) }
        : {}),
      listsOtherNames: preset?.listsOtherNames === true,
      canGoBack,
    });
    if (model === undefined || model === BACK) return model;
    await this.#choices.chooseModel(provider, model);
    await this.#recents.use(`models.${provider.id}`, model);
    return true;
  }

  async #testKey(provider: ChoosableProvider, key: string): Promise<KeyVerdict> {
    try {
      await this.#launcher.listModels(await this.#choices.upstreamOf(provider, key));
      const keyCheckPath = presetById(provider.preset)?.keyCheckPath;
      if (keyCheckPath === undefined) return { kind: 'good' };
      const refusal = await refusalOfKey(below(provider.baseUrl, keyCheckPath), key);
      if (refusal === undefined) return { kind: 'good' };
      return { kind: 'rejected', message: vscode.l10n.t('{0} refuses the key: {1}', provider.name, refusal) };
    } catch (error) {
      const isRejected = error instanceof Error && 'code' in error && error.code === 'upstream_unauthorized';
      const message = messageOf(error);
      return { kind: isRejected ? 'rejected' : 'unknown', message };
    }
  }

  #lackingKey(): ChoosableProvider | undefined {
    const { state } = this.#controller;
    return state.kind === 'needs-key' ? state.provider : undefined;
  }

  #pickKeyOwner(): Promise<ChoosableProvider | undefined> {
    const current = this.#choices.provider;
    // A server on this machine, or one said to need no key, may still want one.
    const owners = this.#choices.providers.filter(canHaveKey);
    // The one in use comes first, because usually its key is meant.
    const ordered = [
      ...owners.filter(({ id }) => id === current?.id),
      ...owners.filter(({ id }) => id !== current?.id),
    ];
    return this.#pickOne(ordered, vscode.l10n.t('Whose API key do you want to set?'));
  }

  async #pickOne(
    providers: readonly ChoosableProvider[],
    placeHolder: string,
  ): Promise<ChoosableProvider | undefined> {
    const items = providers.map((provider) => ({
      label: provider.name,
      description: hostOf(provider),
      provider,
    }));
    const title = 'Codex Relay';
    const picked = await vscode.window.showQuickPick(items, { title, placeHolder, matchOnDescription: true });
    return picked?.provider;
  }
}

/** All but the demo and VS Code's own models. */
function canHaveKey({ baseUrl }: ChoosableProvider): boolean {
  return baseUrl.startsWith('http');
}

function hostOf({ baseUrl }: ChoosableProvider): string {
  return new URL(baseUrl).host;
}

/** The path below a base URL, whose query stays at the end. */
function below(baseUrl: string, path: string): string {
  const url = new URL(baseUrl);
  url.pathname += path;
  return url.href;
}
