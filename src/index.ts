/**
 * Codex Relay as a library.
 *
 *     import { start } from 'codex-relay';
 *     const relay = await start({ upstream: 'https://api.deepseek.com', apiKey: process.env.DEEPSEEK_API_KEY });
 *     // clients: base_url = `${relay.url}/v1`
 *     await relay.stop();
 */

import { buildCatalog, type CatalogEntry } from './codex/catalog.ts';
import { catalogUpstream } from './codex/catalog-rows.ts';
import { DEFAULT_INSTRUCTIONS } from './codex/instructions.ts';
import { messageOf } from './errors.ts';
import { createMemoryStore } from './history/memory-store.ts';
import { type Logger, SILENT_LOGGER } from './logger.ts';
import { DEFAULT_PORT } from './names.ts';
import type { ListedModel } from './providers/model-list.ts';
import { ImageWords } from './relay/exchange/image-words.ts';
import type { RelayParts } from './relay/exchange/respond.ts';
import { RunningExchanges } from './relay/exchange/running.ts';
import { createReasoningSeal } from './relay/exchange/seal.ts';
import { UnmarkedThinking } from './relay/exchange/unmarked-thinking.ts';
import { createApp } from './relay/http/app.ts';
import { checkedHosts, localUrl } from './relay/http/reach.ts';
import { listen, pause } from './relay/http/server.ts';
import type { WebSockets } from './relay/http/web-sockets.ts';
import type { Refusal, RelayHandle, RelayOptions, ServedUpstream, UpstreamOptions } from './relay/options.ts';
import { type Provider, resolveProvider } from './relay/routing/provider.ts';
import { Routing } from './relay/routing/routing.ts';
import type { UpstreamTransport } from './relay/transport.ts';
import { askForBalance, type Balance } from './relay/upstream/balance.ts';
import { createDemoTransport } from './relay/upstream/demo-transport.ts';
import { LearnedWires } from './relay/upstream/learned-wires.ts';
import { ModelLists } from './relay/upstream/model-lists.ts';
import { type NativeFindings, type Probed, probeNative } from './relay/upstream/native-probe.ts';
import { type Network, openNetwork } from './relay/upstream/network.ts';
import { askForModels, learnLoadedModel, servedModels } from './relay/upstream/served-models.ts';
import { Upstream } from './relay/upstream/upstream.ts';
import { VERSION } from './version.ts';

export { RelayError } from './errors.ts';
export { openDiskStore } from './history/disk-store.ts';
export { createMemoryStore } from './history/memory-store.ts';
export { DEFAULT_HISTORY_LIMITS, type HistoryLimits, type HistoryStore } from './history/store.ts';
export type { Logger } from './logger.ts';
export type { ListedModel } from './providers/model-list.ts';
export type {
  Admission,
  Binding,
  GatewayOptions,
  PassedOver,
  Refusal,
  RelayHandle,
  RelayOptions,
  RelayUser,
  RequestLimits,
  RequestReport,
  RoutingChange,
  RoutingOptions,
  ServedUpstream,
  SharedRouting,
  SpendGuard,
  StandIns,
  TargetState,
  TokenUsage,
  Trouble,
  UpstreamOptions,
  Users,
  Waiting,
} from './relay/options.ts';
export type { UpstreamReply, UpstreamRequest, UpstreamTransport } from './relay/transport.ts';
export type { Balance } from './relay/upstream/balance.ts';
export { VERSION };

const USER_AGENT = `codex-relay/${VERSION}`;
const MEBIBYTE = 1024 * 1024;
/** How long cancelled streams may take to send their last events when the relay stops. */
const STOP_GRACE_MS = 2_000;
/** How long a draining relay keeps idle connections, on which a balancer may be sending a request just now. */
const LAST_REQUESTS_MS = 1_000;
/** Limit for all requests of a probe together. */
const PROBE_LIMIT_MS = 300_000;
/** The longest that a draining relay waits for its last answers. */
const DRAIN_MS = 3_600_000;

