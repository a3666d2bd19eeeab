/** Options, handle and observation types of `start()`: the contract between the relay and its hosts. */
import type { HistoryStore } from '../history/store.ts';
import type { JsonObject } from '../json.ts';
import type { Logger } from '../logger.ts';
import type { DeepPartial, Preset, WireFacts } from '../providers/index.ts';
import type { ListedModel } from '../providers/model-list.ts';
import type { NativeProfile } from '../translate/native/native-profile.ts';
import type { Wire } from '../wire/wire.ts';
import type { GatewayOptions, SpendGuard, TargetState } from './gateway-options.ts';
import type { Role } from './roles.ts';
import type { UpstreamTransport } from './transport.ts';

export type {
  Admission,
  Binding,
  GatewayOptions,
  RelayUser,
  RequestLimits,
  RoutingChange,
  SharedRouting,
  SpendGuard,
  TargetState,
  Trouble,
  Users,
} from './gateway-options.ts';

/** The provider that requests go to; `RelayHandle.use()` swaps it for the next request. */
export interface UpstreamOptions {
  /** Names the upstream in `id/model`. Default: the preset's id. */
  id?: string;
  /**
   * Chat Completions base URL, http or https, e.g. `https://api.deepseek.com`. A pasted `/chat/completions`
   * tail is removed. Default: the preset's own, or `https://openrouter.ai/api/v1`.
   */
  upstream?: string;
  /** Preset id, e.g. `deepseek`. Default: recognised from the upstream's host, else `openai-compatible`. */
  provider?: string;
  /** What messages, the log and reports call the provider. Default: the preset's own name; its id in reports. */
  name?: string;
  /**
   * Key sent upstream. Without one, a client's own bearer token is passed on, unless it is our `token` or that of
   * a ChatGPT sign-in.
   */
  apiKey?: string;
  /** Further keys of the same account or of others, used in this order while those before them are refused. */
  moreApiKeys?: readonly string[];
  /** Model names of clients -> model names of the provider. */
  modelMap?: Readonly<Record<string, string>>;
  /**
   * Fields of the Chat Completions request that are set as given, e.g. `{"top_k": 20}`; they win over what the relay
   * sets. All but `model`, `messages` and `stream`. Default none.
   */
  extraParams?: Readonly<JsonObject>;
  /** Fields of the Chat Completions request that are never sent; the same three are not accepted. Default none. */
  dropParams?: readonly string[];
  /** The model that the alias `codex-relay`, and any name that the provider does not serve, stands for. */
  model?: string;
  /**
   * The API that is spoken to the provider: for all its models, or by name, where `*` stands for any characters and a
   * name of its own beats a pattern, e.g. `{"grok-*": "responses"}`. Default: what its preset says is better for Codex
   * at the provider's own address, and Chat Completions at any other.
   */
  wire?: Wire | Readonly<Record<string, Wire>>;
  /** What the provider's own Responses endpoint takes, over what the preset says, by model as in `wire`. Default none. */
  native?: Readonly<Record<string, DeepPartial<NativeProfile>>>;
}

/** Models that answer in the place of others. */
export interface StandIns {
  /**
   * Models that stand in, in order, where one cannot answer and nothing was said yet: by `id/model`, or `*` for all
   * models. Default none.
   */
  fallbacks?: Readonly<Record<string, readonly string[]>>;
  /** Models for requests that Codex makes on the side. Default: they go where their thread goes. */
  roles?: Readonly<Partial<Record<Role, string>>>;
  /**
   * The model, as `id/model`, that describes images for models which are not known to see any: the images are sent to
   * it, at most eight new ones a turn. Default: none; such models get images as their dialect has them.
   */
  visionModel?: string;
}

/** Stand-ins of which everything is said; without a `visionModel` no image is described. */
export type AllStandIns = Required<Omit<StandIns, 'visionModel'>> & Pick<StandIns, 'visionModel'>;

