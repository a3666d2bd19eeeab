/** Which API is spoken to a model, and what happens where it turns out to be the wrong one; over real HTTP. */
import assert from 'node:assert/strict';
import { type RelayHandle, type RelayOptions, type RequestReport, start } from '../../../src/index.ts';
import type { JsonObject } from '../../../src/json.ts';
import type { ResponseEvent, ResponseResource } from '../../../src/wire/responses.ts';
import { assertEventRules } from '../../support/event-rules.ts';
import {
  call,
  type NativeScript,
  type NativeUpstream,
  nativeReply,
  openThought,
  sse,
  startNativeUpstream,
  text,
  thought,
} from '../../support/native-upstream.ts';
import { AS_CODEX, allEvents, textIn } from '../../support/relay-client.ts';
import {
  deltaChunk,
  errorReply,
  jsonReply,
  reasoningChunks,
  type Script,
  type ScriptedReply,
  streamReply,
  textChunks,
  toolCallChunks,
} from '../../support/scripted-upstream.ts';

const NATIVE = nativeReply(text('by responses'));
const CHAT = streamReply(textChunks('by chat'));
const RUN = { type: 'function', name: 'run', parameters: { type: 'object', properties: {} } };
const PATCH = { type: 'custom', name: 'apply_patch', description: 'Patches.' };

interface House {
  upstream: NativeUpstream;
  relay: RelayHandle;
  log: string[];
  reports: RequestReport[];
  ask(body?: JsonObject, headers?: Record<string, string>): Promise<ResponseResource>;
  /** How often each API was asked. */
  asked(): { responses: number; chat: number };
  stop(): Promise<void>;
}

async function house(
  native: NativeScript,
  options: RelayOptions = {},
  chat: Script = () => CHAT,
): Promise<House> {
  const upstream = await startNativeUpstream(native, ['m', 'n', 'm-chat'], chat);
  const log: string[] = [];
  const reports: RequestReport[] = [];
  const line = (level: string) => (message: string) => void log.push(`${level} ${message}`);
  const relay = await start({
    port: 0,
    upstream: upstream.url,
    wire: 'responses',
    model: 'm',
    logger: { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') },
    onRequest: (report) => reports.push(report),
    ...options,
  });
  return {
    upstream,
    relay,
    log,
    reports,
    async ask(body = {}, headers = AS_CODEX) {
      const reply = await fetch(`${relay.url}/v1/responses`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ model: 'm', input: 'hi', stream: true, ...body }),
      });
      assert.equal(reply.status, 200, reply.ok ? '' : await reply.text());
      if (!reply.headers.get('content-type')?.includes('event-stream'))
        return (await reply.json()) as ResponseResource;
      const events = await allEvents(reply);
      assertEventRules(events);
      return endOf(events);
    },
    asked: () => ({ responses: upstream.responses.length, chat: upstream.chat.chats.length }),
    stop: async () => {
      await relay.stop();
      await upstream.stop();
    },
  };
}

function endOf(events: readonly ResponseEvent[]): ResponseResource {
  const last = events.at(-1);
  assert.ok(last !== undefined && 'response' in last);
  return last.response;
}

const always = (reply: ScriptedReply) => () => reply;

/** Endpoints without a Responses API, or without one for this model. */
const NO_API: [what: string, reply: ScriptedReply][] = [
  ['404', errorReply(404, 'Not Found')],
  ['404 without a body', { status: 404, body: [''] }],
  ['405', errorReply(405, 'Method Not Allowed')],
  ['a redirect', { status: 302, headers: { location: '/login' }, body: [''] }],
  ['501', errorReply(501, 'Not Implemented')],
  ['400 that names the API', errorReply(400, 'The Responses API is not supported for this model.')],
  ['400 that names the other one', errorReply(400, 'This model is only supported in v1/chat/completions.')],
  [
    '400 that says how to try again',
    errorReply(400, 'Not supported in the Responses API. Try again with /v1/chat/completions.'),
  ],
  ['403 that says it is off', errorReply(403, 'Responses API is not enabled for your account')],
  ['422 that misses messages', errorReply(422, "Missing required parameter: 'messages'")],
  [
    'a web page with 200',
    { headers: { 'content-type': 'text/html' }, body: ['<!doctype html><p>Hello</p>'] },
  ],
  ['chunks of Chat Completions', streamReply(deltaChunk({ content: 'wrong' }))],
  [
    'a completion as JSON',
    jsonReply({ object: 'chat.completion', choices: [{ message: { content: 'x' } }] }),
  ],
  ['404 within 200', jsonReply({ success: false, code: 404, msg: '404 NOT_FOUND' })],
  [
    '200 with an error that names the API',
    jsonReply({ error: { message: 'The Responses API is not supported for this model.' } }),
  ],
  [
    'an error event that names the other API',
    {
      body: sse([
        { type: 'response.created', response: {} },
        { type: 'error', code: 400, message: 'This model is only supported in v1/chat/completions.' },
      ]),
    },
  ],
];

