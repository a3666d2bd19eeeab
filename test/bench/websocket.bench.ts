/** What a turn costs over HTTP, where Codex sends its whole history, and over a WebSocket, where it sends what is new. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { isObject, type JsonObject, parseObject } from '../../src/json.ts';
import { type Answer, ask, closeConnections, type StreamedEvent, saidIn } from './client.ts';
import { cpuMs } from './processes.ts';
import { ms, type Row } from './report.ts';
import { codexRequest, streamOf } from './requests.ts';
import { interleaved, median, medians } from './statistics.ts';
import { addressOf, CLI, end, spawnRelay, UPSTREAM } from './targets.ts';

export interface SocketEffort {
  warmUp: number;
  turns: number;
}

export const FULL_SOCKET: SocketEffort = { warmUp: 10, turns: 40 };
export const QUICK_SOCKET: SocketEffort = { warmUp: 1, turns: 1 };

const HTTP = 'HTTP';
const SOCKET = 'WebSocket';
export const SOCKET_COLUMNS = [HTTP, SOCKET];

const BYTES = 1_000_000;

/** One turn of a thread, and what it took. */
interface Turn extends Answer {
  sentBytes: number;
  /** Of the relay. */
  cpu: number;
}

/** A thread whose every turn adds a message of the user's to what came before. */
interface Thread {
  name: string;
  turn(): Promise<Turn>;
}

export async function measureWebSocket({ warmUp, turns }: SocketEffort): Promise<Row[]> {
  const upstream = fork(UPSTREAM, ['0']);
  const [port] = (await once(upstream, 'message')) as [number];
  const relay = spawnRelay(CLI, `http://127.0.0.1:${port}/v1`, [], ['--websocket']);
  const url = `${await addressOf(relay)}/v1/responses`;
  const webSocket = new WebSocket(url.replace('http', 'ws'));
  try {
    await once(webSocket, 'open');
    const threads = [httpThread(url, relay), await socketThread(webSocket, relay)];
    await interleaved(threads, warmUp, (thread) => thread.turn());
    return rowsOf(await interleaved(threads, turns, (thread) => thread.turn()));
  } finally {
    webSocket.terminate();
    closeConnections();
    await Promise.all([relay, upstream].map(end));
  }
}

function rowsOf(measured: Map<string, Turn[]>): Row[] {
  const row = (measure: string, pick: (turn: Turn) => number, show: (value: number) => string): Row => ({
    measure,
    cells: new Map([...medians(measured, pick)].map(([name, value]) => [name, show(value)])),
  });
  return [
    row('1 MB of history, a turn of a thread: sent', ({ sentBytes }) => sentBytes, kilobytes),
    row('- first text', ({ firstTextMs }) => firstTextMs, ms),
    row('- whole answer', ({ totalMs }) => totalMs, ms),
    {
      measure: '- CPU of the relay',
      cells: new Map([...measured].map(([name, all]) => [name, ms(median(all.map(({ cpu }) => cpu)))])),
    },
  ];
}

const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(0)} KB`;

const step = () => ({ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'And now?' }] });

function opening(): JsonObject & { input: unknown[] } {
  const { input, ...rest } = codexRequest(streamOf('text', 1), 401, BYTES, '') as JsonObject;
  return { ...rest, input: Array.isArray(input) ? [...input] : [] };
}

function httpThread(url: string, relay: ChildProcess): Thread {
  const request = opening();
  return {
    name: HTTP,
    async turn() {
      request.input.push(step());
      const body = Buffer.from(JSON.stringify(request));
      const answer = await costing(relay, () => ask(url, body));
      request.input.push(...(answer.last.response?.output ?? []));
      return { ...answer, sentBytes: body.length };
    },
  };
}

async function socketThread(webSocket: WebSocket, relay: ChildProcess): Promise<Thread> {
  const { input, ...rest } = opening();
  const create = { type: 'response.create', ...rest };
  const prewarm = { ...create, generate: false, input };
  let { id } = (await askOn(webSocket, Buffer.from(JSON.stringify(prewarm)))).last.response ?? {};
  return {
    name: SOCKET,
    async turn() {
      const frame = Buffer.from(JSON.stringify({ ...create, previous_response_id: id, input: [step()] }));
      const answer = await costing(relay, () => askOn(webSocket, frame));
      id = answer.last.response?.id;
      return { ...answer, sentBytes: frame.length };
    },
  };
}

async function costing<T>({ pid }: ChildProcess, work: () => Promise<T>): Promise<T & { cpu: number }> {
  const before = cpuMs(pid) ?? 0;
  const result = await work();
  return { ...result, cpu: (cpuMs(pid) ?? 0) - before };
}

/** As `ask()` does it over HTTP. */
async function askOn(webSocket: WebSocket, frame: Buffer): Promise<Answer> {
  const startedAt = performance.now();
  const since = () => performance.now() - startedAt;
  const answer: Answer = { firstByteMs: 0, firstTextMs: 0, totalMs: 0, characters: 0, deltas: 0, last: {} };
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const hear = (data: unknown) => {
    answer.firstByteMs ||= since();
    const event = eventIn(data);
    answer.last = event;
    if (event.type === 'error' || event.type === 'response.failed') reject(new Error(String(data)));
    if (event.type === 'response.completed') resolve();
    const said = saidIn(event);
    if (said === '') return;
    answer.firstTextMs ||= since();
    answer.characters += said.length;
    answer.deltas += 1;
  };
  webSocket.on('message', hear);
  webSocket.send(frame, { binary: false });
  await promise.finally(() => webSocket.off('message', hear));
  answer.totalMs = since();
  return answer;
}

function eventIn(data: unknown): StreamedEvent {
  const event = parseObject(String(data));
  return isObject(event) ? (event as StreamedEvent) : {};
}
