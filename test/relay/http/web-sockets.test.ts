/** OpenAI's WebSocket mode, as Codex speaks it; with the real Codex: `test/real-codex/websocket.test.ts`. */
import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import fc from 'fast-check';
import { createMemoryStore } from '../../../src/history/memory-store.ts';
import type { RelayOptions } from '../../../src/index.ts';
import { asObject } from '../../../src/json.ts';
import type { RequestReport } from '../../../src/relay/options.ts';
import type { ResponseEvent } from '../../../src/wire/responses.ts';
import { assertEventRules } from '../../support/event-rules.ts';
import { AS_CODEX, allEvents, type Rig, rawRequest, startRig } from '../../support/relay-client.ts';
import {
  deltaChunk,
  errorReply,
  reasoningChunks,
  type Script,
  streamReply,
  textChunks,
  toolCallChunks,
} from '../../support/scripted-upstream.ts';
import { type Frame, openSocket } from '../../support/socket-client.ts';

const user = (text: string) => ({ type: 'message', role: 'user', content: text });
const REQUEST = { model: 'm', input: [user('hello')], store: false };
const HELLO: Script = () => streamReply(textChunks('hi'));

describe('WebSockets', () => {
  const rigs: Rig[] = [];
  const startOpen = async (script: Script, options: RelayOptions = {}): Promise<Rig> => {
    const rig = await startRig(script, { webSocket: true, ...options });
    rigs.push(rig);
    return rig;
  };
  afterEach(() => Promise.all(rigs.splice(0).map((rig) => rig.stop())));

  const idOf = (frames: readonly Frame[]) => String(asObject(frames.at(-1)?.['response'])?.['id']);
  const errorIn = (frame: Frame | undefined) => asObject(frame?.['error']);

  it('carry the same events as a stream, as frames', async () => {
    const rig = await startOpen(() =>
      streamReply(reasoningChunks(['Let me ', 'see.']), textChunks('größer ', '✓')),
    );
    const { ask } = await openSocket(rig.relay.url);
    const frames = await ask(REQUEST);
    const events = await allEvents(await rig.post({ ...REQUEST, stream: true }));
    assertEventRules(frames as unknown as ResponseEvent[]);
    const told = (list: readonly object[]) =>
      JSON.stringify(list).replaceAll(/"(?:\w+_)?id":"[^"]*"|"\w+_at":\d+|_[0-9a-f]{32,}/g, '');
    assert.equal(told(frames), told(events));
  });

  it('continue a response that is stored nowhere, with what is new', async () => {
    const rig = await startOpen(({ body }) =>
      body.messages.at(-1)?.role === 'user'
        ? streamReply(toolCallChunks({ id: 'c1', name: 'run', arguments: { cmd: 'ls' } }))
        : streamReply(textChunks('done')),
    );
    const { ask } = await openSocket(rig.relay.url, AS_CODEX);
    const tools = [{ type: 'function', name: 'run', parameters: { type: 'object' } }];
    const first = await ask({ ...REQUEST, tools });
    const output = { type: 'function_call_output', call_id: 'c1', output: 'a.txt' };
    const second = await ask({ ...REQUEST, tools, input: [output], previous_response_id: idOf(first) });
    assert.equal(second.at(-1)?.type, 'response.completed');
    await ask({ ...REQUEST, tools, input: [user('more')], previous_response_id: idOf(second) });
    const roles = rig.upstream.chats.map(({ body }) => body.messages.map(({ role }) => role).join(' '));
    assert.deepEqual(roles, ['user', 'user assistant tool', 'user assistant tool assistant user']);
  });

  it('answer a prewarm at once, and continue from it', async () => {
    const rig = await startOpen(HELLO);
    const { ask } = await openSocket(rig.relay.url, AS_CODEX);
    const developer = { type: 'message', role: 'developer', content: 'Be brief.' };
    const warm = await ask({ ...REQUEST, input: [developer], generate: false });
    assert.deepEqual(
      warm.map(({ type }) => type),
      ['response.created', 'response.completed'],
    );
    assert.equal(rig.upstream.chats.length, 0);
    await ask({ ...REQUEST, previous_response_id: idOf(warm) });
    const { messages } = (await rig.upstream.chat(0)).body;
    assert.deepEqual(
      messages.map(({ role, content }) => [role, content]),
      [
        ['system', 'Be brief.'],
        ['user', 'hello'],
      ],
    );
  });

  it('do not claim that a prewarm is stored if it could not be', async () => {
    const history = createMemoryStore();
    const rig = await startOpen(HELLO, { history });
    const { ask } = await openSocket(rig.relay.url);
    const warm = { ...REQUEST, store: true, generate: false };
    const stored = async () => asObject((await ask(warm)).at(-1)?.['response'])?.['store'];
    assert.equal(await stored(), true);
    Object.assign(history, { record: () => Promise.reject(new Error('ENOSPC: the disk is full')) });
    assert.equal(await stored(), false);
  });

  it('ask for the whole conversation where a connection does not know what came before', async () => {
    const rig = await startOpen(HELLO);
    const one = await openSocket(rig.relay.url, AS_CODEX);
    const id = idOf(await one.ask(REQUEST));
    const other = await openSocket(rig.relay.url, AS_CODEX);
    const [refused] = await other.ask({ ...REQUEST, previous_response_id: id });
    assert.deepEqual(
      [refused?.type, refused?.['status'], errorIn(refused)?.['code']],
      ['error', 400, 'previous_response_not_found'],
    );
    assert.equal((await other.ask(REQUEST)).at(-1)?.type, 'response.completed');
    // Only the last one is remembered.
    await one.ask(REQUEST);
    assert.equal((await one.ask({ ...REQUEST, previous_response_id: id })).at(-1)?.type, 'error');
  });

  it('continue what is stored on any connection, and over HTTP', async () => {
    const rig = await startOpen(HELLO);
    const stored = { ...REQUEST, store: true };
    const id = idOf(await (await openSocket(rig.relay.url)).ask(stored));
    const other = await openSocket(rig.relay.url);
    const next = idOf(await other.ask({ ...stored, input: [user('two')], previous_response_id: id }));
    await (await rig.post({ ...stored, input: [user('three')], previous_response_id: next })).text();
    const { messages } = (await rig.upstream.chat(2)).body;
    assert.deepEqual(
      messages.map(({ content }) => content),
      ['hello', 'hi', 'two', 'hi', 'three'],
    );
  });

  it('do not go on from what was deleted meanwhile, but from what a store that is away cannot tell of', async () => {
    const history = createMemoryStore();
    const rig = await startOpen(HELLO, { history });
    const { ask } = await openSocket(rig.relay.url);
    const stored = { ...REQUEST, store: true };
    for (const first of [stored, { ...stored, generate: false }]) {
      const id = idOf(await ask(first));
      const reply = await fetch(`${rig.relay.url}/v1/responses/${id}`, { method: 'DELETE' });
      assert.equal(reply.status, 200);
      const [refused] = await ask({ ...stored, previous_response_id: id });
      assert.equal(errorIn(refused)?.['code'], 'previous_response_not_found');
    }
    const id = idOf(await ask(stored));
    Object.assign(history, { exchange: () => Promise.reject(new Error('the store is away')) });
    const next = await ask({ ...stored, previous_response_id: id });
    assert.equal(next.at(-1)?.type, 'response.completed');
  });

  it('report a failure to Codex in the event that it shows, and to others in the envelope', async () => {
    const rig = await startOpen(() => errorReply(400, 'No such thing.'));
    const codex = await openSocket(rig.relay.url, AS_CODEX);
    const failed = (await codex.ask(REQUEST)).at(-1);
    const error = asObject(asObject(failed?.['response'])?.['error']);
    assert.deepEqual([failed?.type, error?.['code']], ['response.failed', 'invalid_prompt']);
    assert.match(String(error?.['message']), /No such thing/);

    const plain = (await (await openSocket(rig.relay.url)).ask(REQUEST)).at(-1);
    assert.deepEqual([plain?.type, plain?.['status']], ['error', 400]);
    assert.match(String(errorIn(plain)?.['message']), /No such thing/);
  });

  for (const [name, request, message] of [
    ['a request without a model', { model: undefined }, /model: is required/],
    ['a request in the background', { background: true }, /background: the relay answers no request/],
    ['a template', { prompt: { id: 'p' } }, /prompt: /],
  ] as const) {
    it(`refuse ${name}, and go on`, async () => {
      const rig = await startOpen(HELLO);
      for (const headers of [{}, AS_CODEX]) {
        const { ask } = await openSocket(rig.relay.url, headers);
        const refused = (await ask({ ...REQUEST, ...request })).at(-1);
        assert.match(JSON.stringify(refused), message);
        assert.equal((await ask(REQUEST)).at(-1)?.type, 'response.completed');
      }
    });
  }

  for (const [name, frame] of [
    ['no JSON', '{"type":"response.create"'],
    ['a list', '[]'],
    ['another type', '{"type":"response.cancel"}'],
    ['no type', '{}'],
  ] as const) {
    it(`answer ${name} with a notice that ends nothing`, async () => {
      const rig = await startOpen(HELLO);
      const client = await openSocket(rig.relay.url, AS_CODEX);
      client.send(frame);
      const notice = await client.next('error');
      assert.equal(notice['status'], undefined);
      assert.equal((await client.ask(REQUEST)).at(-1)?.type, 'response.completed');
    });
  }

  it('survive frames with any content', async () => {
    const rig = await startOpen(HELLO);
    const client = await openSocket(rig.relay.url, AS_CODEX);
    const anything = fc.oneof(
      fc.string(),
      fc.json(),
      fc
        .dictionary(fc.constantFrom('type', 'model', 'input', 'tools', 'generate'), fc.jsonValue())
        .map((fields) => JSON.stringify({ ...fields, type: 'response.create' })),
    );
    await fc.assert(
      fc.asyncProperty(anything, async (frame) => {
        client.send(frame);
        const end = ['error', 'response.failed', 'response.completed'];
        assert.ok(end.includes((await client.end()).type ?? ''));
      }),
      { numRuns: 100 },
    );
    assert.equal((await client.ask(REQUEST)).at(-1)?.type, 'response.completed');
    assert.doesNotMatch(rig.log.join('\n'), /unexpected/);
  });

  it('refuse binary frames, and ignore notices', async () => {
    const rig = await startOpen(HELLO);
    const client = await openSocket(rig.relay.url);
    client.send({ type: 'response.processed', response_id: 'resp_1' });
    client.webSocket.send(Buffer.from(JSON.stringify({ type: 'response.create', ...REQUEST })), {
      binary: true,
    });
    assert.match(String(errorIn(await client.next('error'))?.['message']), /A frame must be text/);
    assert.equal(client.frames.length, 1);
  });

  it('answer one request at a time', async () => {
    const hold = Promise.withResolvers<void>();
    const rig = await startOpen(() => ({ body: [deltaChunk({ content: 'I begin' }), hold.promise] }));
    const client = await openSocket(rig.relay.url);
    client.send({ type: 'response.create', ...REQUEST });
    await client.next('response.output_text.delta');
    client.send({ type: 'response.create', ...REQUEST });
    assert.match(String(errorIn(await client.next('error'))?.['message']), /busy with another response/);
    assert.equal(rig.upstream.chats.length, 1);
    hold.resolve();
  });

  it('end the running answer if the client leaves', async () => {
    const rig = await startOpen(() => ({
      body: [deltaChunk({ content: 'I begin' }), new Promise(() => {})],
    }));
    const client = await openSocket(rig.relay.url);
    client.send({ type: 'response.create', ...REQUEST });
    await client.next('response.output_text.delta');
    client.webSocket.terminate();
    assert.equal(await (await rig.upstream.chat(0)).clientLeft, true);
  });

  it('keep a silent client waiting with events', async () => {
    const go = Promise.withResolvers<void>();
    const rig = await startOpen(() => ({ body: [go.promise, ...textChunks('hi').map(sse)] }), {
      keepAliveMs: 5,
    });
    const client = await openSocket(rig.relay.url, AS_CODEX);
    client.send({ type: 'response.create', ...REQUEST });
    for (let beat = 0; beat < 3; beat++) await client.next('response.in_progress');
    go.resolve();
    await client.next('response.output_text.delta');
  });

  it('are closed when the relay stops: idle ones at once, others with the end of their answer', async () => {
    const rig = await startRig(() => ({ body: [deltaChunk({ content: 'I' }), new Promise(() => {})] }), {
      webSocket: true,
    });
    const idle = await openSocket(rig.relay.url);
    const busy = await openSocket(rig.relay.url);
    busy.send({ type: 'response.create', ...REQUEST });
    await busy.next('response.output_text.delta');
    await rig.stop();
    assert.deepEqual([await idle.closed, await busy.closed], [1001, 1001]);
    assert.equal(busy.frames.at(-1)?.type, 'response.failed');
  });

  it('refuse frames that are larger than a body may be', async () => {
    const rig = await startOpen(HELLO, { maxBodyBytes: 1000 });
    const client = await openSocket(rig.relay.url);
    client.send({ type: 'response.create', ...REQUEST, input: 'x'.repeat(1000) });
    assert.equal(await client.closed, 1009);
    assert.equal(rig.upstream.chats.length, 0);
  });

  it('read what a request is for from its own metadata, not from the first headers', async () => {
    const reports: RequestReport[] = [];
    const rig = await startOpen(HELLO, { onRequest: (report) => reports.push(report) });
    const headers = { ...AS_CODEX, 'x-codex-turn-metadata': '{"request_kind":"prewarm","turn_id":""}' };
    const { ask } = await openSocket(rig.relay.url, headers);
    const metadata = { 'x-codex-turn-metadata': '{"request_kind":"compaction","turn_id":"t1"}', odd: 'x' };
    await ask({ ...REQUEST, client_metadata: metadata });
    const { role, turn } = reports.at(-1) ?? {};
    assert.deepEqual([role, turn], ['compaction', 't1']);
    assert.doesNotMatch((await rig.upstream.chat(0)).text, /request_kind/);
  });

  describe('stand behind the same guard as HTTP', () => {
    const refused = async (rig: Rig, headers: Record<string, string>, path?: string) => {
      const attempt = await openSocket(rig.relay.url, headers, path).catch((error: Error) => error.message);
      return typeof attempt === 'string' ? attempt : 'accepted';
    };

    it('and need the token', async () => {
      const rig = await startOpen(HELLO, { token: 'local-token' });
      assert.match(await refused(rig, {}), /: 401$/);
      assert.match(await refused(rig, { authorization: 'Bearer wrong' }), /: 401$/);
      assert.equal(await refused(rig, { authorization: 'Bearer local-token' }), 'accepted');
    });

    it('and refuse web pages and other hosts', async () => {
      const rig = await startOpen(HELLO);
      assert.match(await refused(rig, { origin: 'https://evil.example' }), /: 403$/);
      assert.match(await refused(rig, { 'sec-fetch-site': 'cross-site' }), /: 403$/);
      assert.match(await refused(rig, { host: 'evil.example' }), /: 403$/);
      assert.match(await refused(rig, {}, '/v1/models'), /: 200$/);
      assert.match(await refused(rig, {}, '/nowhere'), /: 404$/);
      assert.equal(await refused(rig, {}, '/responses'), 'accepted');
    });

    it('and pass on the client’s key, never the token', async () => {
      const rig = await startOpen(HELLO);
      await (await openSocket(rig.relay.url, { authorization: 'Bearer client-key' })).ask(REQUEST);
      assert.equal((await rig.upstream.chat(0)).headers.authorization, 'Bearer client-key');
    });

    it('and survive a malformed handshake', async () => {
      const rig = await startOpen(HELLO);
      const path = '/v1/responses';
      const headers = { connection: 'Upgrade', upgrade: 'websocket' };
      assert.equal((await rawRequest(rig.relay.url, { path, headers })).status, 400);
      const socket = connect(rig.relay.port, '127.0.0.1');
      socket.write(
        `GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n`,
      );
      socket.resetAndDestroy();
      assert.equal((await (await openSocket(rig.relay.url)).ask(REQUEST)).at(-1)?.type, 'response.completed');
    });
  });

  it('leave other upgrades alone: Java asks for HTTP/2 with every request', async () => {
    const rig = await startOpen(HELLO);
    const reply = await new Promise<number | undefined>((resolve, reject) => {
      const headers = {
        connection: 'Upgrade, HTTP2-Settings',
        upgrade: 'h2c',
        'http2-settings': 'AAEAAEAAAAIAAAAB',
        'content-type': 'application/json',
      };
      const request = httpRequest(`${rig.relay.url}/v1/responses`, { method: 'POST', headers });
      request.on('response', (response) => resolve(response.resume().statusCode));
      request.on('error', reject);
      request.end(JSON.stringify(REQUEST));
    });
    assert.equal(reply, 200);
  });

  it('are refused by default', async () => {
    const rig = await startRig(HELLO);
    await assert.rejects(openSocket(rig.relay.url), /: 426$/);
    await rig.stop();
  });
});

function sse(chunk: object): string {
  return `data: ${JSON.stringify(chunk)}\n\n`;
}
