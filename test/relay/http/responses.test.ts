import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { createMemoryStore } from '../../../src/history/memory-store.ts';
import { DEFAULT_HISTORY_LIMITS } from '../../../src/history/store.ts';
import { start } from '../../../src/index.ts';
import type { RequestReport } from '../../../src/relay/options.ts';
import { assertEventRules } from '../../support/event-rules.ts';
import { NOBODYS_PORT } from '../../support/ports.ts';
import {
  AS_CODEX,
  allEvents,
  blocksOf,
  errorOf,
  eventsOf,
  responseOf,
  startRig,
  textIn,
} from '../../support/relay-client.ts';
import {
  CUT,
  DONE,
  deltaChunk,
  errorReply,
  finishChunk,
  jsonReply,
  streamReply,
  textChunks,
  toolCallChunks,
  usageChunk,
} from '../../support/scripted-upstream.ts';

const REQUEST = { model: 'm', input: 'hello' };
const STREAMED = { ...REQUEST, stream: true };

const DEEP = `{"model":"m","input":[{"type":"function_call","arguments":${'['.repeat(20_000)}${']'.repeat(20_000)}}]}`;
const DEEP_METADATA = `{"model":"m","input":"x","metadata":${'{"a":'.repeat(6000)}1${'}'.repeat(6000)}}`;

/** A request to a socket, which may announce more bytes than it sends. */
function rawPost(body: string, length: number): string {
  return `POST /v1/responses HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: ${length}\r\n\r\n${body}`;
}

