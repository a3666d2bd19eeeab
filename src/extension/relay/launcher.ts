/** Starts this window's relay, and asks providers about their models, keys and health. */

import { randomBytes } from 'node:crypto';
import type { Logger, RequestReport } from '../../index.ts';
import { asObject } from '../../json.ts';
import { entryByEntry } from '../../logger.ts';
import { MODEL_ALIAS } from '../../names.ts';
import type { ListedModel } from '../../providers/model-list.ts';
import type { ServedUpstream, TargetState, UpstreamOptions } from '../../relay/options.ts';
import type { BindingsFile } from './bindings-file.ts';
import type { ReadyPlan, RoutingPlan, ServedRelay } from './controller.ts';
import { refusalReport } from './refusal-report.ts';
import type { BoardEntry } from './target-board.ts';

/** The heavy part of the extension, loaded once. */
export function loadRelay() {
  return import('./relay-bundle.ts');
}

const KEY_CHECK_MS = 10_000;

/** What a relay of this window reports to, and what it goes on from. */
export interface LaunchParts {
  logger: Logger;
  onRequest(report: RequestReport): void;
  /** What is served, or what one of them lists, has changed. */
  onModels(): void;
  bindings: BindingsFile;
  /** Where counts of requests are kept. */
  usageFolder: string;
}

export async function launchRelay(
  plan: ReadyPlan,
  { logger: log, onRequest, onModels, bindings, usageFolder }: LaunchParts,
): Promise<ServedRelay> {
  const { start, openDiskStore, createMemoryStore, createNodeHttpTransport, openLedger, recordOf } =
    await loadRelay();
  const logger = entryByEntry(log);
  const ledger = openLedger({ folder: usageFolder, logger });
  const { port, token, toolDenylist, historyDir: directory, historyLimits: limits } = plan.server;
  let { routing } = plan;
  const history =
    directory === undefined
      ? createMemoryStore(limits, { logger })
      : await openDiskStore({ directory, limits, logger });
  try {
    const handle = await start({
      upstreams: routing.upstreams,
      active: routing.active,
      ...routing.standIns,
      savedBindings: await bindings.read(),
      onBindings: (text) => bindings.put(text),
      port,
      token,
      toolDenylist,
      history,
      logger,
      onRequest: (report) => {
        const record = recordOf(report);
        if (record !== undefined) ledger.put(record);
        onRequest(report);
      },
      onRefusal: (refusal) => onRequest(refusalReport(refusal)),
      onModels,
      transport: createNodeHttpTransport(),
    });
    return {
      url: handle.url,
      serve: (other) => {
        handle.serve(other.upstreams, other.active, other.standIns);
        routing = other;
      },
      catalog: () => handle.catalog(),
      learnModels: (ids) => handle.learnModels(ids),
      targets: () => boardOf(routing, handle.catalog(), handle.targets()),
      resetTargets: () => handle.resetTargets(),
      clearHistory: () => history.clear(),
      stop: async () => {
        await handle.stop();
        await bindings.flush();
        await ledger.flush();
      },
    };
  } catch (error) {
    await history.close();
    throw error;
  }
}

function boardOf(
  { upstreams }: RoutingPlan,
  catalog: readonly ServedUpstream[],
  troubles: readonly TargetState[],
): BoardEntry[] {
  return catalog.map(({ id, name, isActive }) => {
    const { apiKey, moreApiKeys = [] } = upstreams.find((upstream) => upstream.id === id) ?? {};
    const keys = (apiKey === undefined ? 0 : 1) + moreApiKeys.length;
    return { id, name, isActive, keys, troubles: troubles.filter(({ upstream }) => upstream === id) };
  });
}

/**
 * The models that a provider lists, asked with this key.
 * @throws RelayError with the provider's own words
 */
export async function listModels(upstream: UpstreamOptions): Promise<readonly ListedModel[]> {
  const relay = await loadRelay();
  return relay.listModels({ ...upstream, transport: relay.createNodeHttpTransport() });
}

/** Everything that a relay of this plan would serve, each asked for its list; undefined where it does not answer. */
export async function askCatalog({ upstreams, active }: RoutingPlan): Promise<ServedUpstream[]> {
  const { resolveProvider } = await loadRelay();
  return Promise.all(
    upstreams.map(async (upstream) => {
      const { id, profile, preset, model, modelMap } = resolveProvider(upstream);
      const listed = await listModels(upstream).catch(() => undefined);
      const names = { id, name: profile.name, isActive: id === active };
      return { ...names, preset, model, modelMap: Object.fromEntries(modelMap), listed };
    }),
  );
}

/**
 * Asks the provider about the key itself, for those whose model list is public. Resolves with what it says when it
 * refuses the key; rejects when it cannot be reached.
 */
export async function refusalOfKey(address: string, key: string): Promise<string | undefined> {
  const reply = await fetch(address, {
    headers: { authorization: `Bearer ${key}` },
    redirect: 'manual',
    signal: AbortSignal.timeout(KEY_CHECK_MS),
  });
  if (reply.status !== 401 && reply.status !== 403) return undefined;
  const said = /"message"\s*:\s*"([^"]{1,300})"/.exec(await reply.text())?.[1];
  return said === undefined
    ? `HTTP ${reply.status}`
    : `${said.replaceAll(key, '[key]')} (HTTP ${reply.status})`;
}

export interface ConnectionAnswer {
  model: string;
  milliseconds: number;
}

/**
 * Gets one short, real answer from the provider, through a relay that is started for this question only.
 * @throws Error with the provider's own words
 */
export async function askForAnswer(
  upstream: UpstreamOptions,
  signal: AbortSignal,
): Promise<ConnectionAnswer> {
  const { start, createNodeHttpTransport } = await loadRelay();
  const token = randomToken();
  const handle = await start({ ...upstream, port: 0, token, transport: createNodeHttpTransport() });
  try {
    const before = performance.now();
    const reply = await globalThis.fetch(`${handle.url}/v1/responses`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        model: MODEL_ALIAS,
        input: 'Answer with the word OK.',
        max_output_tokens: 256,
        store: false,
      }),
      signal,
    });
    const { error, model } = asObject(await reply.json()) ?? {};
    const milliseconds = Math.round(performance.now() - before);
    if (!error && reply.ok) return { model: typeof model === 'string' ? model : '', milliseconds };
    const message = asObject(error)?.['message'];
    throw new Error(typeof message === 'string' ? message : `HTTP ${reply.status}`);
  } finally {
    await handle.stop();
  }
}

function randomToken(): string {
  return randomBytes(32).toString('base64url');
}
