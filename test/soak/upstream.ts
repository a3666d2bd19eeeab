/** A provider that does to each stream what the request asks it to do. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as readAll } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

/** What happens to a stream, and how many of a hundred it happens to. */
export const FATES = {
  whole: 54,
  /** A long answer to a client that reads slowly. */
  slow: 10,
  /** The client goes away in the middle. */
  left: 10,
  /** The first attempt is refused with 429, the second answered. */
  limited: 8,
  /** The connection breaks off. */
  cut: 8,
  /** The provider falls silent and keeps the connection. */
  stalled: 2,
  /** A chunk is not JSON. */
  garbage: 8,
} as const;
export type Fate = keyof typeof FATES;

/** As the last message of the request says it. */
export interface Order {
  id: number;
  fate: Fate;
  chunks: number;
  /** Between two chunks. */
  pauseMs: number;
}

const PADDING = 'x'.repeat(2000);

/** The words of a chunk; with them goes the time at which they are said. */
function wordsOf({ id, fate }: Order, chunk: number, now: string): string {
  return ` ${id}.${chunk}@${now}${fate === 'slow' ? PADDING : ''}`;
}

export interface SoakUpstream {
  url: string;
  stop(): Promise<void>;
}

export async function startSoakUpstream(): Promise<SoakUpstream> {
  const refused = new Set<number>();
  const server = createServer((request, response) => {
    serve(request, response, refused).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  refused: Set<number>,
): Promise<void> {
  if (request.method === 'GET') {
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"data":[{"id":"m"}]}');
    return;
  }
  const { messages } = JSON.parse(await readAll(request)) as { messages: { content: string }[] };
  const order = JSON.parse(messages.at(-1)?.content ?? '') as Order;
  if (order.fate === 'limited' && !refused.delete(order.id)) {
    refused.add(order.id);
    response.writeHead(429, { 'content-type': 'application/json', 'retry-after': '1' });
    response.end('{"error":{"message":"slow down","code":"rate_limit_exceeded"}}');
    return;
  }
  await stream(order, response);
}

async function stream(order: Order, response: ServerResponse): Promise<void> {
  const { fate, chunks, pauseMs } = order;
  const half = Math.floor(chunks / 2);
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (let chunk = 0; chunk < chunks && !response.destroyed; chunk++) {
    if (chunk === half && fate === 'cut') return void response.socket?.resetAndDestroy();
    if (chunk === half && fate === 'stalled') return;
    if (chunk === half && fate === 'garbage') response.write('data: {"choices":[{"del\n\n');
    const content = wordsOf(order, chunk, performance.now().toFixed(1));
    const said = { choices: [{ index: 0, delta: { content }, finish_reason: null }] };
    const isFree = response.write(`data: ${JSON.stringify(said)}\n\n`);
    if (!isFree) await Promise.race([drained(response), closed(response)]);
    await sleep(pauseMs);
  }
  response.end('data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n');
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => response.once('drain', resolve));
}

function closed(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => response.once('close', resolve));
}