/**
 * Starts a relay, on 127.0.0.1 unless `listen` names another address.
 * @throws RelayError for options that cannot be used; the system's error (`EADDRINUSE`) if the port is taken
 */
export async function start(options: RelayOptions = {}): Promise<RelayHandle> {
  const { logger = SILENT_LOGGER, token, maxBodyBytes = 64 * MEBIBYTE } = options;
  const publicHosts = checkedHosts(options);
  const { transport, close } = await openTransport(options);
  let isStopping = false;
  const parts = assemble(options, transport, logger);
  const webSockets = options.webSocket ? await openWebSockets(maxBodyBytes) : undefined;
  const app = createApp({
    parts,
    webSockets,
    token: token || undefined,
    maxBodyBytes,
    logger,
    version: VERSION,
    codexModels,
    publicHosts,
    users: options.users,
    metrics: options.metrics,
    isReady: () => !isStopping,
    onRefusal: (refusal) => {
      parts.warnOnce(refusalSentence(refusal));
      options.onRefusal?.(refusal);
    },
  });
  const { port = DEFAULT_PORT, listen: address, tls } = options;
  const place = { port, address, tls, takesWebSockets: webSockets !== undefined };
  const listening = await listen(app.callback(), place, (error) =>
    logger.error(`A connection was not accepted: ${error.message}`),
  );
  const { routing, upstream, running, history } = parts;
  const lists = new ModelLists(routing, upstream, logger);
  void lists.learn();
  return {
    url: localUrl(options, listening.port),
    port: listening.port,
    ...routingControls(parts, lists),
    get running() {
      return running.count;
    },
    useCertificate: (renewed) => listening.useCertificate(renewed),
    drain: async () => {
      isStopping = true;
      webSockets?.close(DRAIN_MS);
      await listening.close(DRAIN_MS);
      await close();
      await history.close();
    },
    stop: async ({ drainMs = 0, leaveMs = 0 } = {}) => {
      isStopping = true;
      if (leaveMs > 0) await pause(leaveMs);
      const lastMs = Math.min(drainMs, LAST_REQUESTS_MS);
      const closed = listening.close(STOP_GRACE_MS + drainMs, lastMs);
      webSockets?.close(STOP_GRACE_MS + drainMs);
      await Promise.race([closed, pause(lastMs)]);
      await running.endedWithin(drainMs - lastMs);
      running.cancelAll();
      await closed;
      await close();
      await history.close();
    },
  };
}

/** What a handle offers to change and to watch where requests go. */
function routingControls(
  { routing, upstream }: RelayParts,
  lists: ModelLists,
): Omit<RelayHandle, 'url' | 'port' | 'running' | 'useCertificate' | 'drain' | 'stop'> {
  return {
    use: (other) => {
      routing.use(other);
      void lists.learn();
    },
    serve: (upstreams, active, standIns) => {
      routing.serve(upstreams, active, standIns);
      void lists.learn();
    },
    learnModels: (ids) => lists.learn(ids),
    models: async () => (await askForModels(routing.active, routing, upstream)).map(({ id }) => id),
    catalog: () => routing.catalog(),
    targets: () => routing.health.troubles(Date.now()),
    resetTargets: () => {
      routing.health.reset();
      upstream.endWaits();
    },
  };
}

function refusalSentence({ client, sentToken }: Refusal): string {
  const name = client || 'without a name';
  return `A client (${name}) was refused: it sent ${sentToken ? 'another token' : 'no token'}.`;
}

/** A provider, and how to reach it without a relay. */
type ProviderOptions = UpstreamOptions & Pick<RelayOptions, 'fetch' | 'transport' | 'proxy' | 'logger'>;

/**
 * The models that a provider lists, with what it tells about each. Needs no running relay.
 * @throws RelayError for options that cannot be used, or with the reason if the provider gives no list
 */
export async function listModels(options: ProviderOptions): Promise<ListedModel[]> {
  const { provider, upstream, close } = await openProvider(options);
  try {
    const { signal } = new AbortController();
    return await servedModels({ provider, apiKey: provider.apiKeys[0], signal }, upstream);
  } finally {
    await close();
  }
}