describe('the wire', () => {
  it('is Chat Completions by default', async () => {
    const { ask, asked, stop } = await house(always(NATIVE), { wire: {}, provider: 'xai' });
    assert.equal(textIn(await ask()), 'by chat', "a gateway's address is not the provider's own");
    assert.deepEqual(asked(), { responses: 0, chat: 1 });
    await stop();
  });

  it('is what the user says, by model', async () => {
    const wire = { m: 'responses', 'n*': 'chat' } as const;
    const { ask, stop } = await house(always(NATIVE), { wire });
    assert.equal(textIn(await ask()), 'by responses');
    assert.equal(textIn(await ask({ model: 'n' })), 'by chat');
    await stop();
  });

  for (const [what, reply] of NO_API) {
    for (const stream of [true, false]) {
      it(`turns to Chat Completions ${stream ? 'in a stream' : 'blocking'}, once and for good: ${what}`, async () => {
        const { ask, asked, log, reports, stop } = await house(always(reply));
        for (const _ of [1, 2, 3]) assert.equal(textIn(await ask({ stream })), 'by chat');
        assert.deepEqual(asked(), { responses: 1, chat: 3 });
        assert.deepEqual(
          log
            .filter((line) => line.startsWith('warn'))
            .map((line) => /Chat Completions is used from now on/.test(line)),
          [true],
          log.join('\n'),
        );
        const ends = reports.filter(({ state }) => state === 'completed');
        assert.equal(ends.length, 3);
        for (const report of ends) {
          assert.equal(report.wire ?? 'chat', 'chat');
          assert.equal(report.passedOver, undefined, 'another wire is no other target');
        }
        await stop();
      });
    }
  }

  it('stays the same if Chat Completions does not know the model either', async () => {
    const missing = errorReply(404, 'The model `m` does not exist', { code: 'model_not_found' });
    const { ask, asked, log, stop } = await house(always(missing), {}, () => missing);
    for (const _ of [1, 2]) await assert.rejects(ask(), /does not exist/);
    assert.deepEqual(asked(), { responses: 2, chat: 2 });
    assert.doesNotMatch(log.join('\n'), /from now on/);
    await stop();
  });

  it('is left if a kind of tool is refused that the preset expects to work', async () => {
    const { ask, asked, upstream, stop } = await house(
      ({ text: sent }) =>
        sent.includes('"type":"custom"')
          ? errorReply(422, 'tools[0].type: unknown variant `custom`')
          : NATIVE,
      { provider: 'openrouter' },
      always(streamReply(toolCallChunks({ id: 'call_1', name: 'apply_patch', arguments: { input: 'x' } }))),
    );
    const { output } = await ask({ tools: [PATCH] });
    assert.equal(output[0]?.type, 'custom_tool_call');
    assert.deepEqual(asked(), { responses: 1, chat: 1 });
    assert.match(upstream.chat.chats[0]?.text ?? '', /"name":"apply_patch"/);
    await stop();
  });

  it('is not left for a key that is refused, for a limit, or for a while', async () => {
    for (const reply of [
      errorReply(401, 'Incorrect API key'),
      errorReply(429, 'Responses API: rate limit, not now'),
      errorReply(503, 'The Responses API is temporarily unavailable, try again later'),
      jsonReply({ error: { message: 'The Responses API is temporarily unavailable' } }),
    ]) {
      const { ask, asked, stop } = await house(always(reply));
      // Codex learns of a limit from an event, and of a key from the status.
      await ask().catch(() => undefined);
      assert.equal(asked().chat, 0);
      await stop();
    }
  });

  it('is not left once something was said', async () => {
    const [first = ''] = NATIVE.body;
    const { ask, asked, stop } = await house(always({ body: [...NATIVE.body.slice(0, 5), first, ''] }));
    assert.equal((await ask()).status, 'failed');
    assert.deepEqual(asked(), { responses: 1, chat: 0 });
    await stop();
  });

  it('is left before a stand-in is asked, which is asked if neither works', async () => {
    const { relay, upstream, stop } = await house(always(errorReply(404, 'Not Found')), {}, ({ body }) =>
      body.model === 'n' ? CHAT : errorReply(500, 'Internal error'),
    );
    await relay.stop();
    const reports: RequestReport[] = [];
    const both = await start({
      port: 0,
      upstreams: [{ id: 'one', upstream: upstream.url, wire: 'responses', model: 'm', apiKey: 'k' }],
      fallbacks: { '*': ['one/n'] },
      onRequest: (report) => reports.push(report),
    });
    const reply = await fetch(`${both.url}/v1/responses`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...AS_CODEX },
      body: JSON.stringify({ model: 'm', input: 'hi', stream: true }),
    });
    const events = await allEvents(reply);
    assertEventRules(events);
    assert.equal(textIn(endOf(events)), 'by chat');
    const end = reports.at(-1);
    assert.deepEqual(
      end?.passedOver?.map(({ model }) => model),
      ['m'],
    );
    await both.stop();
    await stop();
  });
});

