import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { SILENT_LOGGER } from '../../../src/logger.ts';
import { resolveProvider } from '../../../src/relay/routing/provider.ts';
import { Upstream } from '../../../src/relay/upstream/upstream.ts';
import { AS_CODEX, allEvents, errorOf, responseOf, startRig, textIn } from '../../support/relay-client.ts';
import {
  errorReply,
  jsonReply,
  type ReceivedChat,
  type ScriptedReply,
  sseBytes,
  streamReply,
  textChunks,
} from '../../support/scripted-upstream.ts';

const REQUEST = { model: 'm', input: 'hello' };
const ANSWER = streamReply(textChunks('late'));

describe('a field that the provider refuses', () => {
  /** Refuses while `refuses` says so, as OpenAI words it. */
  const refusing = (field: string, refuses: (chat: ReceivedChat) => boolean) => (chat: ReceivedChat) =>
    refuses(chat) ? errorReply(400, `Unsupported parameter: '${field}' is not supported.`) : ANSWER;

  it('is left out in one retry, and from then on for that model; the log says it once', async () => {
    const rig = await startRig(refusing('top_p', ({ body }) => body['top_p'] !== undefined));
    const ask = (model: string) => rig.post({ ...REQUEST, model, top_p: 0.5, temperature: 0.1 });
    for (const model of ['m', 'm', 'n']) assert.equal(textIn(await responseOf(await ask(model))), 'late');
    assert.deepEqual(
      rig.upstream.chats.map(({ body }) => [body.model, body['top_p'], body['temperature']]),
      [
        ['m', 0.5, 0.1],
        ['m', undefined, 0.1],
        ['m', undefined, 0.1],
        ['n', 0.5, 0.1],
        ['n', undefined, 0.1],
      ],
    );
    const lines = rig.log.filter((line) => line.includes('refuses top_p for m:'));
    assert.equal(lines.length, 1);
    await rig.stop();
  });

  it('is not pursued if the second attempt fails as well', async () => {
    const rig = await startRig(refusing('temperature', () => true));
    const reply = await rig.post({ ...REQUEST, temperature: 0.1 });
    assert.equal(reply.status, 400);
    assert.match((await errorOf(reply)).message, /temperature/);
    assert.equal(rig.upstream.chats.length, 2);
    await rig.stop();
  });

  it('is sent under its other name if that helps', async () => {
    const rig = await startRig(refusing('max_tokens', ({ body }) => body['max_tokens'] !== undefined));
    await rig.post({ ...REQUEST, max_output_tokens: 9 });
    assert.equal(rig.upstream.chats.at(-1)?.body['max_completion_tokens'], 9);
    await rig.stop();
  });

  it('is put into words if it is the response format', async () => {
    const rig = await startRig(
      refusing('response_format', ({ body }) => body['response_format'] !== undefined),
    );
    const schema = { type: 'object', properties: { title: { type: 'string' } } };
    await rig.post({ ...REQUEST, text: { format: { type: 'json_schema', name: 'x', schema } } });
    const [message] = rig.upstream.chats.at(-1)?.body.messages ?? [];
    assert.match(String(message?.content), /^Your final answer must be one JSON object[\s\S]*"title"/);
    await rig.stop();
  });
});