/** How several upstreams are served at once. */
export interface RoutingOptions extends StandIns {
  /** Default: the one upstream that the other options describe. */
  upstreams?: readonly UpstreamOptions[];
  /** Id of the upstream that bare model names and the alias belong to. Default: the first. */
  active?: string;
  /** What `onBindings` was last given, in an earlier run. Default: no thread is bound. */
  savedBindings?: string;
  /** Called when a thread is bound to another target, with a text to be kept for the next run. */
  onBindings?: (text: string) => void;
  /** Called when the upstreams that are served, or what one of them lists, have changed: see `catalog()`. */
  onModels?: () => void;
  /** An upstream that has said nothing after this long is left for a stand-in, in ms. Default 60,000. */
  firstOutputMs?: number;
}

export interface RelayOptions extends UpstreamOptions, RoutingOptions, GatewayOptions {
  /** Port on 127.0.0.1, or on `listen`; 0 lets the system choose. Default 4444. */
  port?: number;
  /** Names of tools, as sent upstream, that are removed. Default none. */
  toolDenylist?: readonly string[];
  /** Whether tool calls that a model wrote into its text are read as calls. Default true. */
  heal?: boolean;
  /** When set, every request must carry it as `Authorization: Bearer`. Default none. */
  token?: string;
  /**
   * Whether clients may keep a WebSocket open for their requests, as Codex does with `supports_websockets = true`.
   * Default false: Codex is told to use HTTP.
   */
  webSocket?: boolean;
  /** Default: a memory store with the default limits. */
  history?: HistoryStore;
  /** Default: silent. */
  logger?: Logger;
  /** Used for upstream calls instead of node:http. */
  fetch?: typeof globalThis.fetch;
  /** Used for upstream calls instead of `fetch` and node:http; the caller closes what it holds open. */
  transport?: UpstreamTransport;
  /** Proxy of upstream calls; loopback is never proxied. Default none. */
  proxy?: { httpProxy?: string; httpsProxy?: string; noProxy?: string };
  /** Largest request body accepted, in bytes. Default 64 MiB. */
  maxBodyBytes?: number;
  /** While upstream is silent, `response.in_progress` goes out this often, in ms. Default 15,000. */
  keepAliveMs?: number;
  /**
   * An upstream that sends nothing for this long fails the response, in ms. Default 600,000; before the first byte
   * of a server on this machine, which may read a long prompt slowly, 1,800,000.
   */
  stallMs?: number;
  /** Called when a request begins to be served, changes state, and ends. What it throws is only logged. */
  onRequest?: (report: RequestReport) => void;
  /** Asked before a request is sent. Default: everything may be sent. */
  budget?: SpendGuard;
  /** Called when a client is refused because it does not send the token. */
  onRefusal?: (refusal: Refusal) => void;
}

/** A client that was refused. */
export interface Refusal {
  /** What it calls itself, e.g. `codex_exec/0.169.0`; empty where it does not say. */
  client: string;
  /** Whether it sent some other token, or none. */
  sentToken: boolean;
}

/** What may be told about one request: no prompt, no argument, no key. */
export interface RequestReport {
  /** Response id (`resp_...`), unique per request. */
  id: string;
  state: 'running' | 'completed' | 'failed' | 'incomplete' | 'cancelled';
  /** The preset's id, or the name that the host gave. */
  provider: string;
  /** The model as the client asked for it, and as upstream was asked. */
  model: string;
  upstreamModel: string;
  stream: boolean;
  /** Milliseconds since the epoch. */
  startedAt: number;
  /** Milliseconds from start to the first content, and to the end; undefined until then. */
  firstTokenMs?: number;
  durationMs?: number;
  usage?: TokenUsage;
  /** What the provider says that it cost, in USD. Undefined where it does not say. */
  costUsd?: number;
  /** The turn that it belongs to, by the client's own id. */
  turn?: string;
  /** What it is for, beside the turns that a person started; `vision`: the relay had an image described. */
  role?: Role | 'vision';
  /** Set while the relay waits because the provider asks for it. */
  waiting?: Waiting;
  /** Names of tools that the model called. */
  calledTools: readonly string[];
  /** Our own code and the provider's words, also where the client is told less or another code. */
  error?: { code: string; message: string };
  /** The targets that failed before this one, in order. Default none. */
  passedOver?: readonly PassedOver[];
  /** Id of the upstream, as in `id/model`. */
  upstream?: string;
  /** Who is paid: a preset's id, `plan` for a subscription, `local` for a server of one's own. Undefined: unknown. */
  service?: string;
  /** Names the thread, but is not its id: the beginning of a hash. Undefined where the client names none. */
  thread?: string;
  /** The API that was spoken to the provider. Default `chat`. */
  wire?: Wire;
  /** On the `responses` wire: what of the request had to be changed for the provider, in short words. Default none. */
  repairs?: readonly string[];
  /** Who asked, where the relay has users. */
  user?: string;
}