describe('a request by the Responses API', () => {
  it('is sent in a learned form after a refusal, within the turn and for good', async () => {
    const refused = ['temperature', 'top_p', 'parallel_tool_calls'];
    const { ask, asked, log, stop } = await house(({ body }) => {
      const field = refused.find((name) => body[name] !== undefined);
      return field === undefined ? NATIVE : errorReply(400, `json: unknown field "${field}"`);
    });
    const body = { temperature: 0.5, top_p: 0.5, parallel_tool_calls: false, tools: [RUN] };
    for (const _ of [1, 2]) assert.equal(textIn(await ask(body)), 'by responses');
    assert.deepEqual(asked(), { responses: 5, chat: 0 });
    assert.deepEqual(
      log.flatMap((line) => /refuses (\w+) for m: left out from now on/.exec(line)?.[1] ?? []),
      refused,
    );
    await stop();
  });

  for (const [what, isWrong, message] of [
    ['a summary of reasoning', /"summary":"auto"/, 'Unknown parameter: reasoning.summary'],
    [
      'developer messages',
      /"role":"developer"/,
      "Invalid value: 'developer'. Supported values are: system, user.",
    ],
    [
      'reasoning in the input',
      /"type":"reasoning"/,
      'input[1]: unknown variant `reasoning`, expected `message`',
    ],
    ['a field that it does not name', /"store"/, 'InvalidParameter: the request is invalid'],
  ] as const) {
    it(`is sent in another form after a refusal of ${what}`, async () => {
      const { ask, upstream, asked, stop } = await house(({ text: sent }) =>
        isWrong.test(sent) ? errorReply(400, message) : NATIVE,
      );
      const first = await ask({
        reasoning: { effort: 'high', summary: 'auto' },
        include: ['reasoning.encrypted_content'],
        input: [
          { role: 'developer', content: 'Be brief.' },
          { role: 'user', content: 'hi' },
          { role: 'developer', content: 'Later.' },
          { role: 'user', content: 'again' },
        ],
        store: false,
      });
      // If it was never sent, there was nothing to learn.
      assert.equal(textIn(first), 'by responses', upstream.responses.at(-1)?.text);
      assert.equal(asked().chat, 0);
      await stop();
    });
  }

  it('leaves out ids that are not known there, and stays with the API', async () => {
    const { ask, asked, log, stop } = await house(
      ({ text: sent }) =>
        sent.includes('"id":"ws_')
          ? errorReply(
              404,
              "Item with id 'ws_1' not found. Items are not persisted when `store` is set to false.",
            )
          : NATIVE,
      { provider: 'openai' },
    );
    const input = [
      { role: 'user', content: 'hi' },
      { type: 'web_search_call', id: 'ws_1', status: 'completed', action: { type: 'search', query: 'q' } },
      { role: 'user', content: 'Go on.' },
    ];
    for (const _ of [1, 2]) assert.equal(textIn(await ask({ input })), 'by responses', log.join('\n'));
    assert.deepEqual(asked(), { responses: 3, chat: 0 });
    await stop();
  });

  it('continues a response from our own history, with its calls and its thoughts', async () => {
    const { ask, upstream, stop } = await house(
      [nativeReply(thought('Hm.', 'blob'), call('run', {}, { call_id: 'call_1' })), NATIVE],
      { provider: 'xai' },
    );
    const first = await ask({ tools: [RUN], store: true }, {});
    await ask(
      {
        previous_response_id: first.id,
        tools: [RUN],
        input: [{ type: 'function_call_output', call_id: 'call_1', output: 'ran' }],
      },
      {},
    );
    const body = upstream.responses[1]?.body;
    assert.equal(body?.['previous_response_id'], undefined, 'the provider never heard of it');
    assert.deepEqual(
      body?.input.map(({ type, role }) => type ?? role),
      ['message', 'reasoning', 'function_call', 'function_call_output'],
    );
    assert.equal(body?.input[1]?.['encrypted_content'], 'blob');
    await stop();
  });

  for (const dropsReasoning of [false, true]) {
    it(`carries each thought once, even if its provider searched in between (${dropsReasoning ? 'the client drops it' : 'stored'})`, async () => {
      const search = {
        item: { type: 'web_search_call', id: 'ws_1', action: { type: 'search' } },
        deltas: [],
      };
      const answer = nativeReply(thought('Hm.', 'blob'), search, call('run', {}, { call_id: 'call_1' }));
      const { ask, upstream, stop } = await house([answer, NATIVE], { provider: 'xai' });
      const question = { type: 'message', role: 'user', content: 'hi' };
      const first = await ask({ input: [question], tools: [RUN], store: true }, {});
      const output = { type: 'function_call_output', call_id: 'call_1', output: 'ran' };
      const said = first.output.filter(({ type }) => type !== 'reasoning') as unknown as JsonObject[];
      const next = dropsReasoning
        ? { input: [question, ...said, output] }
        : { previous_response_id: first.id, input: [output] };
      await ask({ ...next, tools: [RUN] }, {});
      assert.deepEqual(
        upstream.responses[1]?.body.input.map(({ type }) => type),
        ['message', 'reasoning', 'function_call', 'function_call_output'],
      );
      await stop();
    });
  }

  it('never carries what is private', async () => {
    const { ask, upstream, stop } = await house(always(NATIVE));
    await ask(
      { client_metadata: { turn_id: 'secret' }, metadata: { a: 'b' } },
      { ...AS_CODEX, 'x-codex-turn-metadata': 'secret', session_id: 'secret' },
    );
    const [sent] = upstream.responses;
    assert.doesNotMatch(`${JSON.stringify(sent?.headers)}${sent?.text}`, /secret|codex_exec/);
    await stop();
  });

  it('is reported with its wire and its repairs', async () => {
    const { ask, reports, log, stop } = await house(always(nativeReply(call('apply_patch', { input: 'x' }))));
    const { output } = await ask({ tools: [PATCH] });
    assert.equal(output[0]?.type, 'custom_tool_call');
    const end = reports.at(-1);
    assert.equal(end?.wire, 'responses');
    assert.ok((end?.repairs ?? []).length > 0, 'the custom tool became a function');
    assert.match(log.join('\n'), /wire=responses repairs=\S/);
    await stop();
  });

  it('is reported with the repairs of its answer', async () => {
    const { ask, reports, stop } = await house(
      always(jsonReply({ object: 'response', output: [{ role: 'assistant', content: 'x' }], usage: {} })),
    );
    await ask();
    assert.deepEqual(reports.at(-1)?.repairs, ['json-body', 'usage']);
    assert.deepEqual(reports[0]?.repairs, undefined, 'nothing is known at the beginning');
    await stop();
  });
});