/**
 * Finds out with eight small requests what a provider's own Responses endpoint takes, and yields each result when it is
 * known. Needs no running relay.
 * @throws RelayError for options that cannot be used
 */
export async function* probeResponses(
  options: ProviderOptions & { model: string },
): AsyncGenerator<Probed, NativeFindings> {
  const { provider, upstream, close } = await openProvider(options);
  try {
    const call = { provider, apiKey: provider.apiKeys[0], signal: AbortSignal.timeout(PROBE_LIMIT_MS) };
    return yield* probeNative(upstream, call, options.model);
  } finally {
    await close();
  }
}

/**
 * What is left on a provider's account. Needs no running relay.
 * @throws RelayError for options that cannot be used, for a provider that does not tell, or with the provider's own
 *   error
 */
export async function accountBalance(options: ProviderOptions): Promise<Balance> {
  const { provider, upstream, close } = await openProvider(options);
  try {
    return await askForBalance(provider, upstream);
  } finally {
    await close();
  }
}

/** @throws RelayError for options that cannot be used; nothing is open then */
async function openProvider(
  options: ProviderOptions,
): Promise<{ provider: Provider; upstream: Upstream; close(): Promise<void> }> {
  const provider = resolveProvider(options);
  const { transport, close } = await openTransport(options);
  return { provider, upstream: new Upstream(transport, USER_AGENT, options.logger ?? SILENT_LOGGER), close };
}

function assemble(options: RelayOptions, transport: UpstreamTransport, logger: Logger): RelayParts {
  const warnOnce = onlyOnce((message) => logger.warn(message));
  const routing = new Routing(options, logger, warnOnce);
  const upstream = new Upstream(transport, USER_AGENT, logger);
  const asked = new Set<string>();
  return {
    routing,
    upstream,
    wires: new LearnedWires(logger),
    history: options.history ?? createMemoryStore(),
    seal: createReasoningSeal(),
    running: new RunningExchanges(),
    logger,
    warnOnce,
    toolDenylist: new Set(options.toolDenylist),
    heal: options.heal ?? true,
    unmarkedThinking: new UnmarkedThinking(),
    keepAliveMs: options.keepAliveMs ?? 15_000,
    stallMs: options.stallMs,
    firstOutputMs: options.firstOutputMs ?? 60_000,
    onBindings: options.onBindings ?? (() => {}),
    budget: options.budget,
    limits: undefined,
    imageWords: new ImageWords(),
    onRequest: (report) => {
      options.onRequest?.(report);
      if (report.state !== 'completed') return;
      const answered = { upstream: report.upstream, model: report.upstreamModel };
      learnLoadedModel(answered, { routing, upstream, asked }).catch((error: unknown) =>
        logger.debug(`${report.provider}: its window is not known: ${messageOf(error)}`),
      );
    },
  };
}

function onlyOnce(say: (message: string) => void): (message: string, key?: string) => void {
  const said = new Set<string>();
  return (message, key = message) => {
    if (said.has(key)) return;
    said.add(key);
    say(message);
  };
}

/** Loaded only if wanted. */
async function openWebSockets(maxBytes: number): Promise<WebSockets> {
  const { WebSockets } = await import('./relay/http/web-sockets.ts');
  return new WebSockets(maxBytes);
}

function codexModels(upstreams: readonly ServedUpstream[]): CatalogEntry[] {
  const [active, ...others] = upstreams.map(catalogUpstream);
  return active === undefined
    ? []
    : buildCatalog({ ...active, others, instructions: DEFAULT_INSTRUCTIONS }).models;
}

/** The demo answers in process; everything else goes over the network. */
async function openTransport(options: Pick<RelayOptions, 'fetch' | 'transport' | 'proxy'>): Promise<Network> {
  const demo = createDemoTransport();
  const network = await openNetwork(options);
  return {
    transport: (request) => (request.url.startsWith('demo:') ? demo(request) : network.transport(request)),
    close: () => network.close(),
  };
}
