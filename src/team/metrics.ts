/** A relay's metrics for Prometheus: counts and times by provider and model, nothing that a user wrote. */
import { createServer, type Server } from 'node:http';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { RelayHandle, RequestReport } from '../relay/options.ts';
import { costOf, type Prices } from '../usage/cost.ts';
import { chargedReports, recordOf, type UsageRecord } from '../usage/record.ts';

export interface Metrics {
  onRequest(report: RequestReport): void;
  onStoreCall(milliseconds: number, isFailed: boolean): void;
  /** Sets the relay that is asked for its current state on each read. */
  watch(relay: Pick<RelayHandle, 'running' | 'targets' | 'catalog'>): void;
  read(): Promise<{ type: string; body: string }>;
}

/** Buckets from a small local model's first token to a long answer. */
const SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160, 320, 640];
const STORE_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5, 15];
const PREFIX = 'codex_relay_';
/** These go up and down, which Prometheus' own check does not accept of a "total"; others say the same by type. */
const MISNAMED = ['handles', 'requests', 'resources'].map((what) => `nodejs_active_${what}_total`);
/** Clients may ask for any name and labels are kept forever, so only served models are named. */
const OTHER = 'other';

/** What a relay in service tells about itself. */
type Watched = Parameters<Metrics['watch']>[0];

/** By which most numbers are told apart. */
const OF = ['provider', 'model'] as const;
type Labels = Record<(typeof OF)[number], string>;

export function createMetrics(prices: Prices): Metrics {
  const register = new Registry();
  collectDefaultMetrics({ register, prefix: PREFIX });
  for (const name of MISNAMED) register.removeSingleMetric(PREFIX + name);
  const counts = {
    ...requestCounts(register),
    ...chargeCounts(register),
    ...detourCounts(register),
    ...storeCounts(register),
  };
  let relay: Watched | undefined;
  addGauges(register, () => relay);

  const labelsOf = ({ provider, upstream, upstreamModel }: RequestReport) => ({
    provider,
    model: isServed(relay, upstream ?? provider, upstreamModel) ? upstreamModel : OTHER,
  });

  return {
    onRequest(report) {
      const labels = labelsOf(report);
      if (report.waiting !== undefined) counts.retries.inc(labels);
      const record = recordOf(report);
      if (record === undefined) return;
      countEnd(counts, report, record, labels);
      for (const charged of chargedReports(report)) countCharge(counts, charged, labelsOf(charged), prices);
    },
    onStoreCall: (milliseconds, isFailed) =>
      counts.storeCalls.observe({ outcome: isFailed ? 'failed' : 'done' }, milliseconds / 1000),
    watch: (watched) => {
      relay = watched;
    },
    read: async () => ({ type: register.contentType, body: await register.metrics() }),
  };
}

function requestCounts(register: Registry) {
  const registers = [register];
  return {
    requests: new Counter({
      name: 'codex_relay_requests_total',
      help: 'Requests that have ended, by how they ended.',
      labelNames: ['state', ...OF],
      registers,
    }),
    errors: new Counter({
      name: 'codex_relay_errors_total',
      help: 'Requests that failed, by the code of their error.',
      labelNames: ['code', ...OF],
      registers,
    }),
    firstToken: new Histogram({
      name: 'codex_relay_time_to_first_token_seconds',
      help: 'From the request to the first content of its answer.',
      labelNames: OF,
      buckets: SECONDS,
      registers,
    }),
    duration: new Histogram({
      name: 'codex_relay_request_duration_seconds',
      help: 'From the request to the end of its answer.',
      labelNames: OF,
      buckets: SECONDS,
      registers,
    }),
  };
}

function chargeCounts(register: Registry) {
  const registers = [register];
  return {
    tokens: new Counter({
      name: 'codex_relay_tokens_total',
      help: 'Tokens by kind: input (cached ones are among them), cached, output (reasoning is among them), reasoning.',
      labelNames: ['kind', ...OF],
      registers,
    }),
    cost: new Counter({
      name: 'codex_relay_cost_usd_total',
      help: 'What requests cost in USD, as far as their price is known.',
      labelNames: OF,
      registers,
    }),
  };
}

