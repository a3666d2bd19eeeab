/** The upstreams that a relay serves, and from the model that a client names to the targets that may answer it. */
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

/** What is known of a request before it is known where it goes. */
export interface Asked {
  /** The model as the client names it. */
  model: string;
  /** The client's own key, for an upstream without one. */
  bearer: string | undefined;
  /** The conversation that the request belongs to; undefined for a client that does not say. */
  thread: string | undefined;
  /** Set for side requests, which may have a model of their own. */
  role: Role | undefined;
}

export class Routing {
  readonly health: Health;
  readonly bindings: Bindings;
  readonly #logger: Logger;
  /** Says a warning once, however many requests give rise to it. */
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

  /** Binds a thread to the target that answered. @returns whether that is news */
  bind(thread: string, target: Target): boolean {
    const isNews = this.bindings.bind(thread, target);
    if (isNews) this.#shared?.tell({ kind: 'binding', thread, binding: bindingTo(target) });
    return isNews;
  }

  /** Asks the other relays for a thread that is not known here. */
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
   * Another upstream becomes the active one: by its id, or as it is given, in place of the one of its id.
   * @throws RelayError `invalid_request` that names the option, when the upstream cannot be used
   */
  use(upstream: UpstreamOptions | string): void {
    if (typeof upstream === 'string') {
      this.#active = this.#byId(upstream) ?? this.#active;
    } else {
      const provider = resolveProvider(upstream);
      const others = this.#providers.filter(({ id }) => id !== provider.id);
      // A relay that serves one upstream swaps it; one that serves many gains it.
      this.#providers = this.#providers.length === 1 ? [provider] : [provider, ...others];
      this.#active = provider;
    }
    const { profile, baseUrl } = this.#active;
    this.#logger.info(`upstream: ${profile.name} at ${new URL(baseUrl).host}`);
    this.#onModels();
  }

  /**
   * Serves these upstreams from now on. What those that stay have listed stays known.
   * @param active id of one of them
   * @param standIns default: as before
   * @throws RelayError `invalid_request`, with everything left as it was
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

  /** What an upstream listed is still so when it is served again with the same address and keys. */
  #keepLists(providers: readonly Provider[]): void {
    for (const provider of providers) {
      const before = this.#providers.find((other) => isSamePlace(other, provider));
      const listed = before && this.#listed.get(before);
      if (listed !== undefined) this.#listed.set(provider, listed);
    }
  }

  /** Takes note of what an upstream lists, unless it is no longer served. */
  learnModels(provider: Provider, listed: readonly ListedModel[]): void {
    if (!this.#providers.includes(provider)) return;
    const before = this.#listed.get(provider);
    this.#listed.set(provider, listed);
    if (!isDeepStrictEqual(before, listed)) this.#onModels();
  }

  /** What an upstream lists; undefined until it was asked. */
  listOf(provider: Provider): readonly ListedModel[] | undefined {
    return this.#listed.get(provider);
  }

  /** Tokens that the upstream says the model of a target has room for; undefined where it does not say. */
  windowOf({ provider, model }: Target): number | undefined {
    const listed = this.#listed.get(provider)?.find(({ id }) => id === model);
    return listed?.windowFrom === 'guessed' ? undefined : listed?.contextWindow;
  }

  /**
   * The targets that may answer a request, in the order in which they are to be tried.
   * @param now milliseconds since the epoch
   * @throws RelayError `invalid_request` where the name stands for no model
   */
  targetsFor(asked: Asked, now: number): [Target, ...Target[]] {
    const { thread, bearer } = asked;
    const requested = (asked.role && this.#standIns.roles[asked.role]) ?? asked.model;
    const first = this.#named(requested);
    const named = distinctModels([first, ...this.#standInsOf(first, requested)]);
    const targets = named.flatMap((one, at) => targetsOf(one, at === 0 ? bearer : undefined));
    const bound = thread === undefined ? undefined : this.bindings.targetOf(thread, targets);
    const preferred = bound === undefined ? targets : [bound, ...targets.filter((other) => other !== bound)];
    const [best, ...others] = this.health.inOrder(preferred, now);
    if (best === undefined) throw new RelayError('internal_error', 'There is no upstream to send this to.');
    return [best, ...others];
  }

  /**
   * The targets that describe images, in the order in which they are to be tried; none where nobody does. No other
   * model stands in: images go where the user was told.
   * @param bearer the client's own key, for the upstream that it was meant for
   */
  visionTargets(bearer: string | undefined, now: number): Target[] {
    const describer = this.#describer();
    if (describer === undefined) return [];
    const key = describer.provider === this.#active ? bearer : undefined;
    return this.health.inOrder(targetsOf(describer, key), now);
  }

  /** Whether a target sees images; undefined where nobody tells. */
  seesImages({ provider, model, profile }: Target): boolean | undefined {
    if (profile.userImages === 'note') return false;
    const listed = this.#listed.get(provider)?.find(({ id }) => id === model);
    const facts = mergeFacts<ModelFacts>(shippedFacts(provider.preset.profile.id, model), listed);
    return facts.images;
  }

  /** Whether the request can only be placed once the active upstream's list is known. */
  waitsForList({ model, role }: Asked): boolean {
    const requested = (role && this.#standIns.roles[role]) ?? model;
    const active = this.#served(this.#active);
    return active.listed === undefined && resolveModel(requested, active, [active]) === undefined;
  }

  /** The name of the model that the alias stands for now, as the list of models has it; undefined for none. */
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

  /** The model that describes images; undefined where there is none, or its upstream was swapped for another. */
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

  #named(requested: string): NamedModel {
    const named = resolveModel(
      requested,
      this.#served(this.#active),
      this.#providers.map((one) => this.#served(one)),
    );
    if (named === undefined) throw noModelChosen(this.#active);
    if (named.isStandIn) {
      const { profile } = named.provider;
      this.#warnOnce(
        `${profile.name} does not list the model "${requested}": ${named.model} answers instead`,
      );
    }
    return named;
  }

  /** The stand-ins of a model: those of its full name, of the name that was asked for, or of all models. */
  #standInsOf({ provider, model }: NamedModel, requested: string): NamedModel[] {
    // Not every name is a key of an object: a client may ask for a model named `constructor`.
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

/** Each once: a stand-in may name the model itself, or another stand-in's. */
function distinctModels(named: readonly NamedModel[]): NamedModel[] {
  const names = named.map(({ provider, model }) => qualifiedName(provider, model));
  return named.filter((_, at) => names.indexOf(names[at] ?? '') === at);
}

/** @throws RelayError where two share an id, since a name must mean one */
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
