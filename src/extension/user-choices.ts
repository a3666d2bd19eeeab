/**
 * What the user chose: settings, keys, the provider and its model. The only place that turns all of it into a plan
 * for the controller.
 */
import * as vscode from 'vscode';
import { asObject } from '../json.ts';
import type { Logger } from '../logger.ts';
import { PRESETS } from '../providers/index.ts';
import type { UpstreamOptions } from '../relay/options.ts';
import { choicesFor } from '../relay/routing/wire-choices.ts';
import { usableBudgets } from './budgets.ts';
import { type ChoosableProvider, choosableProviders } from './choosable-provider.ts';
import { nativeEntries } from './codex/native-entries.ts';
import type { KeyStore } from './key-store.ts';
import type { OfferedModels } from './language-models/offered-models.ts';
import type { Plan, RoutingPlan } from './relay/controller.ts';
import type { LocalServers } from './relay/local-servers.ts';
import { requestFields } from './request-fields.ts';
import { type CustomProvider, type ExtensionSettings, readSettings, type WhenClosed } from './settings.ts';
import { type UnusableName, usableStandIns } from './stand-ins.ts';
import { WORKSPACE_SETTINGS, type WorkspaceChoice, workspaceChoice } from './workspace-choice.ts';

const SECTION = 'codexRelay';

export interface ChoiceParts {
  context: Pick<vscode.ExtensionContext, 'storageUri' | 'globalStorageUri'>;
  keys: KeyStore;
  localServers: LocalServers;
  languageModels: OfferedModels;
  log: Logger;
}

export class UserChoices {
  readonly keys: KeyStore;
  readonly localServers: LocalServers;
  readonly languageModels: OfferedModels;
  readonly #context: ChoiceParts['context'];
  readonly #log: Logger;
  #here: WorkspaceChoice | undefined;

  constructor({ context, keys, localServers, languageModels, log }: ChoiceParts) {
    this.#context = context;
    this.#log = log;
    this.keys = keys;
    this.localServers = localServers;
    this.languageModels = languageModels;
  }

  get settings(): ExtensionSettings {
    return readSettings(userSetting);
  }

  get providers(): ChoosableProvider[] {
    return choosableProviders(PRESETS, this.settings);
  }

  /** The chosen provider; undefined when none is chosen, or the chosen one no longer exists. */
  get provider(): ChoosableProvider | undefined {
    const { provider } = this.settings;
    return this.providers.find(({ id }) => id === provider);
  }

  /** What this workspace chooses, as last read; undefined if it chooses nothing usable. */
  get here(): WorkspaceChoice | undefined {
    return this.#here;
  }

