/** A relay whose provider is a function, and what must hold of each of its answers. */
import assert from 'node:assert/strict';
import { createLogger } from '../../src/cli/log.ts';
import { start } from '../../src/index.ts';
import { isObject, parseObject } from '../../src/json.ts';
import type { ResponseEvent } from '../../src/wire/responses.ts';
import { assertEventRules } from '../support/event-rules.ts';
import { AS_CODEX } from '../support/relay-client.ts';

/** The provider's key: nobody but the provider may ever see it. */
export const KEY = 'sk-canary-0123456789';

export interface RelayInFuzz {
  /** What the provider answers from now on. */
  reply: () => Response;
  /** Asks, and checks the answer. Resolves with all lines of the log that the question caused. */
  ask(body: string, asCodex: boolean): Promise<string>;
  stop(): Promise<void>;
}

export async function startRelayInFuzz(): Promise<RelayInFuzz> {
  const lines: string[] = [];
  const wrongRequests: unknown[] = [];
  const rig: Pick<RelayInFuzz, 'reply'> = { reply: () => new Response('{}') };
  const relay = await start({
    port: 0,
    upstream: 'http://provider.invalid/v1',
    apiKey: KEY,
    logger: createLogger({
      level: 'debug',
      format: 'text',
      write: (line) => lines.push(line),
      now: () => new Date(0),
    }),
    fetch: async (_url, init) => {
      if (init?.method === 'GET') return Response.json({ data: [{ id: 'm' }] });
      try {
        assertChatRequest(init ?? {});
      } catch (error) {
        wrongRequests.push(error);
      }
      return rig.reply();
    },
  });

  async function ask(body: string, asCodex: boolean): Promise<string> {
    lines.length = 0;
    const reply = await fetch(`${relay.url}/v1/responses`, {
      method: 'POST',
      // A client that tries again by itself is not kept waiting by attempts of ours.
      headers: {
        'content-type': 'application/json',
        'x-stainless-retry-count': '0',
        ...(asCodex ? AS_CODEX : {}),
      },
      body,
    });
    const text = await reply.text();
    assert.deepEqual(wrongRequests.splice(0), [], 'what goes to the provider is a Chat request');
    assertAnswer(reply, text, asCodex);
    const log = lines.join('');
    assert.ok(!log.includes('unexpected:'), log);
    for (const line of lines) assert.match(line, ONE_ENTRY, 'each message is one entry of the log');
    // What the model itself says is not ours to change.
    const told = reply.status === 200 ? (text.match(/"message":"[^"]*"/g) ?? []).join() : text;
    assert.ok(!`${log}${told}`.includes(KEY), 'the key is told to nobody');
    assert.ok(!log.includes('unexpected:'), log);
    return log;
  }

  return Object.assign(rig, { ask, stop: () => relay.stop() });
}

/** A line of ours, then at most indented ones; no character that moves a cursor. */
const ONE_ENTRY = /^1970-01-01T00:00:00\.000Z (error|warn |info |debug) [^\p{Cc}]*(\n {4}[^\p{Cc}]*)*\n$/u;

function assertChatRequest({ body, headers }: RequestInit): void {
  const sent = parseObject(Buffer.from(body as Uint8Array).toString());
  assert.ok(sent !== undefined, 'the body is an object');
  assert.equal(typeof sent['model'], 'string');
  assert.ok(Array.isArray(sent['messages']) && sent['messages'].length > 0, 'it has messages');
  for (const message of sent['messages']) {
    assert.ok(isObject(message) && typeof message['role'] === 'string', 'each has a role');
  }
  assert.equal(new Headers(headers).get('authorization'), `Bearer ${KEY}`);
}

function assertAnswer(reply: Response, text: string, asCodex: boolean): void {
  const type = reply.headers.get('content-type') ?? '';
  if (type.startsWith('text/event-stream')) {
    assert.equal(reply.status, 200);
    assertStream(text);
    return;
  }
  assert.ok(!text.includes('internal_error'), text);
  if (reply.status !== 200 && asCodex) {
    assert.equal(reply.status, 400);
    assert.match(text, /\S/);
    return;
  }
  const body = parseObject(text);
  if (reply.status === 200) {
    assert.equal(Object.keys(body ?? {}).length, 31, text);
    return;
  }
  const error = body?.['error'];
  assert.ok(isObject(error) && typeof error['message'] === 'string' && error['message'] !== '', text);
}

function assertStream(text: string): void {
  const blocks = text.split('\n\n');
  assert.deepEqual(blocks.splice(-2), ['data: [DONE]', ''], 'the stream ends with its mark');
  const events = blocks.map((block) => {
    const [, type, data = ''] = /^event: (\S+)\ndata: ([^\r\n]+)$/.exec(block) ?? [];
    assert.ok(type !== undefined, `one event in a block: ${JSON.stringify(block)}`);
    const event = JSON.parse(data) as ResponseEvent;
    assert.equal(event.type, type);
    return event;
  });
  assertEventRules(events);
}