describe('a thread that moves between the wires', () => {
  /** Items as Codex sends them back. */
  const back = (response: ResponseResource) =>
    response.output.map(({ ...item }) => item as unknown as JsonObject);
  const include = ['reasoning.encrypted_content'];

  it('keeps its calls and thoughts from the Responses API to Chat Completions', async () => {
    const { ask, upstream, stop } = await house(
      [nativeReply(openThought('Native thought.'), call('run', { a: 1 }, { call_id: 'call_1' }))],
      { provider: 'deepseek', wire: { m: 'responses', 'm-chat': 'chat' } },
    );
    const first = await ask({ include, tools: [RUN] });
    const input = [
      { role: 'user', content: 'hi' },
      ...back(first),
      {
        type: 'function_call_output',
        call_id: first.output.flatMap((item) => ('call_id' in item ? item.call_id : []))[0] ?? '',
        output: 'ran',
      },
    ];
    assert.equal(textIn(await ask({ model: 'm-chat', include, tools: [RUN], input })), 'by chat');
    const messages = upstream.chat.chats[0]?.body.messages ?? [];
    assert.deepEqual(
      messages.map(({ role }) => role),
      ['user', 'assistant', 'tool'],
    );
    assert.match(JSON.stringify(messages[1]), /"name":"run"/);
    assert.match(JSON.stringify(messages[1]), /"reasoning_content":"Native thought\."/);
    assert.doesNotMatch(JSON.stringify(messages), /crr1\./);
    await stop();
  });

  it('keeps its calls and thoughts from Chat Completions to the Responses API', async () => {
    const chat = streamReply(
      reasoningChunks(['Chat thought.']),
      toolCallChunks({ id: 'call_1', name: 'run', arguments: { a: 1 } }),
    );
    const { ask, upstream, stop } = await house(
      [NATIVE],
      { provider: 'deepseek', wire: { m: 'responses', 'm-chat': 'chat' } },
      () => chat,
    );
    const first = await ask({ model: 'm-chat', include, tools: [RUN] });
    const input = [
      { role: 'user', content: 'hi' },
      ...back(first),
      { type: 'function_call_output', call_id: 'call_1', output: 'ran' },
    ];
    assert.equal(textIn(await ask({ include, tools: [RUN], input })), 'by responses');
    const items = upstream.responses[0]?.body.input ?? [];
    assert.deepEqual(
      items.map(({ type, role }) => type ?? role),
      ['message', 'reasoning', 'function_call', 'function_call_output'],
    );
    assert.match(JSON.stringify(items[1]), /Chat thought\./);
    await stop();
  });

  it('never carries what one provider sealed to another', async () => {
    const sealed = nativeReply(thought('Hm.', 'blob-of-one'), call('run', {}, { call_id: 'call_1' }));
    const one = await startNativeUpstream(always(sealed), ['m']);
    const two = await startNativeUpstream(always(NATIVE), ['n']);
    const upstreams = [
      { id: 'one', provider: 'xai', upstream: one.url, wire: 'responses', model: 'm', apiKey: 'a' },
      { id: 'two', provider: 'openrouter', upstream: two.url, wire: 'responses', model: 'n', apiKey: 'b' },
    ] as const;
    const relay = await start({ port: 0, upstreams });
    const ask = async (body: JsonObject) => {
      const reply = await fetch(`${relay.url}/v1/responses`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...AS_CODEX },
        body: JSON.stringify({ stream: true, include, tools: [RUN], ...body }),
      });
      return endOf(await allEvents(reply));
    };
    const first = await ask({ model: 'one/m', input: 'hi' });
    const input = [
      { role: 'user', content: 'hi' },
      ...back(first),
      { type: 'function_call_output', call_id: 'call_1', output: 'ran' },
    ];
    assert.equal(textIn(await ask({ model: 'two/n', input })), 'by responses');
    assert.doesNotMatch(two.responses[0]?.text ?? '', /blob-of-one|crr1\./);
    await ask({ model: 'one/m', input });
    assert.match(one.responses[1]?.text ?? '', /blob-of-one/);
    await relay.stop();
    await Promise.all([one.stop(), two.stop()]);
  });
});

describe('a compaction by the Responses API', () => {
  it('gives one item that any later model can read', async () => {
    const { ask, upstream, stop } = await house([nativeReply(text('We did much.')), NATIVE]);
    const input = [{ role: 'user', content: 'hi' }, { type: 'compaction_trigger' }];
    const { output } = await ask({ input });
    assert.deepEqual(
      output.map(({ type }) => type),
      ['compaction'],
    );
    await ask({
      input: [
        ...output.map((item) => ({ ...item }) as unknown as JsonObject),
        { role: 'user', content: 'Go on.' },
      ],
    });
    assert.match(upstream.responses[1]?.text ?? '', /We did much\./);
    await stop();
  });
});