  /** Reads what this workspace's settings choose. Returns the parts that are left out. */
  async readWorkspace(): Promise<readonly UnusableName[]> {
    const { providers, settings } = this;
    const isConfigured = await Promise.all(
      providers.map((provider) => provider.id === settings.provider || this.#isReady(provider)),
    );
    const configured = idsOf(providers.filter((_, at) => isConfigured[at]));
    const modelOf = (id: string) =>
      settings.models[id] ?? providers.find((one) => one.id === id)?.defaultModel;
    const written = { provider: ofWorkspace('provider'), models: ofWorkspace('models') };
    const { choice, unusable } = workspaceChoice(written, {
      provider: settings.provider,
      configured,
      modelOf,
    });
    this.#here = choice;
    return unusable;
  }

  /** What to call the provider of this id; the id itself when there is no such provider. */
  nameOf(providerId: string): string {
    return this.providers.find(({ id }) => id === providerId)?.name ?? providerId;
  }

  /** The model behind the alias; undefined if none is chosen and the preset names none. */
  modelOf(provider: ChoosableProvider): string | undefined {
    return this.settings.models[provider.id] ?? provider.defaultModel;
  }

  /** How the relay reaches a provider: with only the given key, or else with the stored ones. */
  async upstreamOf(provider: ChoosableProvider, givenKey?: string): Promise<UpstreamOptions> {
    const stored = await this.keys.all(provider);
    const [apiKey, ...moreApiKeys] = givenKey === undefined ? stored : [givenKey];
    const model = this.modelOf(provider);
    const { provider: active, modelMap, fields, wire: wires } = this.settings;
    const isChosen = provider.id === active;
    const entries = await nativeEntries((message) => this.#log.warn(message));
    return {
      id: provider.id,
      provider: provider.preset,
      upstream: provider.baseUrl,
      ...(provider.custom ? { name: provider.name } : {}),
      // The map's names belong to whichever provider is chosen.
      ...(isChosen ? { modelMap } : {}),
      ...requestFields(fields, { id: provider.id, isChosen }, idsOf(this.providers)),
      // An empty key sends none; without the field, the client's own bearer token would be passed on.
      ...(apiKey === undefined ? {} : { apiKey }),
      ...(moreApiKeys.length === 0 ? {} : { moreApiKeys }),
      ...(model === undefined ? {} : { model }),
      ...choicesFor(provider.id, wires, entries),
    };
  }

  async plan(): Promise<Plan> {
    const { provider, settings } = this;
    if (!provider) return { kind: 'no-provider' };
    const server = {
      port: settings.port,
      token: await this.keys.token(),
      toolDenylist: settings.toolDenylist,
      webSocket: settings.webSocket,
      heal: settings.heal,
      historyDir: this.#historyDir(settings),
      historyLimits: settings.historyLimits,
      isUsageKept: settings.usage,
    };
    const key = provider.needsKey ? await this.keys.status(provider) : 'present';
    if (key !== 'present') return { kind: 'needs-key', provider, reason: key, server };
    return { kind: 'ready', provider, ...(await this.#served(provider)), server };
  }

  /** Everything to serve if this provider is the chosen one: itself, and whatever else can answer now. */
  async routingOf(chosen: ChoosableProvider): Promise<RoutingPlan> {
    return (await this.#served(chosen)).routing;
  }

  async #served(
    chosen: ChoosableProvider,
  ): Promise<{ routing: RoutingPlan; unusable: readonly UnusableName[] }> {
    const { providers, settings } = this;
    const isReady = await Promise.all(providers.map((provider) => this.#isReady(provider)));
    const served = providers.filter(({ id }, at) => id === chosen.id || isReady[at]);
    const { standIns, unusable } = usableStandIns(settings, idsOf(providers), idsOf(served));
    const upstreams = await Promise.all(served.map((provider) => this.upstreamOf(provider)));
    const budgets = usableBudgets(settings, idsOf(providers));
    return {
      routing: { upstreams, active: chosen.id, standIns, budgets: budgets.limits },
      unusable: [...unusable, ...budgets.unusable],
    };
  }

  /** Whether a provider can answer without being chosen. The demo only answers if chosen. */
  async #isReady(provider: ChoosableProvider): Promise<boolean> {
    if (provider.needsKey) return (await this.keys.status(provider)) === 'present';
    if (provider.onlyIn === 'vscode') return this.languageModels.wereSeen;
    return provider.custom || this.localServers.seen.includes(provider.id);
  }

  /** Whether there is anything to choose: VS Code may have no models. */
  isOffered({ id, onlyIn }: ChoosableProvider): boolean {
    return onlyIn === undefined || this.languageModels.count > 0 || id === this.settings.provider;
  }

  async chooseProvider(id: string): Promise<void> {
    await update('provider', id);
  }

  async chooseModel(provider: ChoosableProvider, model: string): Promise<void> {
    await update('models', { ...asObject(written('models')), [provider.id]: model });
  }

  async addCustomProvider(provider: CustomProvider): Promise<void> {
    await update('customProviders', [...asList(written('customProviders')), provider]);
  }

  async removeCustomProvider(id: string): Promise<void> {
    await this.keys.remove(id);
    await update(
      'customProviders',
      asList(written('customProviders')).filter((own) => asObject(own)?.['id'] !== id),
    );
    if (this.settings.provider === id) await update('provider', undefined);
  }

  /** From now on, requests for one model's name go to another. */
  async mapModel(name: string, target: string): Promise<void> {
    await update('modelMap', { ...asObject(written('modelMap')), [name]: target });
  }

  /** Shows no more messages about failures of this kind. */
  async mute(kind: string): Promise<void> {
    await update('mutedNotifications', [...new Set([...asList(written('mutedNotifications')), kind])]);
  }

  async chooseWhenClosed(choice: WhenClosed): Promise<void> {
    await update('whenClosed', choice);
  }

  async usePort(port: number): Promise<void> {
    await update('port', port);
  }

  /** Where history is kept: in VS Code's storage for the workspace, not inside it. None for an untrusted workspace. */
  #historyDir(settings: ExtensionSettings): string | undefined {
    if (settings.historyStore === 'memory' || !vscode.workspace.isTrusted) return undefined;
    const storage = this.#context.storageUri ?? this.#context.globalStorageUri;
    return vscode.Uri.joinPath(storage, 'history').fsPath;
  }
}

/** Machine-scoped settings go where VS Code reads them: into the user's settings or, on a remote, the machine's. */
async function update(name: string, value: unknown): Promise<void> {
  await vscode.workspace.getConfiguration(SECTION).update(name, value, vscode.ConfigurationTarget.Global);
}

/** The setting as the user wrote it: entries that we cannot use must survive our edits of their neighbours. */
function written(name: string): unknown {
  return vscode.workspace.getConfiguration(SECTION).inspect(name)?.globalValue;
}

/** A setting in force for this user (name without the prefix), ignoring workspaces. */
export function userSetting(name: string): unknown {
  const configuration = vscode.workspace.getConfiguration(SECTION);
  return WORKSPACE_SETTINGS.includes(name)
    ? configuration.inspect(name)?.globalValue
    : configuration.get(name);
}

/** What the workspace says, if it is trusted. */
function ofWorkspace(name: string): unknown {
  if (!vscode.workspace.isTrusted) return undefined;
  return vscode.workspace.getConfiguration(SECTION).inspect(name)?.workspaceValue;
}

function idsOf(providers: readonly ChoosableProvider[]): string[] {
  return providers.map(({ id }) => id);
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
