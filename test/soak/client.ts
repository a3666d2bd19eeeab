/** One stream of the soak: asks, reads, and reports what is wrong. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ResponseEvent, ResponseResource } from '../../src/wire/responses.ts';
import { blocksOf, textIn } from '../support/relay-client.ts';
import type { Order } from './upstream.ts';

const HEADERS = { 'content-type': 'application/json', authorization: 'Bearer soak-token' };
const SLOW_MS = 20;

/**
 * @param onDelay told how long each chunk of the provider took to become an event here, in milliseconds
 * @returns the response's id, where it was completed
 * @throws AssertionError when the stream ends otherwise than its fate wants it
 */
export async function playStream(
  url: string,
  order: Order,
  onDelay: (milliseconds: number) => void,
): Promise<string | undefined> {
  const { fate } = order;
  const input = JSON.stringify(order);
  const reply = await fetch(`${url}/v1/responses`, {
    method: 'POST',
    headers: HEADERS,
    body: JSON.stringify({ model: 'm', input, stream: true, store: true }),
  });
  if (!reply.ok) throw new Error(`HTTP ${reply.status}: ${await reply.text()}`);
  let last: ResponseEvent | undefined;
  let deltas = 0;
  for await (const block of blocksOf(reply)) {
    const data = /^data: ([^\r\n]*)/m.exec(block)?.[1] ?? '';
    if (data === '[DONE]') break;
    last = JSON.parse(data) as ResponseEvent;
    if (last.type !== 'response.output_text.delta') continue;
    deltas += 1;
    const said = /@([\d.]+)/.exec(last.delta)?.[1];
    if (fate !== 'slow' && said !== undefined) onDelay(performance.now() - Number(said));
    // Reading no further closes the connection.
    if (fate === 'left' && deltas >= order.chunks / 2) return undefined;
    if (fate === 'slow' && deltas % 10 === 0) await sleep(SLOW_MS);
  }
  return verdict(last, order);
}

const FAILURES: Partial<Record<Order['fate'], RegExp>> = {
  cut: /broke off/,
  stalled: /sent nothing for/,
  garbage: /not JSON/,
};

function verdict(last: ResponseEvent | undefined, order: Order): string | undefined {
  const failure = FAILURES[order.fate];
  if (failure !== undefined) {
    assert.ok(last?.type === 'response.failed', `${order.fate}: ended with ${last?.type}`);
    assert.match(last.response.error?.message ?? '', failure);
    return undefined;
  }
  assert.ok(last?.type === 'response.completed', `${order.fate}: ended with ${last?.type}`);
  assertWhole(last.response, order);
  return last.response.id;
}

function assertWhole(response: ResponseResource, { id, chunks }: Order): void {
  const said = [...textIn(response).matchAll(/ (\d+)\.(\d+)@/g)].map(([, of, chunk]) => `${of}.${chunk}`);
  const sent = Array.from({ length: chunks }, (_, chunk) => `${id}.${chunk}`);
  assert.deepEqual(said, sent, 'every chunk came once, in order, and no other stream’s');
}

/** @throws AssertionError when a stored response is not there, or not the one */
export async function assertKept(url: string, id: string, order: Order): Promise<void> {
  const reply = await fetch(`${url}/v1/responses/${id}`, { headers: HEADERS });
  assert.equal(reply.status, 200, `${id} is kept`);
  assertWhole((await reply.json()) as ResponseResource, order);
}
