/** The upstreams that a relay serves, and the way from a model's name to the targets that may answer. */
import { isDeepStrictEqual } from 'node:util';
import { RelayError } from '../../errors.ts';
import type { Logger } from '../../logger.ts';
import { MODEL_ALIAS } from '../../names.ts';
import { nativeFor, profileFor } from '../../providers/index.ts';
import { shippedFacts } from '../../providers/model-facts.ts';
import { type ListedModel, type ModelFacts, mergeFacts } from '../../providers/model-list.ts';
import type { GatewayOptions, RoutingChange, SharedRouting } from '../gateway-options.ts';
import type { AllStandIns, RoutingOptions, ServedUpstream, StandIns, UpstreamOptions } from '../options.ts';
import type { Role } from '../roles.ts';
import { Bindings, bindingTo } from './bindings.ts';
import { Health } from './health.ts';
import { type NamedModel, qualifiedName, resolveModel, type Served } from './model-names.ts';
import { type Provider, resolveProvider } from './provider.ts';
import { checkedStandIns, unknownUpstream } from './stand-ins.ts';
import type { Target } from './target.ts';

/** What is known about a request before it is routed. */
export interface Asked {
  /** The model as the client names it. */
  model: string;
  /** The client's own key, for the upstream that it asks, if that has none. */
  bearer: string | undefined;
  /** The conversation that the request belongs to, by `threadFor()`; undefined if the client does not say. */
  thread: string | undefined;
  /** The conversation that began that one: while it is bound nowhere itself, it goes where this one is. */
  parent?: string | undefined;
  /** Set for side requests, which may have their own model. */
  role: Role | undefined;
}

export class Routing {
  readonly health: Health;
  readonly bindings: Bindings;
  readonly #logger: Logger;
  /** Logs a warning once, however many requests cause it. */
  readonly #warnOnce: (message: string) => void;
  readonly #onModels: () => void;
  readonly #shared: SharedRouting | undefined;
  readonly #listed = new Map<Provider, readonly ListedModel[]>();
  #providers: readonly Provider[];
  #active: Provider;
  #standIns: AllStandIns;

  /** @throws RelayError `invalid_request` that names the option at fault */
  constructor(
    options: RoutingOptions & UpstreamOptions & Pick<GatewayOptions, 'sharedRouting'>,
    logger: Logger,
    warnOnce: (message: string) => void,
  ) {
    this.#logger = logger;
    this.#warnOnce = warnOnce;
    this.#providers = distinct((options.upstreams ?? [options]).map(resolveProvider));
    this.#active = this.#byId(options.active) ?? firstOf(this.#providers);
    this.#standIns = checkedStandIns(options, this.#providers);
    this.#onModels = options.onModels ?? (() => {});
    this.bindings = new Bindings(options.savedBindings);
    this.#shared = options.sharedRouting;
    this.health = new Health((change) => this.#shared?.tell(change));
    this.#shared?.listen((change) => this.#learn(change));
    this.#sayWhereImagesGo(undefined);
  }

  #learn(change: RoutingChange): void {
    if (change.kind === 'reset') this.health.learnReset();
    else if (change.kind === 'trouble') this.health.learn(change.key, change.trouble);
    else this.bindings.learn(change.thread, change.binding);
  }

  /** Binds a thread to the target that answered. @returns whether this changed anything */
  bind(thread: string, target: Target): boolean {
    const isNews = this.bindings.bind(thread, target);
    if (isNews) this.#shared?.tell({ kind: 'binding', thread, binding: bindingTo(target) });
    return isNews;
  }

  /**
   * The name under which a thread is bound for requests of this role. Those with a model of their own have a place of
   * their own, so that they never move the conversation itself.
   */
  threadFor(thread: string | undefined, role: Role | undefined): string | undefined {
    return thread === undefined || !this.hasOwnModel(role) ? thread : `${thread} ${role}`;
  }

