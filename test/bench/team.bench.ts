/** What a store that relays share costs a request, beside memory, in the same run: how much later an answer begins. */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { RedisHistories } from '../../src/history/redis/histories.ts';
import { DEFAULT_HISTORY_LIMITS } from '../../src/history/store.ts';
import { SILENT_LOGGER } from '../../src/logger.ts';
import { Connection } from '../../src/redis/connection.ts';
import { parseStoreUrl } from '../../src/redis/store-url.ts';
import type { InputItem } from '../../src/wire/responses.ts';
import { itemsOf, turnOf } from '../history/support.ts';
import { REDIS_SERVER, startRedis } from '../support/redis-server.ts';
import { type Answer, ask, closeConnections } from './client.ts';
import { type Aim, atMost, ms, numbers, type Row, ratio } from './report.ts';
import { streamOf } from './requests.ts';
import { interleaved, median } from './statistics.ts';
import { addressOf, end } from './targets.ts';

export interface TeamEffort {
  depth: number;
  warmUp: number;
  samples: number;
  /** Conversations that the relay has never seen. */
  unseen: number;
}

export const FULL_TEAM: TeamEffort = { depth: 1000, warmUp: 60, samples: 100, unseen: 7 };
export const QUICK_TEAM: TeamEffort = { depth: 20, warmUp: 2, samples: 3, unseen: 1 };

const MEMORY = 'memory';
const REDIS = 'redis';
export const TEAM_COLUMNS = [MEMORY, REDIS];

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const UPSTREAM = fileURLToPath(new URL('upstream.ts', import.meta.url));
/** Of a turn's answer: a paragraph or a tool call. */
const ANSWER_CHARACTERS = 1500;
const MODEL = streamOf('text', 1);

interface Relay {
  name: string;
  url: string;
}

/** Nothing where there is no Redis. */
export async function measureTeam(effort: TeamEffort): Promise<Row[]> {
  if (REDIS_SERVER === undefined) return [];
  const redis = await startRedis();
  const upstream = fork(UPSTREAM, ['0']);
  const [port] = (await once(upstream, 'message')) as [number];
  const args = [
    '--port',
    '0',
    '--upstream',
    `http://127.0.0.1:${port}/v1`,
    '--api-key',
    'bench',
    '--usage',
    'off',
  ];
  const limits = ['--max-sessions', '100000'];
  const shared = ['--history-store', 'redis', '--history-url', redis.url];
  const children = [
    [...args, ...limits],
    [...args, ...limits, ...shared],
  ].map(startRelay);
  const [inMemory, inRedis] = await Promise.all(
    children.map(async (child, at): Promise<Relay> => {
      return { name: TEAM_COLUMNS[at] ?? '', url: `${await addressOf(child)}/v1/responses` };
    }),
  );
  try {
    if (inMemory === undefined || inRedis === undefined) return [];
    const conversations = await recordTurns(redis.url, effort);
    return [
      ...(await measureTurns([inMemory, inRedis], effort)),
      ...(await measureDepth(inRedis, conversations, effort)),
    ];
  } finally {
    closeConnections();
    await Promise.all([...children, upstream].map(end));
    await redis.remove();
  }
}

function startRelay(args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [CLI, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
}

/** Each turn continues the one before by its id, as agents do that leave their history to the server. */
async function measureTurns(relays: readonly Relay[], { warmUp, samples }: TeamEffort): Promise<Row[]> {
  const last = new Map<string, string>();
  const turn = async ({ name, url }: Relay): Promise<Answer> => {
    const answer = await ask(url, body('What next?', last.get(name)));
    last.set(name, idOf(answer));
    return answer;
  };
  await interleaved(relays, warmUp, turn);
  last.clear();
  const answers = await interleaved(relays, samples, turn);
  const row = (measure: string, pick: (answer: Answer) => number, aim?: number) => {
    const values = new Map([...answers].map(([name, all]) => [name, median(all.map(pick))]));
    const added = (values.get(REDIS) ?? Number.NaN) - (values.get(MEMORY) ?? Number.NaN);
    return aim === undefined
      ? numbers(measure, values, ms)
      : withAim(numbers(measure, values, ms), aim, added);
  };
  return [
    row('a turn that continues the one before: first text', ({ firstTextMs }) => firstTextMs, 1.5),
    row('- end', ({ totalMs }) => totalMs),
  ];
}

function withAim(row: Row, most: number, added: number): Row {
  return { ...row, aim: { text: `<= ${most} ms more`, met: added <= most } };
}

interface Conversation {
  last: string;
  items: readonly InputItem[];
}

async function measureDepth(
  relay: Relay,
  [first, ...unseen]: readonly Conversation[],
  { depth, samples, warmUp }: TeamEffort,
): Promise<Row[]> {
  if (first === undefined) return [];
  const both = [
    { name: 'id', body: body('What next?', first.last) },
    { name: 'whole', body: body([...first.items, QUESTION], undefined) },
  ];
  const time = (one: { body: Buffer }) => ask(relay.url, one.body);
  await interleaved(both, Math.ceil(warmUp / 8), time);
  const answers = await interleaved(both, Math.ceil(samples / 4), time);
  const total = (name: string) => median((answers.get(name) ?? []).map(({ totalMs }) => totalMs));
  const colds: number[] = [];
  for (const { last } of unseen) colds.push((await ask(relay.url, body('What next?', last))).totalMs);
  const show = (measure: string, value: number, format: (value: number) => string, aim?: Aim) =>
    numbers(measure, new Map([[REDIS, value]]), format, aim, REDIS);
  const at = `at depth ${depth.toLocaleString('en')}`;
  return [
    show(`a turn ${at}, by previous_response_id`, total('id'), ms),
    show('- over the same history sent whole', total('id') / total('whole'), ratio, atMost(1.3, '')),
    show('- where this relay has never seen it', median(colds), ms),
    show('- that over the same history sent whole', median(colds) / total('whole'), ratio),
  ];
}

/** Records conversations as a relay without users does. */
async function recordTurns(url: string, { depth, unseen }: TeamEffort): Promise<Conversation[]> {
  const address = parseStoreUrl(url);
  if (address === undefined) throw new Error(`no store: ${url}`);
  const connection = new Connection({ address, logger: SILENT_LOGGER });
  const limits = { ...DEFAULT_HISTORY_LIMITS, maxSessions: 100_000 };
  const histories = new RedisHistories({ connection, limits, logger: SILENT_LOGGER });
  const history = histories.open('');
  const conversations: Conversation[] = [];
  for (let which = 0; which <= unseen; which++) {
    const id = (at: number) => `resp_${which}x${at}`;
    const turns = Array.from({ length: depth }, (_, at) =>
      turnOf(id(at), at === 0 ? null : id(at - 1), ANSWER_CHARACTERS),
    );
    for (const turn of turns) await history.record(turn);
    conversations.push({ last: id(depth - 1), items: itemsOf(...turns) });
  }
  histories.close();
  await connection.close();
  return conversations;
}

const QUESTION: InputItem = { type: 'message', role: 'user', content: 'What next?' };

function body(input: string | readonly InputItem[], previous: string | undefined): Buffer {
  return Buffer.from(
    JSON.stringify({
      model: MODEL,
      stream: true,
      input,
      ...(previous && { previous_response_id: previous }),
    }),
  );
}

function idOf({ last }: Answer): string {
  return last.response?.id ?? '';
}