describe('a failure before the first byte', () => {
  const FINAL: [what: string, reply: ScriptedReply, code: string][] = [
    [
      'an empty account',
      errorReply(429, 'insufficient balance', { code: 'insufficient_quota' }),
      'insufficient_quota',
    ],
    [
      'a wait beyond the budget',
      errorReply(429, 'slow down', { headers: { 'retry-after': '60' } }),
      'rate_limit_exceeded',
    ],
    ['a full window', errorReply(413, ''), 'context_length_exceeded'],
    ['a refused request', errorReply(400, 'messages: no'), 'invalid_prompt'],
    ['a wrong key', errorReply(401, 'no'), 'upstream_unauthorized'],
  ];
  for (const [what, reply, code] of FINAL) {
    it(`is final: ${what}`, async () => {
      const rig = await startRig(() => reply);
      const answer = await rig.post(REQUEST);
      assert.equal((await errorOf(answer)).code, code);
      assert.equal(rig.upstream.chats.length, 1);
      await rig.stop();
    });
  }

  const past = new Date(0).toUTCString();
  for (const headers of [
    { 'retry-after': '0' },
    { 'retry-after': past },
    { 'retry-after-ms': '1', 'retry-after': '60' },
  ]) {
    it(`is retried after ${JSON.stringify(headers)}`, async () => {
      const rig = await startRig([errorReply(429, 'slow down', { headers }), ANSWER]);
      assert.equal(textIn(await responseOf(await rig.post(REQUEST))), 'late');
      await rig.stop();
    });
  }

  it('is retried if the model wrote a call that its provider could not read (Groq)', async () => {
    const failed = jsonReply(
      { error: { message: 'Failed to call a function.', code: 'tool_use_failed' } },
      400,
    );
    const rig = await startRig([{ ...failed, headers: { ...failed.headers, 'retry-after': '0' } }, ANSWER], {
      provider: 'groq',
    });
    assert.equal(textIn(await responseOf(await rig.post(REQUEST))), 'late');
    await rig.stop();
  });

  it('tells Codex how long to wait', async () => {
    const rig = await startRig([errorReply(429, 'slow down', { headers: { 'retry-after': '60' } })]);
    const events = await allEvents(await rig.post({ ...REQUEST, stream: true }, AS_CODEX));
    const last = events.at(-1);
    assert.ok(last?.type === 'response.failed');
    assert.equal(last.response.error?.code, 'rate_limit_exceeded');
    assert.match(last.response.error.message, /Please try again in 60s\./);
    await rig.stop();
  });

  it('is not retried if the client leaves in the meantime', async () => {
    const rig = await startRig(() => errorReply(503, 'busy', { headers: { 'retry-after': '15' } }));
    const client = new AbortController();
    const asked = fetch(`${rig.relay.url}/v1/responses`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...REQUEST, stream: true }),
      signal: client.signal,
    });
    await rig.upstream.chat(0);
    client.abort();
    await assert.rejects(asked);
    // Stopping waits for what is running: a retry that still slept would hold it for 15 s.
    await rig.stop();
    assert.equal(rig.upstream.chats.length, 1);
  });

  it('is retried if the connection broke before any answer', async () => {
    let connections = 0;
    const server = createServer((socket: Socket) => {
      connections += 1;
      const isFirst = connections === 1;
      socket.once('data', () => {
        if (isFirst) return socket.resetAndDestroy();
        const body = `data: {"choices":[{"delta":{"content":"late"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n`;
        return socket.end(
          `HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n${body}`,
        );
      });
      socket.on('error', () => socket.destroy());
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    assert.ok(typeof address === 'object' && address !== null);
    const rig = await startRig([], { upstream: `http://127.0.0.1:${address.port}/v1` });
    assert.equal(textIn(await responseOf(await rig.post(REQUEST))), 'late');
    assert.equal(connections, 2);
    await rig.stop();
    server.close();
  });
});

describe('the headers of a provider', () => {
  for (const [provider, headers] of [
    ['azure', { 'api-key': 'secret', authorization: undefined }],
    ['openrouter', { authorization: 'Bearer secret', 'x-openrouter-title': 'Codex Relay' }],
    ['nvidia', { authorization: 'Bearer secret', 'nvcf-poll-seconds': '3600' }],
    ['ollama', { authorization: 'Bearer secret', 'api-key': undefined }],
  ] as const) {
    it(`${provider}: ${Object.keys(headers).join(', ')}`, async () => {
      const rig = await startRig([ANSWER], { provider, apiKey: 'secret' });
      await rig.post(REQUEST);
      for (const [name, value] of Object.entries(headers)) {
        assert.equal(rig.upstream.chats[0]?.headers[name], value, name);
      }
      await rig.stop();
    });
  }
});

describe('a provider that compresses what nobody asked it to', () => {
  const compressed = (encoding: string, status: number, text: string, type: string): ScriptedReply => ({
    status,
    headers: { 'content-type': type, 'content-encoding': encoding },
    body: [encoding === 'br' ? brotliCompressSync(text) : gzipSync(text)],
  });
  const stream = Buffer.from(sseBytes(textChunks('unpacked'))).toString();
  const refusal = JSON.stringify({ error: { message: 'no such thing' } });

  for (const encoding of ['gzip', 'br']) {
    it(`is understood: ${encoding}`, async () => {
      const rig = await startRig([
        compressed(encoding, 200, stream, 'text/event-stream'),
        compressed(encoding, 400, refusal, 'application/json'),
      ]);
      const ask = { model: 'm', input: 'hello' };
      assert.equal(textIn(await responseOf(await rig.post(ask))), 'unpacked');
      assert.match((await errorOf(await rig.post(ask))).message, /no such thing/);
      await rig.stop();
    });
  }

  it('fails like a stream that breaks off if its gzip is invalid', async () => {
    const rig = await startRig([
      {
        headers: { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' },
        body: [Buffer.from(stream)],
      },
    ]);
    assert.equal((await errorOf(await rig.post({ model: 'm', input: 'hello' }))).code, 'upstream_error');
    await rig.stop();
  });
});

describe('an upstream without a list of models', () => {
  for (const status of [404, 405]) {
    it(`is reported as that, not as a wrong address (HTTP ${status})`, async () => {
      const upstream = new Upstream(
        async () => ({ status, headers: {}, body: (async function* () {})() }),
        'test',
        SILENT_LOGGER,
      );
      const provider = resolveProvider({ upstream: 'http://127.0.0.1:1/v1', name: 'Mine' });
      const { signal } = new AbortController();
      await assert.rejects(
        upstream.modelList({ provider, apiKey: undefined, signal }),
        new RegExp(
          `^RelayError: Mine lists no models at this address \\(HTTP ${status}\\)\\. Where requests fail too`,
        ),
      );
    });
  }
});
