/** The work of the relay's thread: runs a relay, and asks providers about their models, keys and health. */

import { randomBytes } from 'node:crypto';
import { askByHttp } from '../../ask-by-http.ts';
import { TESTED_WITH } from '../../codex/tested-releases.ts';
import { messageOf } from '../../errors.ts';
import { openDiskStore } from '../../history/disk-store.ts';
import { createMemoryStore } from '../../history/memory-store.ts';
import type { HistoryStore } from '../../history/store.ts';
import { listModels, type RelayHandle, start } from '../../index.ts';
import { asObject, parseObject } from '../../json.ts';
import type { Logger } from '../../logger.ts';
import { MODEL_ALIAS } from '../../names.ts';
import type { RequestReport, ServedUpstream, TargetState, UpstreamOptions } from '../../relay/options.ts';
import { resolveProvider } from '../../relay/routing/provider.ts';
import type { UpstreamTransport } from '../../relay/transport.ts';
import type { BudgetNotice } from '../../usage/budget.ts';
import { openUsageKeeper, type UsageKeeper } from '../../usage/usage-keeper.ts';
import type { RoutingPlan, ServerPlan } from '../relay/controller.ts';
import { refusalReport } from '../relay/refusal-report.ts';
import type { BoardEntry } from '../relay/target-board.ts';
import { BindingsFile } from './bindings-file.ts';
import type { ConnectionAnswer, Launch } from './messages.ts';
import { readPrices } from './read-prices.ts';

/** Where a relay reports to, and how it reaches providers. */
export interface RelayLinks {
  logger: Logger;
  transport: UpstreamTransport;
  onRequest(report: RequestReport): void;
  /** The upstreams, or the list of one, have changed. */
  onModels(): void;
  onBudget(notice: BudgetNotice): void;
}

/** Completes "raise it ..." in a message that is mostly read in Codex. */
const WHERE_BUDGETS_ARE = 'in the setting codexRelay.budgets of VS Code';

/** A relay, together with what was opened for it. */
export interface RunningRelay extends Pick<RelayHandle, 'url' | 'catalog' | 'learnModels' | 'resetTargets'> {
  serve(routing: RoutingPlan): void;
  targets(): BoardEntry[];
  clearHistory(): Promise<void>;
  /** Frees the port at once; resolves when running answers have ended. */
  drain(): Promise<void>;
  stop(): Promise<void>;
}

/** @throws RelayError for a plan that cannot be used; the system's error (`EADDRINUSE`) when the port is taken */
export async function runRelay(launch: Launch, links: RelayLinks): Promise<RunningRelay> {
  const { port, token, toolDenylist, webSocket, heal } = launch.server;
  const { logger, transport, onRequest, onModels } = links;
  let { routing } = launch;
  // From then on, the file belongs to the relay that serves next.
  let isDraining = false;
  const bindings = new BindingsFile(launch.bindingsFile, logger);
  const usage = openUsage(launch, links);
  const history = await openHistory(launch.server, logger);
  try {
    const handle = await start({
      upstreams: routing.upstreams,
      active: routing.active,
      ...routing.standIns,
      savedBindings: await bindings.read(),
      onBindings: (text) => {
        if (!isDraining) bindings.put(text);
      },
      port,
      token,
      toolDenylist,
      webSocket,
      heal,
      history,
      logger,
      onRequest: (report) => {
        usage.put(report);
        onRequest(report);
      },
      ...(usage.guard && { budget: usage.guard }),
      onRefusal: (refusal) => onRequest(refusalReport(refusal)),
      onModels,
      transport,
    });
    logger.info(`This relay was ${TESTED_WITH}`);
    return {
      url: handle.url,
      serve: (other) => {
        handle.serve(other.upstreams, other.active, other.standIns);
        usage.setLimits(other.budgets);
        routing = other;
      },
      catalog: () => handle.catalog(),
      learnModels: (ids) => handle.learnModels(ids),
      targets: () => boardOf(routing, handle.catalog(), handle.targets()),
      resetTargets: () => handle.resetTargets(),
      clearHistory: () => history.clear(),
      drain: async () => {
        isDraining = true;
        await bindings.flush();
        // Whatever fails there, the thread ends after this, and what is not on disk then is lost.
        await handle.drain().finally(() => usage.flush());
      },
      stop: async () => {
        await handle.stop().finally(() => Promise.all([bindings.flush(), usage.flush()]));
      },
    };
  } catch (error) {
    await history.close();
    throw error;
  }
}

function openUsage({ server, routing, usageFolder }: Launch, { logger, onBudget }: RelayLinks): UsageKeeper {
  const usage = openUsageKeeper({
    folder: usageFolder,
    isRecorded: server.isUsageKept,
    logger,
    budget: {
      limits: routing.budgets,
      prices: () => readPrices(logger),
      where: WHERE_BUDGETS_ARE,
      onNotice: onBudget,
    },
  });
  // Only requests to which a limit applies wait for this, and they are told why they cannot be sent.
  usage.ready().catch((error: unknown) => logger.error(`What was spent is not known: ${messageOf(error)}`));
  return usage;
}

async function openHistory(
  { historyDir: directory, historyLimits: limits }: ServerPlan,
  logger: Logger,
): Promise<HistoryStore> {
  if (directory === undefined) return createMemoryStore(limits, { logger });
  return openDiskStore({ directory, limits, logger });
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
 * Everything that a relay with this plan would serve. Each upstream is asked for its list, which is undefined if it
 * does not answer.
 */
export async function askCatalog(
  { upstreams, active, standIns }: RoutingPlan,
  transport: UpstreamTransport,
): Promise<ServedUpstream[]> {
  return Promise.all(
    upstreams.map(async (upstream) => {
      const { id, profile, preset, model, modelMap, wires } = resolveProvider(upstream);
      const listed = await listModels({ ...upstream, transport }).catch(() => undefined);
      const names = { id, name: profile.name, isActive: id === active };
      const described = standIns.visionModel === undefined ? {} : { describesImages: true as const };
      return { ...names, preset, model, modelMap: Object.fromEntries(modelMap), wires, listed, ...described };
    }),
  );
}

/**
 * Gets one short, real answer from the provider, through a relay that is started for this question only.
 * @throws Error with the provider's own words
 */
export async function askForAnswer(
  upstream: UpstreamOptions,
  transport: UpstreamTransport,
  signal: AbortSignal,
): Promise<ConnectionAnswer> {
  const token = randomBytes(32).toString('base64url');
  const handle = await start({ ...upstream, port: 0, token, transport });
  try {
    const before = performance.now();
    const { status, text } = await askByHttp({
      url: `${handle.url}/v1/responses`,
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
    const { error, model } = parseObject(text) ?? {};
    const milliseconds = Math.round(performance.now() - before);
    if (!error && status === 200) return { model: typeof model === 'string' ? model : '', milliseconds };
    const message = asObject(error)?.['message'];
    throw new Error(typeof message === 'string' ? message : `HTTP ${status}`);
  } finally {
    await handle.stop();
  }
}
