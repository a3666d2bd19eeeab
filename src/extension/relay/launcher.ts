/** Starts this window's relay, and asks providers about their models, keys and health. */

import { randomBytes } from 'node:crypto';
import type { Logger, RequestReport } from '../../index.ts';
import { asObject } from '../../json.ts';
import { MODEL_ALIAS } from '../../names.ts';
import type { ListedModel } from '../../providers/model-list.ts';
import type { UpstreamOptions } from '../../relay/options.ts';
import type { ReadyPlan, ServedRelay } from './controller.ts';
import { refusalReport } from './refusal-report.ts';

/** The heavy part of the extension, loaded once. */
export function loadRelay() {
  return import('./relay-bundle.ts');
}

const KEY_CHECK_MS = 10_000;

/** Upstream calls go through VS Code's own fetch: it knows the user's proxy and certificates. */
const upstreamFetch: typeof globalThis.fetch = (input, init) => globalThis.fetch(input, init);

export async function launchRelay(
  plan: ReadyPlan,
  logger: Logger,
  onRequest: (report: RequestReport) => void,
): Promise<ServedRelay> {
  const { start, openDiskStore, createMemoryStore } = await loadRelay();
  const { port, token, toolDenylist, historyDir: directory, historyLimits: limits } = plan.server;
  const history =
    directory === undefined
      ? createMemoryStore(limits, { logger })
      : await openDiskStore({ directory, limits, logger });
  try {
    const handle = await start({
      ...plan.upstream,
      port,
      token,
      toolDenylist,
      history,
      logger,
      onRequest,
      onRefusal: (refusal) => onRequest(refusalReport(refusal)),
      fetch: upstreamFetch,
    });
    return {
      url: handle.url,
      use: (upstream) => handle.use(upstream),
      clearHistory: () => history.clear(),
      resetTargets: () => handle.resetTargets(),
      stop: () => handle.stop(),
    };
  } catch (error) {
    await history.close();
    throw error;
  }
}

/**
 * The models that a provider lists, asked with this key.
 * @throws RelayError with the provider's own words
 */
export async function listModels(upstream: UpstreamOptions): Promise<readonly ListedModel[]> {
  const relay = await loadRelay();
  return relay.listModels({ ...upstream, fetch: upstreamFetch });
}

/**
 * Asks the provider about the key itself, for those whose model list is public. Resolves with what it says when it
 * refuses the key; rejects when it cannot be reached.
 */
export async function refusalOfKey(address: string, key: string): Promise<string | undefined> {
  const reply = await upstreamFetch(address, {
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
  const { start } = await loadRelay();
  const token = randomToken();
  const handle = await start({ ...upstream, port: 0, token, fetch: upstreamFetch });
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