describe('POST /v1/responses', () => {
  it('streams events that keep the rules, with event names and [DONE]', async () => {
    const rig = await startRig([streamReply(textChunks('a', 'b'), usageChunk(3, 4))]);
    const reply = await rig.post(STREAMED);
    assert.match(reply.headers.get('content-type') ?? '', /^text\/event-stream/);
    const blocks = await Array.fromAsync(blocksOf(reply));
    assert.equal(blocks.at(-1), 'data: [DONE]');
    const events = blocks.slice(0, -1).map((block) => {
      const [name, data] = block.split('\n');
      const event = JSON.parse((data ?? '').slice('data: '.length));
      assert.equal(name, `event: ${event.type}`);
      return event;
    });
    assertEventRules(events);
    assert.equal(textIn(events.at(-1).response), 'ab');
    await rig.stop();
  });

  it('never writes half a character, which would make Codex lose the event', async () => {
    const rig = await startRig([streamReply(textChunks('a\ud83db', ' \\ud83d \ude00'))]);
    const text = await (await rig.post(STREAMED)).text();
    assert.doesNotMatch(text, /(?<!\\)(\\\\)*\\ud/);
    assert.match(text, /"a\ufffdb \\\\ud83d \ufffd"/);
    await rig.stop();
  });

  it('answers as one JSON body, also without the /v1 prefix', async () => {
    const rig = await startRig(() => streamReply(textChunks('a', 'b'), usageChunk(3, 4)));
    for (const path of ['/v1/responses', '/responses']) {
      const response = await responseOf(await rig.post(REQUEST, {}, path));
      assert.deepEqual(
        [response.status, textIn(response), Object.keys(response).length],
        ['completed', 'ab', 31],
      );
    }
    await rig.stop();
  });

  it('understands an upstream that answers a stream request with a whole completion', async () => {
    const completion = {
      choices: [{ message: { role: 'assistant', content: 'whole' }, finish_reason: 'stop' }],
    };
    const rig = await startRig([jsonReply(completion)]);
    assert.equal(textIn(await responseOf(await rig.post(REQUEST))), 'whole');
    await rig.stop();
  });

  it('is complete with a finish reason and no [DONE]', async () => {
    const rig = await startRig([{ body: textChunks('a') }]);
    assert.equal((await responseOf(await rig.post(REQUEST))).status, 'completed');
    await rig.stop();
  });

  it('ends at [DONE], even if the provider keeps the connection open', async () => {
    const open = Promise.withResolvers<void>();
    const rig = await startRig([{ body: [...textChunks('a'), DONE, open.promise] }]);
    const events = await allEvents(await rig.post(STREAMED));
    assert.equal(events.at(-1)?.type, 'response.completed');
    open.resolve();
    await rig.stop();
  });

  it('fails if the stream breaks off, and says whose fault it was', async () => {
    const rig = await startRig(() => ({ body: [deltaChunk({ content: 'a' }), CUT] }));
    const last = (await allEvents(await rig.post(STREAMED))).at(-1);
    assert.equal(last?.type === 'response.failed' && last.response.error?.code, 'server_error');
    const blocking = await rig.post(REQUEST);
    assert.equal(blocking.status, 502);
    assert.match((await errorOf(blocking)).message, /OpenAI-compatible endpoint/);
    await rig.stop();
  });

  it('keeps the answer if the connection breaks after the finish reason', async () => {
    const read = Promise.withResolvers<void>();
    const text = textChunks('a').map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`);
    const rig = await startRig([{ body: [text.join(''), read.promise, CUT] }]);
    const types: string[] = [];
    for await (const event of eventsOf(await rig.post(STREAMED))) {
      types.push(event.type);
      if (event.type === 'response.output_text.delta') read.resolve();
    }
    assert.equal(types.at(-1), 'response.completed');
    await rig.stop();
  });

  it('fails on a chunk that is not JSON', async () => {
    const rig = await startRig([{ body: ['data: {"choices": oops}\n\n'] }]);
    const last = (await allEvents(await rig.post(STREAMED))).at(-1);
    assert.match((last?.type === 'response.failed' && last.response.error?.message) || '', /not JSON/);
    await rig.stop();
  });

  it('sends keep-alives while upstream is silent, before and after its first byte', async () => {
    const headers = Promise.withResolvers<void>();
    const rest = Promise.withResolvers<void>();
    const rig = await startRig(
      async () => {
        await headers.promise;
        return streamReply(deltaChunk({ content: 'a' }), rest.promise, finishChunk('stop'));
      },
      { keepAliveMs: 5 },
    );
    const types: string[] = [];
    for await (const event of eventsOf(await rig.post(STREAMED))) {
      types.push(event.type);
      if (types.length === 4) headers.resolve();
      if (types.at(-1) === 'response.in_progress' && types.includes('response.output_text.delta'))
        rest.resolve();
    }
    assert.deepEqual(types.slice(0, 4), [
      'response.created',
      'response.in_progress',
      'response.in_progress',
      'response.in_progress',
    ]);
    assert.equal(types.at(-1), 'response.completed');
    await rig.stop();
  });

  it('fails a stream whose upstream stalls', async () => {
    const rig = await startRig([{ body: [deltaChunk({ content: 'a' }), new Promise(() => {})] }], {
      stallMs: 300,
    });
    const last = (await allEvents(await rig.post(STREAMED))).at(-1);
    assert.equal(last?.type === 'response.failed' && last.response.error?.code, 'server_error');
    await rig.stop();
  });

  it('fails when upstream takes the request and never answers', async () => {
    const rig = await startRig(() => new Promise(() => {}), { stallMs: 100, keepAliveMs: 5 });
    const last = (await allEvents(await rig.post(STREAMED))).at(-1);
    assert.equal(last?.type === 'response.failed' && last.response.error?.code, 'server_error');
    const blocking = await rig.post(REQUEST);
    assert.deepEqual([blocking.status, (await errorOf(blocking)).code], [504, 'upstream_stalled']);
    assert.equal(await (await rig.upstream.chat(0)).clientLeft, true);
    await rig.stop();
  });

  it('neither blames the provider for a slow client nor piles up keep-alives for it', async () => {
    const text = 'x'.repeat(64 * 1024);
    const rig = await startRig(
      ({ body }) => {
        if (body.messages[0]?.content === 'silence') return new Promise(() => {});
        // The same text over and over would be held back, as one that may repeat what came before.
        return streamReply(textChunks(...Array.from({ length: 128 }, (_, at) => `${at}${text}`)));
      },
      { stallMs: 750, keepAliveMs: 1 },
    );
    const slow = await rig.post(STREAMED);
    // Others stall meanwhile, so that the slow client's stall timer would have fired as well.
    for (let round = 0; round < 2; round++) {
      assert.equal((await rig.post({ ...REQUEST, input: 'silence' })).status, 504);
    }
    const types = (await slow.text()).match(/(?<=^event: ).*/gm) ?? [];
    assert.equal(types.at(-1), 'response.completed');
    const beats = types.filter((type) => type === 'response.in_progress').length;
    assert.ok(beats < 50, `${beats} heartbeats`);
    await rig.stop();
  });

  it('ends the upstream call when the client leaves, before or in the middle of the answer', async () => {
    const rig = await startRig(
      async ({ body }) => {
        if (body.messages[0]?.content === 'before') await new Promise(() => {});
        return streamReply(deltaChunk({ content: 'a' }), new Promise(() => {}));
      },
      { keepAliveMs: 5 },
    );
    for (const [index, input] of ['before', 'middle'].entries()) {
      const events = eventsOf(await rig.post({ ...STREAMED, input }));
      await events.next();
      const chat = await rig.upstream.chat(index);
      await events.return(undefined);
      assert.equal(await chat.clientLeft, true);
    }
    await rig.stop();
  });

  it('starts no upstream call for a client that left while its history was read', async () => {
    const asked = Promise.withResolvers<void>();
    const found = Promise.withResolvers<undefined>();
    const ended = Promise.withResolvers<RequestReport>();
    const history = createMemoryStore(DEFAULT_HISTORY_LIMITS);
    history.conversation = async () => {
      asked.resolve();
      await found.promise;
      return [];
    };
    const rig = await startRig([], {
      history,
      onRequest: (report) => report.state !== 'running' && ended.resolve(report),
    });
    const body = JSON.stringify({ ...STREAMED, previous_response_id: 'resp_1' });
    const client = connect(rig.relay.port, '127.0.0.1', () => client.write(rawPost(body, body.length)));
    await asked.promise;
    client.destroy();
    await new Promise((resolve) => client.once('close', resolve));
    // The relay has seen the client leave once it has answered another.
    await fetch(`${rig.relay.url}/healthz`);
    found.resolve(undefined);
    assert.equal((await ended.promise).state, 'cancelled');
    assert.equal(rig.upstream.chats.length, 0);
    await rig.stop();
  });

  it('does not take an upload that breaks off for its own error', async () => {
    const rig = await startRig([]);
    const client = connect(rig.relay.port, '127.0.0.1', () => client.end(rawPost('{"model":', 1000)));
    client.resume();
    await new Promise((resolve) => client.once('close', resolve));
    await rig.stop();
    assert.doesNotMatch(rig.log.join('\n'), /^error/m);
  });

  it('retries before the first byte, then answers; and gives up in the end', async () => {
    const rig = await startRig((_chat, index) =>
      index === 0
        ? errorReply(503, 'busy', { headers: { 'retry-after': '0' } })
        : streamReply(textChunks('late')),
    );
    assert.equal(textIn(await responseOf(await rig.post(REQUEST))), 'late');
    assert.ok(rig.log.some((line) => line.startsWith('warn') && line.includes('retry 1 of 2')));
    await rig.stop();

    const busy = await startRig(() => errorReply(503, 'busy', { headers: { 'retry-after': '0' } }));
    assert.equal((await busy.post(REQUEST)).status, 503);
    assert.equal(busy.upstream.chats.length, 3);
    await busy.stop();
  });

  it('retries an error whose own message breaks off', async () => {
    const half = { status: 503, headers: { 'content-length': '100' }, body: ['{"error":', CUT] } as const;
    const rig = await startRig([half, streamReply(textChunks('a'))]);
    assert.equal(textIn(await responseOf(await rig.post(REQUEST))), 'a');
    await rig.stop();
  });

  it('carries a tool call through, and its output back by previous_response_id', async () => {
    const rig = await startRig([
      streamReply(toolCallChunks({ id: 'c1', name: 'run', arguments: { a: 1 } })),
      streamReply(textChunks('done')),
    ]);
    const tools = [{ type: 'function', name: 'run', parameters: { type: 'object' } }];
    const first = await responseOf(await rig.post({ ...REQUEST, tools }));
    assert.equal(first.output[0]?.type === 'function_call' && first.output[0].arguments, '{"a":1}');
    const second = await rig.post({
      model: 'm',
      previous_response_id: first.id,
      input: [{ type: 'function_call_output', call_id: 'c1', output: 'out' }],
    });
    assert.equal((await responseOf(second)).previous_response_id, first.id);
    assert.deepEqual(
      (await rig.upstream.chat(1)).body.messages.map((message) => message.role),
      ['user', 'assistant', 'tool'],
    );
    await rig.stop();
  });

  it('logs one line for a request, the tool names at debug, and never what was said', async () => {
    const tools = [
      { type: 'function', name: 'run' },
      { type: 'namespace', name: 'mcp__x', tools: [{ type: 'function', name: 'y' }] },
      { type: 'web_search' },
    ];
    const rig = await startRig([
      streamReply(
        toolCallChunks({ id: 'c', name: 'mcp__x__y', arguments: { secret: 'SECRET' } }),
        usageChunk(10, 2),
      ),
      streamReply(textChunks('SECRET')),
    ]);
    await (await rig.post({ ...STREAMED, tools, input: 'SECRET', instructions: 'SECRET' })).text();
    await (await rig.post({ ...REQUEST, input: 'SECRET' })).text();
    const debug = rig.log.filter((line) => line.startsWith('debug '));
    assert.deepEqual(debug, [
      'debug response tools=run,mcp__x[y],web_search',
      'debug upstream tools=run,mcp__x__y',
      'debug upstream stream function_calls=mcp__x__y',
      'debug response tools=-',
      'debug upstream tools=-',
      'debug upstream function_calls=-',
    ]);
    const info = rig.log.filter((line) => line.startsWith('info '));
    assert.match(
      info[0] ?? '',
      /^info openai-compatible m completed \d+ ms \(first token \d+ ms\) tokens in=10 cached=0 out=2 reasoning=0$/,
    );
    assert.ok(rig.log.some((line) => line.includes('web_search')));
    assert.ok(!rig.log.join('\n').includes('SECRET'));
    await rig.stop();
  });

  it('reports requests as they begin and end', async () => {
    const reports: RequestReport[] = [];
    const rig = await startRig([streamReply(textChunks('a'), usageChunk(3, 4)), errorReply(400, 'no')], {
      onRequest: (report) => reports.push(report),
      modelMap: { m: 'mapped' },
    });
    await (await rig.post(STREAMED)).text();
    await (await rig.post(REQUEST)).text();
    assert.deepEqual(
      reports.map(({ state, model, upstreamModel }) => [state, model, upstreamModel]),
      [
        ['running', 'm', 'mapped'],
        ['completed', 'm', 'mapped'],
        ['running', 'm', 'mapped'],
        ['failed', 'm', 'mapped'],
      ],
    );
    assert.deepEqual(reports[1]?.usage, {
      inputTokens: 3,
      cachedTokens: 0,
      cacheWriteTokens: 0,
      outputTokens: 4,
      reasoningTokens: 0,
    });
    assert.equal(reports[3]?.error?.code, 'invalid_prompt');
    await rig.stop();
  });

  it('reports which conversation, turn and role a request of Codex belongs to, and no more of its metadata', async () => {
    const reports: RequestReport[] = [];
    const rig = await startRig([streamReply(textChunks('hi'))], {
      onRequest: (report) => reports.push(report),
    });
    const metadata = { turn_id: 'turn-7', request_kind: 'compaction', workspaces: '/home/me/secret' };
    const reply = await rig.post(STREAMED, {
      ...AS_CODEX,
      'thread-id': 'thread-1',
      'x-codex-turn-metadata': JSON.stringify(metadata),
    });
    await reply.text();
    const { thread, turn, role } = reports[0] ?? {};
    assert.deepEqual({ turn, role }, { turn: 'turn-7', role: 'compaction' });
    assert.match(thread ?? '', /^[0-9a-f]{12}$/);
    assert.doesNotMatch(JSON.stringify(reports), /secret|thread-1/);
    await rig.stop();
  });

  it('answers even if the callback for reports throws', async () => {
    const onRequest = () => {
      throw new Error('mistake of the host');
    };
    const rig = await startRig(() => streamReply(textChunks('a')), { onRequest });
    assert.equal((await allEvents(await rig.post(STREAMED))).at(-1)?.type, 'response.completed');
    assert.equal(textIn(await responseOf(await rig.post(REQUEST))), 'a');
    assert.match(rig.log.join('\n'), /^error .*mistake of the host/m);
    const health = await fetch(`${rig.relay.url}/healthz`);
    assert.equal(((await health.json()) as { running: number }).running, 0);
    await rig.stop();
  });

  it('switches provider for the next request; a running stream finishes where it began', async () => {
    const hold = Promise.withResolvers<void>();
    const first = await startRig([
      streamReply(deltaChunk({ content: 'one' }), hold.promise, finishChunk('stop')),
    ]);
    const second = await startRig([streamReply(textChunks('two'))]);
    const running = await first.post(STREAMED);
    await eventsOf(running).next();
    first.relay.use({ upstream: second.upstream.url });
    assert.equal(textIn(await responseOf(await first.post(REQUEST))), 'two');
    hold.resolve();
    await first.stop();
    await second.stop();
  });

  it('ends running streams with response.failed when the relay stops', async () => {
    const rig = await startRig([streamReply(deltaChunk({ content: 'a' }), new Promise(() => {}))]);
    const reply = await rig.post(STREAMED);
    const events = allEvents(reply);
    await rig.upstream.chat(0);
    await rig.relay.stop();
    const last = (await events).at(-1);
    assert.match(
      (last?.type === 'response.failed' && last.response.error?.message) || '',
      /relay was stopped/,
    );
    await rig.upstream.stop();
  });
});

describe('errors', () => {
  const CASES = [
    {
      what: 'a refused key',
      reply: errorReply(401, 'bad key'),
      status: 401,
      code: 'upstream_unauthorized',
      codex: /refused the API key/,
    },
    {
      what: 'an unknown model',
      reply: errorReply(404, 'no such model'),
      status: 404,
      code: 'model_not_found',
      codex: /has no model "m"/,
    },
    {
      what: 'a refused field',
      reply: errorReply(422, 'extra_forbidden: foo'),
      status: 422,
      code: 'invalid_prompt',
      codex: /refused the request \(HTTP 422\): extra_forbidden: foo/,
    },
    {
      what: 'HTML',
      reply: {
        status: 418,
        headers: { 'content-type': 'text/html' },
        body: ['<html><head><title>x</title></head><body><h1>I am a teapot</h1></body></html>'],
      },
      status: 418,
      code: 'invalid_prompt',
      codex: /: I am a teapot\.$/,
    },
    {
      what: 'an empty body',
      reply: { status: 400, body: [] },
      status: 400,
      code: 'invalid_prompt',
      codex: /refused the request \(HTTP 400\)\.$/,
    },
  ];
  for (const { what, reply, status, code, codex } of CASES) {
    it(`keeps status and code of ${what}, and tells Codex in one plain HTTP 400`, async () => {
      const rig = await startRig(() => reply);
      const other = await rig.post(STREAMED);
      const error = await errorOf(other);
      assert.deepEqual([other.status, error.code], [status, code]);
      const told = await rig.post(STREAMED, AS_CODEX);
      assert.equal(told.status, 400);
      assert.match(told.headers.get('content-type') ?? '', /^text\/plain/);
      assert.match(await told.text(), codex);
      await rig.stop();
    });
  }

  const STREAM_CASES = [
    {
      what: 'a full context window',
      reply: errorReply(400, "This model's maximum context length is 8192 tokens"),
      code: 'context_length_exceeded',
    },
    {
      what: 'a rate limit with its wait',
      reply: errorReply(429, 'slow down', { headers: { 'retry-after': '60' } }),
      code: 'rate_limit_exceeded',
      message: /try again in 60s/,
    },
    { what: 'an empty account', reply: errorReply(402, 'payment required'), code: 'insufficient_quota' },
  ];
  for (const { what, reply, code, message = /./ } of STREAM_CASES) {
    it(`tells Codex of ${what} under the code that it understands, inside a stream`, async () => {
      const rig = await startRig(() => reply);
      const told = await rig.post(STREAMED, AS_CODEX);
      assert.equal(told.status, 200);
      const events = await allEvents(told);
      assertEventRules(events);
      const last = events.at(-1);
      assert.equal(last?.type === 'response.failed' && last.response.error?.code, code);
      assert.match((last?.type === 'response.failed' && last.response.error?.message) || '', message);
      await rig.stop();
    });
  }

  it('passes Retry-After on to other clients', async () => {
    const rig = await startRig(() => errorReply(429, 'slow down', { headers: { 'retry-after': '60' } }));
    const reply = await rig.post(REQUEST);
    assert.deepEqual([reply.status, reply.headers.get('retry-after')], [429, '60']);
    await rig.stop();
  });

  it('names an upstream that cannot be reached', async () => {
    const relay = await start({ port: 0, upstream: `http://127.0.0.1:${NOBODYS_PORT}/v1` });
    const reply = await fetch(`${relay.url}/v1/responses`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(REQUEST),
    });
    assert.equal(reply.status, 502);
    assert.match((await errorOf(reply)).message, /cannot be reached at 127\.0\.0\.1:\d+ \(ECONNREFUSED\)/);
    await relay.stop();
  });
});

