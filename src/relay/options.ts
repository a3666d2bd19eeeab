/** Options, handle and observation types of `start()`: the contract between the relay and its hosts. */
import type { HistoryStore } from '../history/store.ts';
import type { JsonObject } from '../json.ts';
import type { Logger } from '../logger.ts';
import type { DeepPartial } from '../providers/index.ts';
import type { NativeProfile } from '../translate/native/native-profile.ts';
import type { Wire } from '../wire/wire.ts';
import type { GatewayOptions, SpendGuard, TargetState } from './gateway-options.ts';
import type { Role } from './roles.ts';
import type { ServedUpstream } from './served-upstream.ts';
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
export type { ServedUpstream } from './served-upstream.ts';

/** The provider that requests go to; `RelayHandle.use()` replaces it from the next request on. */
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
  /** Further keys, of the same or another account, used in this order while those before them are refused. */
  moreApiKeys?: readonly string[];
  /** Model names of clients -> model names of the provider. */
  modelMap?: Readonly<Record<string, string>>;
  /**
   * Fields of the Chat Completions request that are set as given, e.g. `{"top_k": 20}`; they win over what the relay
   * sets. Not allowed: `model`, `messages` and `stream`. Default none.
   */
  extraParams?: Readonly<JsonObject>;
  /** Fields of the Chat Completions request that are never sent; the same three are not allowed. Default none. */
  dropParams?: readonly string[];
  /** The model that the alias `codex-relay`, and any name that the provider does not serve, stands for. */
  model?: string;
  /**
   * The API that is spoken to the provider: for all its models, or by name, where `*` stands for any characters and a
   * full name beats a pattern, e.g. `{"grok-*": "responses"}`. Default: at the provider's own address what its preset
   * considers better for Codex, and Chat Completions at any other.
   */
  wire?: Wire | Readonly<Record<string, Wire>>;
  /** What the provider's own Responses endpoint takes, overriding the preset, by model as in `wire`. Default none. */
  native?: Readonly<Record<string, DeepPartial<NativeProfile>>>;
}

/** Models that answer in place of others. */
export interface StandIns {
  /**
   * Models to try, in order, where one cannot answer and nothing was said yet: by `id/model`, or `*` for all models.
   * Default none.
   */
  fallbacks?: Readonly<Record<string, readonly string[]>>;
  /** Models for requests that Codex makes on the side. Default: they go where their thread goes. */
  roles?: Readonly<Partial<Record<Role, string>>>;
  /**
   * The model, as `id/model`, that describes images for models that are not known to see them: images are sent to it,
   * at most eight new ones a turn. Default: none; such models get images in the form of their dialect.
   */
  visionModel?: string;
}

/** Stand-ins with all defaults filled in; without a `visionModel` no image is described. */
export type AllStandIns = Required<Omit<StandIns, 'visionModel'>> & Pick<StandIns, 'visionModel'>;

/** How several upstreams are served at once. */
export interface RoutingOptions extends StandIns {
  /** Default: the one upstream that the other options describe. */
  upstreams?: readonly UpstreamOptions[];
  /** Id of the upstream that bare model names and the alias belong to. Default: the first. */
  active?: string;
  /** What `onBindings` was last given, in an earlier run. Default: no thread is bound. */
  savedBindings?: string;
  /** Called when a thread is bound to another target, with a text to keep for the next run. */
  onBindings?: (text: string) => void;
  /** Called when the upstreams that are served, or what one of them lists, have changed: see `catalog()`. */
  onModels?: () => void;
  /** An upstream that has said nothing after this long is abandoned for a stand-in, in ms. Default 60,000. */
  firstOutputMs?: number;
}

export interface RelayOptions extends UpstreamOptions, RoutingOptions, GatewayOptions {
  /** Port on 127.0.0.1, or on `listen`; 0 lets the system choose. Default 4444. */
  port?: number;
  /** Names (as sent upstream) of tools to remove. Default none. */
  toolDenylist?: readonly string[];
  /** Whether tool calls that a model writes into its text are read as calls. Default true. */
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
  /** Used for upstream calls instead of `fetch` and node:http; closing it is up to the caller. */
  transport?: UpstreamTransport;
  /** Proxy of upstream calls; loopback is never proxied. Default none. */
  proxy?: { httpProxy?: string; httpsProxy?: string; noProxy?: string };
  /** Largest request body accepted, in bytes. Default 64 MiB. */
  maxBodyBytes?: number;
  /** While upstream is silent, `response.in_progress` goes out this often, in ms. Default 15,000. */
  keepAliveMs?: number;
  /**
   * An upstream that sends nothing for this long fails the response, in ms. Default 600,000; until the first byte from
   * a server on this machine, which may read a long prompt slowly, 1,800,000.
   */
  stallMs?: number;
  /** Called when a request begins to be served, changes state, and ends. Errors it throws are only logged. */
  onRequest?: (report: RequestReport) => void;
  /** Asked before a request is sent. Default: everything may be sent. */
  budget?: SpendGuard;
  /** Called when a client is refused for not sending the token. */
  onRefusal?: (refusal: Refusal) => void;
}