/** Counts of one answer. */
export interface TokenUsage {
  /** All of the prompt: cached and newly cached tokens are among them. */
  inputTokens: number;
  cachedTokens: number;
  /** Written to the provider's cache, where it counts them. */
  cacheWriteTokens: number;
  /** Reasoning is among them. */
  outputTokens: number;
  reasoningTokens: number;
}

/** A pause before the same target is asked again. */
export interface Waiting {
  /** Milliseconds since the epoch. */
  until: number;
  /** Code and message of the error that led to it. */
  code: string;
  message: string;
}

/** A target that was tried before the one that answered. */
export interface PassedOver {
  provider: string;
  model: string;
  /** Code and message of its error. */
  code: string;
  message: string;
}

/** An upstream with its models, as far as they are known. */
export interface ServedUpstream {
  id: string;
  name: string;
  isActive: boolean;
  preset: Preset;
  /** The chosen model. */
  model: string | undefined;
  modelMap: Readonly<Record<string, string>>;
  /** What decides which API is spoken to its models; see `nativeFor`. */
  wires: WireFacts;
  /** What it lists; undefined while that is not known. */
  listed: readonly ListedModel[] | undefined;
  /** Images are described for those of its models that cannot see. Default false. */
  describesImages?: true;
  /** Its models that threads went to, the latest first; as far as `savedBindings` and this run know. Default none. */
  recent?: readonly string[];
}

export interface RelayHandle {
  /** `http://127.0.0.1:<port>`, or with the address listened on (add `/v1` for a client's base URL). */
  readonly url: string;
  readonly port: number;
  /** Requests that begin after this call go to another provider; running ones finish where they are. */
  use(upstream: UpstreamOptions | string): void;
  /**
   * Serves these upstreams from now on; running requests finish where they are.
   * @param standIns default: as before
   * @throws RelayError for what cannot be used, with nothing changed
   */
  serve(upstreams: readonly UpstreamOptions[], active: string, standIns?: StandIns): void;
  /**
   * Asks upstreams for their models: those of these ids, and those whose list is not known. Resolves when each has
   * answered or failed; what fails is only logged.
   */
  learnModels(ids?: readonly string[]): Promise<void>;
  /** Every upstream's models as far as they are known, with what each tells of them. */
  catalog(): readonly ServedUpstream[];
  /** The targets that are in trouble, and why. */
  targets(): readonly TargetState[];
  /** Forgets all waiting: running requests go on at once, and the next one tries every target. */
  resetTargets(): void;
  /** Model ids that the current upstream lists; rejects with a `RelayError` that names provider and cause. */
  models(): Promise<readonly string[]>;
  /** Frees the port at once, and lets running answers take their time; resolves when the last one has ended. */
  drain(): Promise<void>;
  /** How many requests are being answered. */
  readonly running: number;
  /**
   * Stops accepting and frees the port. Running answers may go on for so long (default 0), and then end with
   * `response.failed` within 2 s.
   */
  stop(options?: { drainMs?: number }): Promise<void>;
}