describe('bad input', () => {
  it('is answered with field and reason, and the relay goes on', async () => {
    const rig = await startRig(() => streamReply(textChunks('fine')), { maxBodyBytes: 1024 * 1024 });
    const cases: [body: unknown, headers: Record<string, string>, status: number, message: RegExp][] = [
      ['{"model": "secret-prompt" oops', {}, 400, /not valid JSON \(at position \d+\)/],
      ['', {}, 400, /not valid JSON/],
      [{ input: 'x' }, {}, 400, /^model: is required/],
      [DEEP, {}, 400, /nested too deeply/],
      [DEEP_METADATA, {}, 400, /nested too deeply/],
      [DEEP_METADATA.replace('{', '{"stream":true,'), {}, 400, /nested too deeply/],
      [
        { ...REQUEST, previous_response_id: 'resp_gone' },
        {},
        400,
        /Previous response with id 'resp_gone' not found/,
      ],
      [REQUEST, { 'content-encoding': 'lzma' }, 415, /reads no "lzma" bodies\. Send plain JSON, or .*zstd/],
      [{ ...REQUEST, input: 'x'.repeat(1024 * 1024) }, {}, 413, /larger than the relay accepts \(1 MiB\)/],
    ];
    for (const [body, headers, status, message] of cases) {
      const reply = await rig.post(body, headers);
      const error = await errorOf(reply);
      assert.equal(reply.status, status, message.source);
      assert.match(error.message, message);
      assert.ok(!error.message.includes('secret-prompt'));
    }
    assert.equal(rig.upstream.chats.length, 0);
    assert.equal(textIn(await responseOf(await rig.post({ ...REQUEST, input: '\ud800 lone' }))), 'fine');
    await rig.stop();
  });

  it('takes a body of 50 MB', async () => {
    const rig = await startRig([streamReply(textChunks('read'))]);
    const input = [{ role: 'user', content: 'x'.repeat(50 * 1000 * 1000) }];
    assert.equal(textIn(await responseOf(await rig.post({ ...REQUEST, input }))), 'read');
    await rig.stop();
  });
});