/** A client that was refused. */
export interface Refusal {
  /** What it calls itself, e.g. `codex_exec/0.169.0`; empty where it does not say. */
  client: string;
  /** True if it sent another token, false if it sent none. */
  sentToken: boolean;
}

/** What may be told about one request: never a prompt, an argument or a key. */
export interface RequestReport {
  /** Response id (`resp_...`), unique per request. */
  id: string;
  state: 'running' | 'completed' | 'failed' | 'incomplete' | 'cancelled';
  /** The preset's id, or the name given by the host. */
  provider: string;
  /** The model as the client asked for it, and as upstream was asked for it. */
  model: string;
  upstreamModel: string;
  stream: boolean;
  /** Milliseconds since the epoch. */
  startedAt: number;
  /** Milliseconds from start to the first content, and to the end; undefined until then. */
  firstTokenMs?: number;
  durationMs?: number;
  usage?: TokenUsage;
  /** The cost in USD as the provider states it. Undefined where it does not. */
  costUsd?: number;
  /** The turn that it belongs to, by the client's id. */
  turn?: string;
  /** What it is for, unless it belongs to a turn that a person started; `vision`: the relay had an image described. */
  role?: Role | 'vision';
  /** Set while the relay waits because the provider asks for it. */
  waiting?: Waiting;
  /** Names of tools that the model called. */
  calledTools: readonly string[];
  /** Our own code and the provider's words, even where the client is told less or another code. */
  error?: { code: string; message: string };
  /** The targets that failed before this one, in order. Default none. */
  passedOver?: readonly PassedOver[];
  /** Id of the upstream, as in `id/model`. */
  upstream?: string;
  /** Who is paid: a preset's id, `plan` for a subscription, `local` for the user's own server. Undefined: unknown. */
  service?: string;
  /** Identifies the thread by the beginning of a hash of its id. Undefined where the client names none. */
  thread?: string;
  /** The user who asked, if the relay has users. */
  user?: string;
  /** The API that was spoken to the provider. Default `chat`. */
  wire?: Wire;
  /**
   * On the `responses` wire: what had to be changed in the request for the provider, and in its answer for the client,
   * in short words. Default none.
   */
  repairs?: readonly string[];
}

/** Counts of one answer. */
export interface TokenUsage {
  /** The whole prompt, cached and newly cached tokens included. */
  inputTokens: number;
  cachedTokens: number;
  /** Written to the provider's cache, if it counts them. */
  cacheWriteTokens: number;
  /** Includes reasoning. */
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
  /** What it charges for nevertheless, such as thinking without an answer. Undefined where it stated nothing. */
  spent?: Pick<RequestReport, 'upstream' | 'service' | 'wire' | 'usage' | 'costUsd'>;
}

export interface RelayHandle {
  /** `http://127.0.0.1:<port>`, or with the address it listens on (add `/v1` for a client's base URL). */
  readonly url: string;
  readonly port: number;
  /** Sends requests that begin after this call to another provider; running ones finish where they are. */
  use(upstream: UpstreamOptions | string): void;
  /**
   * Serves these upstreams from now on; running requests finish where they are.
   * @param standIns default: as before
   * @throws RelayError for options that cannot be used; nothing has changed then
   */
  serve(upstreams: readonly UpstreamOptions[], active: string, standIns?: StandIns): void;
  /**
   * Asks upstreams for their models: those with these ids, and those whose list is not known yet. Resolves when each
   * has answered or failed; failures are only logged.
   */
  learnModels(ids?: readonly string[]): Promise<void>;
  /** Every upstream's models as far as they are known, with what it tells about them. */
  catalog(): readonly ServedUpstream[];
  /** The targets that are in trouble, and why. */
  targets(): readonly TargetState[];
  /** Ends all waiting: running requests go on at once, and the next one tries every target. */
  resetTargets(): void;
  /** The model ids that the active upstream lists; rejects with a `RelayError` that names provider and cause. */
  models(): Promise<readonly string[]>;
  /** A renewed certificate, for all connections from now on. @throws the system's error if it cannot be used */
  useCertificate(tls: NonNullable<RelayOptions['tls']>): void;
  /** Frees the port at once and lets running answers finish; resolves when the last one has ended. */
  drain(): Promise<void>;
  /** How many requests are being answered. */
  readonly running: number;
  /**
   * Stops accepting and frees the port, after `leaveMs` (default 0) in which only `/readyz` tells. Running answers may go
   * on for `drainMs` (default 0) and then end with `response.failed` within 2 s.
   */
  stop(options?: { drainMs?: number; leaveMs?: number }): Promise<void>;
}
