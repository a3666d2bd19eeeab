/**
 * Where the time before the first byte goes: the steps of a request, each timed alone on the relay's own code, and
 * what is left of the first byte's delay, which is sockets, HTTP and turns of the event loop.
 */
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import Koa from 'koa';
import { createMemoryStore } from '../../src/history/memory-store.ts';
import { beginAttempt, beginExchange } from '../../src/relay/exchange/exchange.ts';
import { recallResponses } from '../../src/relay/exchange/recall.ts';
import { createReasoningSeal } from '../../src/relay/exchange/seal.ts';
import { authoriser, jsonOnly, knownHostsOnly } from '../../src/relay/http/guard.ts';
import { encodeEvents } from '../../src/relay/http/http-connection.ts';
import { resolveProvider } from '../../src/relay/routing/provider.ts';
import { BodyEncoder } from '../../src/relay/upstream/request-body.ts';
import { BASE_NATIVE } from '../../src/translate/native/native-profile.ts';
import { readConversation, writeChatRequest } from '../../src/translate/request/to-chat-request.ts';
import { parseRequest } from '../../src/wire/request-schema.ts';
import type { ResponsesRequest } from '../../src/wire/responses.ts';
import { ms, type Row } from './report.ts';
import { codexRequest } from './requests.ts';
import { median } from './statistics.ts';

const KB = 1000;
const CASES = { '40 KB': codexRequest('m', 2, 40 * KB, ''), '1 MB': codexRequest('m', 401, 1000 * KB, '') };
export const BUDGET_COLUMNS = Object.keys(CASES);

const CLIENT = {
  isCodex: true,
  retriesItself: false,
  bearer: undefined,
  thread: undefined,
  turn: undefined,
  labels: { subagent: undefined, kind: undefined },
};

/** @param runs of each step, half of them to warm up */
export async function measureBudget(runs: number): Promise<Row[]> {
  const rows = new Map<string, Map<string, string>>();
  for (const [name, request] of Object.entries(CASES)) {
    const times = new Map<string, number[]>();
    for (let run = 0; run < runs; run++) await timeSteps(Buffer.from(JSON.stringify(request)), times);
    for (const [step, all] of times) {
      const cells = rows.get(step) ?? new Map<string, string>();
      rows.set(step, cells.set(name, ms(median(all.slice(runs / 2)))));
    }
  }
  return [...rows].map(([measure, cells]) => ({ measure, cells }));
}

async function timeSteps(bytes: Buffer, times: Map<string, number[]>): Promise<void> {
  const ctx = arriving();
  let last = performance.now();
  const done = (step: string) => {
    const now = performance.now();
    times.set(step, [...(times.get(step) ?? []), now - last]);
    last = performance.now();
  };
  await passGuards(ctx);
  done('guards: host, origin, token, type of the body');
  const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
  done('body: decode and parse');
  const request: ResponsesRequest = parseRequest(value);
  done('check');
  const history = await recallResponses(request, STORE);
  const options = {
    profile: PROVIDER.profile,
    model: 'm',
    history,
    toolDenylist: new Set<string>(),
    seal: SEAL,
  };
  const translation = writeChatRequest(readConversation(request, options), new Map());
  done('translate');
  new BodyEncoder('messages').encode(translation.body);
  done('encode: a new thread');
  ENCODER.encode(translation.body);
  done('encode: a known thread');
  const exchange = beginExchange(request, CLIENT);
  const target = {
    provider: PROVIDER,
    profile: PROVIDER.profile,
    model: 'm',
    wire: 'chat' as const,
    native: BASE_NATIVE,
    apiKey: undefined,
    keyIndex: 0,
  };
  const { reducer } = beginAttempt(
    exchange,
    target,
    { translation: { wire: 'chat', ...translation }, asked: '' },
    { seal: SEAL, heal: true },
  );
  encodeEvents(reducer.start());
  done('first events (while upstream is at work)');
}

const TOKEN = 'a-token-as-long-as-those-that-the-extension-makes-0123456789';
const HEADERS = {
  host: '127.0.0.1:4444',
  authorization: `Bearer ${TOKEN}`,
  'content-type': 'application/json',
  'user-agent': 'codex_exec/0.171.0',
};
const APP = new Koa();
const KNOWN_HOSTS = knownHostsOnly(new Set());
const AUTHORISE = authoriser({ token: TOKEN, users: undefined, onRefusal: () => {} });

function arriving(): Koa.Context {
  const request = new IncomingMessage(new Socket());
  Object.assign(request, { method: 'POST', url: '/v1/responses', headers: HEADERS });
  request.rawHeaders = Object.entries(HEADERS).flat();
  return APP.createContext(request, new ServerResponse(request));
}

/** All that stands before the routes, for a request that passes. */
async function passGuards(ctx: Koa.Context): Promise<void> {
  await KNOWN_HOSTS(ctx, async () => {});
  await AUTHORISE(ctx);
  await jsonOnly(ctx, async () => {});
}

const STORE = createMemoryStore();
const ENCODER = new BodyEncoder('messages');
const SEAL = createReasoningSeal();
const PROVIDER = resolveProvider({ upstream: 'http://127.0.0.1:1' });