describe('models and health', () => {
  it('serves one body for both readers, with and without the prefix', async () => {
    const rig = await startRig([]);
    for (const path of ['/v1/models', '/models']) {
      const body = (await (await fetch(rig.relay.url + path)).json()) as {
        object: string;
        data: { id: string }[];
        models: unknown[];
      };
      assert.equal(body.object, 'list');
      assert.deepEqual(
        body.data.map((model) => model.id),
        ['scripted-model'],
      );
      assert.ok(Array.isArray(body.models));
    }
    assert.deepEqual(await rig.relay.models(), ['scripted-model']);
    await rig.stop();
  });

  it('names a provider whose list breaks off', async () => {
    const provider = createServer((_request, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{"data":[', () => response.destroy());
    });
    await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));
    const { port } = provider.address() as AddressInfo;
    const rig = await startRig([], { upstream: `http://127.0.0.1:${port}` });
    const reply = await fetch(`${rig.relay.url}/v1/models`);
    const error = await errorOf(reply);
    assert.deepEqual([reply.status, error.code], [502, 'upstream_unreachable']);
    assert.match(error.message, /OpenAI-compatible endpoint/);
    assert.doesNotMatch(rig.log.join('\n'), /^error/m);
    await rig.stop();
    provider.close();
  });

  it('says that it is healthy, and has no other routes', async () => {
    const rig = await startRig([]);
    const health = (await (await fetch(`${rig.relay.url}/healthz`)).json()) as Record<string, unknown>;
    assert.deepEqual([health['status'], health['running']], ['ok', 0]);
    assert.equal((await fetch(`${rig.relay.url}/nowhere`)).status, 404);
    await rig.stop();
  });
});

describe('proxies', () => {
  it('go around loopback', async () => {
    const rig = await startRig([streamReply(textChunks('direct'))], {
      proxy: { httpProxy: 'http://127.0.0.1:9', httpsProxy: 'http://127.0.0.1:9' },
    });
    assert.equal(textIn(await responseOf(await rig.post(REQUEST))), 'direct');
    await rig.stop();
  });

  it('carry everything else', async () => {
    const proxied: string[] = [];
    const proxy = createServer((request, response) => {
      proxied.push(request.url ?? '');
      response.end('data: {"choices":[{"delta":{"content":"proxied"},"finish_reason":"stop"}]}\n\n');
    });
    proxy.on('connect', (request, socket) => {
      proxied.push(request.url ?? '');
      socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const { port } = proxy.address() as AddressInfo;
    const address = `http://127.0.0.1:${port}`;
    const relay = await start({
      port: 0,
      upstream: 'http://provider.invalid/v1',
      proxy: { httpProxy: address },
    });
    await fetch(`${relay.url}/v1/responses`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(REQUEST),
    });
    assert.match(proxied.join(), /provider\.invalid/);
    await relay.stop();
    proxy.closeAllConnections();
    proxy.close();
  });
});