  hasOwnModel(role: Role | undefined): boolean {
    return role !== undefined && this.#standIns.roles[role] !== undefined;
  }

  /** Asks the other relays about a thread that is not known here. */
  async recallBinding(thread: string | undefined): Promise<void> {
    if (this.#shared === undefined || thread === undefined || this.bindings.has(thread)) return;
    const binding = await this.#shared.bindingOf(thread);
    if (binding !== undefined) this.bindings.learn(thread, binding);
  }

  /** The upstream that bare names and the alias belong to. */
  get active(): Provider {
    return this.#active;
  }

  get providers(): readonly Provider[] {
    return this.#providers;
  }

  /**
   * Makes another upstream the active one: one named by its id, or the one given, which replaces the one with its id.
   * @throws RelayError `invalid_request` that names the option, when the upstream cannot be used
   */
  use(upstream: UpstreamOptions | string): void {
    if (typeof upstream === 'string') {
      this.#active = this.#byId(upstream) ?? this.#active;
    } else {
      const provider = resolveProvider(upstream);
      const others = this.#providers.filter(({ id }) => id !== provider.id);
      // A relay with one upstream swaps it; a relay with several adds it.
      this.#providers = this.#providers.length === 1 ? [provider] : [provider, ...others];
      this.#active = provider;
    }
    const { profile, baseUrl } = this.#active;
    this.#logger.info(`upstream: ${profile.name} at ${new URL(baseUrl).host}`);
    this.#onModels();
  }

  /**
   * Serves these upstreams from now on. The lists of those that stay are kept.
   * @param active id of one of them
   * @param standIns default: as before
   * @throws RelayError `invalid_request`; nothing has changed then
   */
  serve(upstreams: readonly UpstreamOptions[], active: string, standIns: StandIns = this.#standIns): void {
    const providers = distinct(upstreams.map(resolveProvider));
    const chosen = providers.find(({ id }) => id === active);
    if (chosen === undefined) throw unknownUpstream('active', active, providers);
    const checked = checkedStandIns(standIns, providers);
    const { visionModel } = this.#standIns;
    this.#keepLists(providers);
    this.#providers = providers;
    this.#active = chosen;
    this.#standIns = checked;
    this.#sayWhereImagesGo(visionModel);
    this.#onModels();
  }

  /** A list stays valid for an upstream that is served again with the same address and keys. */
  #keepLists(providers: readonly Provider[]): void {
    for (const provider of providers) {
      const before = this.#providers.find((other) => isSamePlace(other, provider));
      const listed = before && this.#listed.get(before);
      if (listed !== undefined) this.#listed.set(provider, listed);
    }
  }