function detourCounts(register: Registry) {
  const registers = [register];
  return {
    retries: new Counter({
      name: 'codex_relay_retries_total',
      help: 'Pauses before the same target was asked again.',
      labelNames: OF,
      registers,
    }),
    hops: new Counter({
      name: 'codex_relay_hops_total',
      help: 'Targets that failed and were passed over for another, by the code of their error.',
      labelNames: ['code', 'provider'],
      registers,
    }),
  };
}

function storeCounts(register: Registry) {
  return {
    storeCalls: new Histogram({
      name: 'codex_relay_store_seconds',
      help: 'Calls to the shared store, retries included.',
      labelNames: ['outcome'],
      buckets: STORE_SECONDS,
      registers: [register],
    }),
  };
}

/** Numbers that are asked for when they are read. */
function addGauges(register: Registry, relayNow: () => Watched | undefined): void {
  const registers = [register];
  new Gauge({
    name: 'codex_relay_running_requests',
    help: 'Requests that are being answered.',
    registers,
    collect() {
      this.set(relayNow()?.running ?? 0);
    },
  });
  new Gauge({
    name: 'codex_relay_cooling_targets',
    help: 'Targets that are not asked for a while, by upstream and by the code of the error that led to it.',
    labelNames: ['upstream', 'code'],
    registers,
    collect() {
      this.reset();
      for (const { upstream, code } of relayNow()?.targets() ?? []) this.inc({ upstream, code });
    },
  });
}

type EndCounts = ReturnType<typeof requestCounts> & Pick<ReturnType<typeof detourCounts>, 'hops'>;

/** Counts a request that has ended. */
function countEnd(
  { requests, errors, hops, firstToken, duration }: EndCounts,
  { error, passedOver = [] }: RequestReport,
  { state, firstTokenMs, totalMs }: UsageRecord,
  labels: Labels,
): void {
  requests.inc({ state, ...labels });
  if (error !== undefined) errors.inc({ code: error.code, ...labels });
  for (const { provider, code } of passedOver) hops.inc({ provider, code });
  if (firstTokenMs !== undefined) firstToken.observe(labels, firstTokenMs / 1000);
  duration.observe(labels, totalMs / 1000);
}

/** Counts what one target charges for. */
function countCharge(
  { cost, tokens }: ReturnType<typeof chargeCounts>,
  report: RequestReport,
  labels: Labels,
  prices: Prices,
): void {
  const record = recordOf(report);
  const usd = record && costOf(record, prices);
  if (typeof usd === 'number') cost.inc(labels, usd);
  if (record?.tokens === undefined) return;
  const { inputTokens, cachedTokens, outputTokens, reasoningTokens } = record.tokens;
  tokens.inc({ kind: 'input', ...labels }, inputTokens);
  tokens.inc({ kind: 'cached', ...labels }, cachedTokens);
  tokens.inc({ kind: 'output', ...labels }, outputTokens);
  tokens.inc({ kind: 'reasoning', ...labels }, reasoningTokens);
}

function isServed(relay: Pick<RelayHandle, 'catalog'> | undefined, upstream: string, name: string): boolean {
  const served = relay?.catalog().find(({ id }) => id === upstream);
  if (served === undefined) return false;
  const { model, modelMap, listed = [] } = served;
  return model === name || Object.values(modelMap).includes(name) || listed.some(({ id }) => id === name);
}

/** Serves only `/metrics`, on a port of its own. Rejects with the system's error if the port is not available. */
export async function serveMetrics(
  metrics: Metrics,
  { port, address, token }: { port: number; address: string; token: string },
): Promise<{ port: number; close(): Promise<void> }> {
  const server = createServer(async (request, response) => {
    const isAsked = request.method === 'GET' && request.url === '/metrics';
    const isAllowed = token === '' || request.headers.authorization === `Bearer ${token}`;
    if (!isAsked || !isAllowed) {
      response.writeHead(isAsked ? 401 : 404).end();
      return;
    }
    const { type, body } = await metrics.read();
    response.writeHead(200, { 'content-type': type }).end(body);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, resolve);
  });
  const bound = server.address();
  return {
    port: typeof bound === 'object' && bound !== null ? bound.port : port,
    close: () => closed(server),
  };
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