  /** Notes what an upstream lists, unless it is no longer served. */
  learnModels(provider: Provider, listed: readonly ListedModel[]): void {
    if (!this.#providers.includes(provider)) return;
    const before = this.#listed.get(provider);
    this.#listed.set(provider, listed);
    if (!isDeepStrictEqual(before, listed)) this.#onModels();
  }

  /** What an upstream lists; undefined until it has been asked. */
  listOf(provider: Provider): readonly ListedModel[] | undefined {
    return this.#listed.get(provider);
  }

  /** The context window, in tokens, that the upstream states for a target's model; undefined if it states none. */
  windowOf({ provider, model }: Target): number | undefined {
    const listed = this.#listed.get(provider)?.find(({ id }) => id === model);
    return listed?.windowFrom === 'guessed' ? undefined : listed?.contextWindow;
  }

  /**
   * The targets that may answer a request, in the order of preference.
   * @throws RelayError `invalid_request` if the name stands for no model
   */
  targetsFor(asked: Asked): [Target, ...Target[]] {
    const { thread, parent, bearer } = asked;
    const requested = (asked.role && this.#standIns.roles[asked.role]) ?? asked.model;
    const first = this.#named(requested);
    const meant = this.#meant(asked.model)?.provider;
    const named = distinctModels([first, ...this.#standInsOf(first, requested)]);
    const targets = named.flatMap((one) => targetsOf(one, one.provider === meant ? bearer : undefined));
    const home = thread !== undefined && this.bindings.has(thread) ? thread : parent;
    const bound = home === undefined ? undefined : this.bindings.targetOf(home, targets);
    return atLeastOne(bound === undefined ? targets : [bound, ...targets.filter((other) => other !== bound)]);
  }

  /**
   * The targets to try, in order: those that do not wait, or the one that waits least.
   * @param now milliseconds since the epoch
   */
  worthATry(targets: readonly [Target, ...Target[]], now: number): [Target, ...Target[]] {
    return atLeastOne(this.health.inOrder(targets, now));
  }

  /**
   * The targets that describe images, in the order to try them; empty if there are none. No other model stands in:
   * images only go where the user was told.
   * @param bearer the client's own key, used only for the upstream that it was meant for
   */
  visionTargets(bearer: string | undefined, now: number): Target[] {
    const describer = this.#describer();
    if (describer === undefined) return [];
    const key = describer.provider === this.#active ? bearer : undefined;
    return this.health.inOrder(targetsOf(describer, key), now);
  }

  /** Whether a target sees images; undefined if nothing says so. */
  seesImages({ provider, model, profile }: Target): boolean | undefined {
    if (profile.userImages === 'note') return false;
    const listed = this.#listed.get(provider)?.find(({ id }) => id === model);
    const facts = mergeFacts<ModelFacts>(shippedFacts(provider.preset.profile.id, model), listed);
    return facts.images;
  }

  /** Whether routing the request needs the active upstream's list first. */
  waitsForList({ model, role }: Asked): boolean {
    const requested = (role && this.#standIns.roles[role]) ?? model;
    const active = this.#served(this.#active);
    return active.listed === undefined && resolveModel(requested, active, [active]) === undefined;
  }

  /** The model that the alias stands for now, by its name in the list of models; undefined if there is none. */
  chosenModel(): string | undefined {
    const served = this.#providers.map((one) => this.#served(one));
    const chosen = resolveModel(MODEL_ALIAS, this.#served(this.#active), served);
    if (chosen === undefined || served.length === 1) return chosen?.model;
    return qualifiedName(chosen.provider, chosen.model);
  }

  /** Every upstream with its models, as far as they are known; the active one first. */
  catalog(): ServedUpstream[] {
    const others = this.#providers.filter((provider) => provider !== this.#active);
    const recent = this.bindings.recent();
    return [this.#active, ...others].map((provider) => ({
      id: provider.id,
      name: provider.profile.name,
      isActive: provider === this.#active,
      preset: provider.preset,
      model: provider.model,
      modelMap: Object.fromEntries(provider.modelMap),
      wires: provider.wires,
      listed: this.#listed.get(provider),
      ...(this.#describer() === undefined ? {} : { describesImages: true as const }),
      recent: recent.flatMap(({ upstream, model }) => (upstream === provider.id ? model : [])),
    }));
  }

  /** The model that describes images; undefined if there is none or its upstream was replaced. */
  #describer(): NamedModel | undefined {
    const { visionModel } = this.#standIns;
    const id = visionModel?.split('/', 1)[0]?.toLowerCase();
    const isServed = this.#providers.some((provider) => provider.id === id);
    return visionModel === undefined || !isServed ? undefined : this.#named(visionModel);
  }

  /** @param before the model that described images until now */
  #sayWhereImagesGo(before: string | undefined): void {
    if (this.#standIns.visionModel === before) return;
    const describer = this.#describer();
    if (describer === undefined) {
      this.#logger.info('Images are no longer described for models that cannot see them.');
      return;
    }
    const { provider, model } = describer;
    const { name } = provider.profile;
    const host = provider.baseUrl.startsWith('http') ? ` (${new URL(provider.baseUrl).host})` : '';
    this.#logger.info(
      `Images for models that cannot see them are sent to ${name}${host}, where ${model} describes them.`,
    );
  }

  /** What a name stands for; undefined if that is the chosen model and none is chosen. */
  #meant(requested: string): NamedModel | undefined {
    const all = this.#providers.map((one) => this.#served(one));
    return resolveModel(requested, this.#served(this.#active), all);
  }

  #named(requested: string): NamedModel {
    const named = this.#meant(requested);
    if (named === undefined) throw noModelChosen(this.#active);
    if (named.isStandIn) {
      const { profile } = named.provider;
      this.#warnOnce(
        `${profile.name} does not list the model "${requested}": ${named.model} answers instead`,
      );
    }
    return named;
  }

  /** The stand-ins for a model, by its full name, by the requested name, or for all models. */
  #standInsOf({ provider, model }: NamedModel, requested: string): NamedModel[] {
    // A Map, because a client may ask for a model named `constructor`.
    const fallbacks = new Map(Object.entries(this.#standIns.fallbacks));
    const names =
      fallbacks.get(qualifiedName(provider, model)) ?? fallbacks.get(requested) ?? fallbacks.get('*') ?? [];
    return names.map((name) => this.#named(name));
  }

  #served(provider: Provider): Served {
    return { provider, listed: this.#listed.get(provider) };
  }

  #byId(id: string | undefined): Provider | undefined {
    if (id === undefined) return undefined;
    const found = this.#providers.find((provider) => provider.id === id);
    if (found === undefined) throw unknownUpstream('active', id, this.#providers);
    return found;
  }
}

function isSamePlace(left: Provider, right: Provider): boolean {
  return (
    left.id === right.id && left.baseUrl === right.baseUrl && isDeepStrictEqual(left.apiKeys, right.apiKeys)
  );
}

function targetsOf({ provider, model }: NamedModel, bearer: string | undefined): Target[] {
  const { preset, wires, apiKeys } = provider;
  const profile = profileFor(preset, model);
  const { wire, profile: native } = nativeFor(preset, model, wires);
  const keys = apiKeys.length > 0 ? apiKeys : [bearer];
  return keys.map((apiKey, keyIndex) => ({ provider, model, profile, wire, native, apiKey, keyIndex }));
}

function atLeastOne([first, ...others]: readonly Target[]): [Target, ...Target[]] {
  if (first === undefined) throw new RelayError('internal_error', 'There is no upstream to send this to.');
  return [first, ...others];
}

/** Removes duplicates: a stand-in may be the model itself or another stand-in. */
function distinctModels(named: readonly NamedModel[]): NamedModel[] {
  const names = named.map(({ provider, model }) => qualifiedName(provider, model));
  return named.filter((_, at) => names.indexOf(names[at] ?? '') === at);
}

/** @throws RelayError if two share an id, because names would be ambiguous */
function distinct(providers: readonly Provider[]): readonly Provider[] {
  const ids = providers.map(({ id }) => id);
  const twice = ids.find((id, at) => ids.indexOf(id) !== at);
  if (twice === undefined) return providers;
  throw new RelayError(
    'invalid_request',
    `upstreams: two of them have the id "${twice}". Give one another id.`,
    {
      param: 'upstreams',
    },
  );
}

function firstOf(providers: readonly Provider[]): Provider {
  const [first] = providers;
  if (first !== undefined) return first;
  throw new RelayError('invalid_request', 'upstreams: at least one is needed.', { param: 'upstreams' });
}

function noModelChosen({ profile }: Provider): RelayError {
  return new RelayError(
    'invalid_request',
    `model: "${MODEL_ALIAS}" stands for the chosen model of ${profile.name}, but none is chosen and it lists none that Codex can use. Name a model, or map one (--model-map ${MODEL_ALIAS}:NAME).`,
    { param: 'model' },
  );
}
