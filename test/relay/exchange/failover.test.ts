/** Another target answers where one cannot: cause by cause, stage by stage, over real sockets. */
import assert from 'node:assert/strict';
import { RelayError } from '../../../src/errors.ts';
import { type RelayHandle, type RelayOptions, type RequestReport, start } from '../../../src/index.ts';
import type { SpendGuard } from '../../../src/relay/gateway-options.ts';
import { recordsOf } from '../../../src/usage/record.ts';
import type { ResponseEvent, ResponseResource } from '../../../src/wire/responses.ts';
import { assertEventRules } from '../../support/event-rules.ts';
import { AS_CODEX, eventsOf } from '../../support/relay-client.ts';
import {
  CUT,
  deltaChunk,
  errorReply,
  finishChunk,
  type ScriptedReply,
  type ScriptedUpstream,
  startScriptedUpstream,
  streamReply,
  textChunks,
  toolCallChunks,
  usageChunk,
} from '../../support/scripted-upstream.ts';

const NEVER = new Promise(() => {});
const OK = streamReply(textChunks('from the second'));
const PAGE = '<!DOCTYPE html><html><head><title>Sign in</title></head><body>Welcome</body></html>';
const PAID = streamReply(textChunks('from the second'), usageChunk(7, 3, { cost: 0.25 }));

/** What the first target does, and whether another one can cure it. */
const CAUSES: [what: string, reply: ScriptedReply, hops: boolean][] = [
  ['refuses the key', errorReply(401, 'Incorrect API key'), true],
  ['wants money', errorReply(402, 'Insufficient Balance'), true],
  ['forbids the key', errorReply(403, 'This key may not use the API'), true],
  ['has no such model', errorReply(404, 'The model `m` does not exist', { code: 'model_not_found' }), true],
  ['limits the rate', errorReply(429, 'Slow down', { headers: { 'retry-after': '300' } }), true],
  ['fails', errorReply(500, 'Internal error'), true],
  ['is overloaded', errorReply(503, 'Overloaded'), true],
  ['breaks off before a word', { body: [CUT] }, true],
  ['ends before a word', { body: [''] }, true],
  ['says nothing and stops', streamReply(finishChunk('stop')), true],
  ['sends an error in the stream', { body: ['data: {"error":{"message":"boom","code":500}}\n\n'] }, true],
  ['sends nothing at all', { body: [NEVER] }, true],
  [
    'redirects to a login',
    { status: 302, headers: { location: 'https://login.example/?s=1' }, body: [''] },
    true,
  ],
  ['moved for good', { status: 308, headers: { location: '/v2/chat/completions' }, body: [''] }, true],
  ['answers with a web page', { headers: { 'content-type': 'text/html' }, body: [PAGE] }, true],
  ['calls a web page an event stream', { body: [`\uFEFF\n${PAGE}`] }, true],
  ['has a page that says 404', { status: 404, headers: { 'content-type': 'text/html' }, body: [PAGE] }, true],
  ['knows no such method', { status: 405, body: [''] }, true],
  ['serves other countries', errorReply(403, 'Your country is not supported'), true],
  ['refuses the request', errorReply(400, 'messages[1].content is invalid'), false],
  [
    'finds the conversation too long',
    errorReply(400, 'maximum context length is 8192 tokens, you sent 9000', {
      code: 'context_length_exceeded',
    }),
    false,
  ],
];

interface House {
  relay: RelayHandle;
  first: ScriptedUpstream;
  second: ScriptedUpstream;
  reports: RequestReport[];
  post(body: object, headers?: Record<string, string>): Promise<Response>;
  stop(): Promise<void>;
}

/** Two providers of one relay; the first answers in turn with these replies. */
async function house(replies: ScriptedReply[], options: RelayOptions = {}, second = OK): Promise<House> {
  const upstreams = [
    await startScriptedUpstream(replies, ['m']),
    await startScriptedUpstream(() => second, ['n']),
  ] as const;
  const reports: RequestReport[] = [];
  const relay = await start({
    port: 0,
    upstreams: [
      // A hosted preset: a local one may take its time for the first word.
      {
        id: 'one',
        name: 'One',
        provider: 'groq',
        upstream: upstreams[0].url,
        apiKey: 'key-of-one',
        model: 'm',
      },
      {
        id: 'two',
        name: 'Two',
        provider: 'groq',
        upstream: upstreams[1].url,
        apiKey: 'key-of-two',
        model: 'n',
      },
    ],
    fallbacks: { '*': ['two/n'] },
    // Long enough for the first word of a busy machine.
    firstOutputMs: 800,
    onRequest: (report) => reports.push(report),
    ...options,
  });
  return {
    relay,
    first: upstreams[0],
    second: upstreams[1],
    reports,
    post: (body, headers = {}) =>
      fetch(`${relay.url}/v1/responses`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ model: 'one/m', input: 'hi', ...body }),
      }),
    stop: async () => {
      await relay.stop();
      await Promise.all(upstreams.map((upstream) => upstream.stop()));
    },
  };
}

/** @param onEvent lets a script go on once the client has read so far */
async function collect(reply: Response, onEvent = (_: ResponseEvent) => {}): Promise<ResponseEvent[]> {
  const events: ResponseEvent[] = [];
  for await (const event of eventsOf(reply)) {
    events.push(event);
    onEvent(event);
  }
  return events;
}

const textOf = (response: ResponseResource) =>
  response.output.flatMap((item) => (item.type === 'message' ? item.content : []));

describe('a target that cannot answer', () => {
  for (const stream of [true, false]) {
    for (const [what, reply, hops] of CAUSES) {
      it(`${what}, ${stream ? 'streaming' : 'blocking'}: ${hops ? 'another one does' : 'the client is told'}`, async () => {
        const { relay, first, second, reports, post, stop } = await house([reply]);
        const answer = await post({ stream });
        const last = reports.at.bind(reports, -1);
        if (!hops) {
          await answer.text();
          assert.equal(answer.status, 400);
          assert.equal(second.chats.length, 0);
        } else if (stream) {
          const events = await collect(answer);
          assertEventRules(events);
          const deltas = events.flatMap((event) =>
            event.type === 'response.output_text.delta' ? event.delta : [],
          );
          assert.equal(deltas.join(''), 'from the second');
          assert.equal(events.at(-1)?.type, 'response.completed');
        } else {
          const response = (await answer.json()) as ResponseResource;
          assert.equal(response.status, 'completed');
          assert.match(JSON.stringify(textOf(response)), /from the second/);
        }
        assert.equal(first.chats.length, 1, 'no retry of our own while another target is left');
        assert.equal(first.chats[0]?.headers.authorization, 'Bearer key-of-one');
        if (hops) {
          assert.equal(
            second.chats[0]?.headers.authorization,
            'Bearer key-of-two',
            'a key goes to its own origin',
          );
          assert.equal(second.chats[0]?.body.model, 'n');
          assert.equal(last()?.provider, 'Two');
          assert.equal(last()?.passedOver?.[0]?.provider, 'One');
        }
        await relay.stop();
        await stop();
      });
    }
  }

  for (const [what, reply, words] of [
    [
      'a redirect',
      { status: 302, headers: { location: 'https://login.example/in/key-of-one?secret=1' }, body: [''] },
      /One redirects to another address \(HTTP 302, https:\/\/login\.example\/in\/\[key\]\)/,
    ],
    [
      'a web page',
      { headers: { 'content-type': 'text/html' }, body: [PAGE] },
      /One answered with a web page/,
    ],
  ] as const) {
    it(`is named with what came, ${what}, where nobody stands in`, async () => {
      const { relay, first, reports, post, stop } = await house([reply], { fallbacks: {} });
      const answer = await post({});
      const text = await answer.text();
      assert.match(text, words);
      assert.doesNotMatch(text, /secret/);
      assert.equal(reports.at(-1)?.error?.code, 'not_found', 'the address is at fault, not the request');
      assert.equal(relay.targets().length, 1);
      assert.equal(first.chats.length, 1, 'the same address answers the same again');
      await stop();
    });
  }

  for (const [what, body] of [
    ['thinks and says nothing', streamReply(finishChunk('stop'), usageChunk(60, 40, { cost: 0.5 }))],
    [
      'breaks off, for a client that waits for the whole',
      { body: [deltaChunk({ content: 'half' }), usageChunk(60, 40, { cost: 0.5 })] },
    ],
  ] as const) {
    it(`is charged for as well if it ${what}`, async () => {
      const { relay, reports, post, stop } = await house([body], {}, PAID);
      assert.equal((await post({})).status, 200);
      const report = reports.at(-1) ?? assert.fail();
      assert.deepEqual(
        recordsOf(report).map(({ upstream, model, state, tokens, statedUsd, attempts }) => [
          `${upstream}/${model}`,
          state,
          tokens?.inputTokens,
          tokens?.outputTokens,
          statedUsd,
          attempts,
        ]),
        [
          ['one/m', 'failed', 60, 40, 0.5, 1],
          ['two/n', 'completed', 7, 3, 0.25, 2],
        ],
      );
      await relay.stop();
      await stop();
    });
  }

  it('is not left once it has said a word; when Codex asks again, another one answers', async () => {
    const said = Promise.withResolvers<void>();
    const cut: ScriptedReply = { body: [deltaChunk({ content: 'half' }), said.promise, CUT] };
    const { second, post, stop } = await house([cut]);
    const events = await collect(await post({ stream: true }, AS_CODEX), ({ type }) => {
      if (type === 'response.output_text.delta') said.resolve();
    });
    assertEventRules(events);
    assert.equal(events.at(-1)?.type, 'response.failed');
    assert.equal(second.chats.length, 0);
    const again = await collect(await post({ stream: true }, AS_CODEX));
    assert.equal(again.at(-1)?.type, 'response.completed');
    assert.equal(second.chats.length, 1);
    await stop();
  });

  it('is not left once it has begun a call: no tool runs twice', async () => {
    const call = toolCallChunks({ id: 'c1', name: 'run', arguments: {} }).slice(0, 2);
    const begun = Promise.withResolvers<void>();
    const { second, post, stop } = await house([{ body: [...call, begun.promise, CUT] }]);
    const tools = [{ type: 'function', name: 'run', parameters: { type: 'object' } }];
    const events = await collect(await post({ stream: true, tools }), ({ type }) => {
      if (type === 'response.output_item.added') begun.resolve();
    });
    assert.equal(events.at(-1)?.type, 'response.failed');
    assert.equal(second.chats.length, 0);
    await stop();
  });

  it('is left even after a keep-alive, which is not part of an answer', async () => {
    const { post, stop } = await house([{ body: [NEVER] }], { keepAliveMs: 20 });
    const events = await collect(await post({ stream: true }, AS_CODEX));
    assertEventRules(events);
    assert.ok(events.filter(({ type }) => type === 'response.in_progress').length > 1);
    assert.equal(events.filter(({ type }) => type === 'response.created').length, 1);
    assert.equal(events.at(-1)?.type, 'response.completed');
    await stop();
  });

  it('is passed over while it waits, and asked again when nothing else is left', async () => {
    const { first, second, relay, post, stop } = await house([
      errorReply(429, 'Slow down'),
      streamReply(textChunks('back')),
    ]);
    for (let time = 0; time < 3; time++) await (await post({ prompt_cache_key: `t${time}` })).text();
    assert.deepEqual([first.chats.length, second.chats.length], [1, 3]);
    assert.deepEqual(
      relay.targets().map(({ upstream, model, code }) => [upstream, model, code]),
      [['one', 'm', 'rate_limit_exceeded']],
    );
    relay.resetTargets();
    await (await post({ prompt_cache_key: 'new' })).text();
    assert.equal(first.chats.length, 2);
    await stop();
  });

  it('is asked while it waits where there is no money for its stand-in', async () => {
    const budget: SpendGuard = {
      allow: async ({ upstream }) => {
        if (upstream === 'two') throw new RelayError('insufficient_quota', 'used up');
      },
    };
    const { first, second, post, stop } = await house([errorReply(500, 'down'), OK], { budget });
    await (await post({}, { 'x-stainless-retry-count': '0' })).text();
    const reply = await post({});
    assert.match(await reply.text(), /from the second/);
    assert.deepEqual([first.chats.length, second.chats.length], [2, 0]);
    await stop();
  });

  it('is asked even while it waits if it is the only one', async () => {
    const { first, post, stop } = await house([errorReply(401, 'bad key'), OK], { fallbacks: {} });
    await (await post({})).text();
    assert.equal((await post({})).status, 200);
    assert.equal(first.chats.length, 2);
    await stop();
  });

  it('keeps a thread where it moved, and gives new threads back to the first', async () => {
    const { first, second, relay, post, stop } = await house([errorReply(500, 'down'), OK, OK]);
    await (await post({ prompt_cache_key: 'old' })).text();
    relay.resetTargets();
    await (await post({ prompt_cache_key: 'old' })).text();
    assert.deepEqual([first.chats.length, second.chats.length], [1, 2]);
    await (await post({ prompt_cache_key: 'new' })).text();
    assert.deepEqual([first.chats.length, second.chats.length], [2, 2]);
    await stop();
  });

  it('keeps only the thread that moved, also under a key that a client sends with everything', async () => {
    const { first, second, relay, post, stop } = await house([errorReply(500, 'down'), OK, OK]);
    const ask = (input: string) => post({ prompt_cache_key: 'always', input }).then((reply) => reply.text());
    await ask('one');
    relay.resetTargets();
    await ask('two');
    assert.deepEqual([first.chats.length, second.chats.length], [2, 1]);
    await ask('one');
    assert.deepEqual([first.chats.length, second.chats.length], [2, 2]);
    await stop();
  });

  it('is not gone back to by a sub-agent of a thread that moved, which in turn moves nothing', async () => {
    const { first, second, relay, post, stop } = await house([errorReply(500, 'down'), OK]);
    const ask = async (thread: string, more: Record<string, string> = {}) =>
      (await post({ prompt_cache_key: 'main' }, { ...AS_CODEX, 'thread-id': thread, ...more })).text();
    await ask('main');
    relay.resetTargets();
    await ask('sub', { 'x-openai-subagent': 'collab_spawn' });
    assert.deepEqual([first.chats.length, second.chats.length], [1, 2]);
    await ask('other');
    assert.deepEqual(
      [first.chats.length, second.chats.length],
      [2, 2],
      'no sub-agent, but a thread of its own',
    );
    await stop();
  });

  it('is still left after a restart of the relay', async () => {
    let saved = '';
    const onBindings = (text: string) => {
      saved = text;
    };
    const before = await house([errorReply(500, 'down')], { onBindings });
    await (await before.post({ prompt_cache_key: 'old' })).text();
    await before.stop();
    const after = await house([OK], { savedBindings: saved });
    await (await after.post({ prompt_cache_key: 'old' })).text();
    assert.deepEqual([after.first.chats.length, after.second.chats.length], [0, 1]);
    await after.stop();
  });

  it('is named with its cause, beside all others, if none is left', async () => {
    const { post, stop } = await house(
      [errorReply(500, 'first is down')],
      {},
      errorReply(503, 'second is full'),
    );
    const reply = await post({});
    const text = await reply.text();
    assert.match(text, /None of 2 targets could answer\. One m: .*first is down.*Two n: .*second is full/);
    await stop();
  });

  for (const [what, last] of [
    ['has no money left', errorReply(402, 'Insufficient Balance')],
    ['is overloaded', errorReply(503, 'Overloaded', { code: 'server_is_overloaded' })],
  ] as const) {
    it(`is named beside all others to Codex, too, which has its own words for a last one that ${what}`, async () => {
      const { post, reports, stop } = await house([errorReply(401, 'bad key')], {}, last);
      const events = await collect(await post({ stream: true }, AS_CODEX));
      assertEventRules(events);
      const end = events.at(-1);
      assert.equal(end?.type, 'response.failed');
      assert.match(end.response.error?.message ?? '', /None of 2 targets.*One m: .*bad key.*Two n: /);
      assert.equal(end.response.error?.code, 'invalid_prompt', 'the code whose message Codex prints');
      assert.notEqual(reports.at(-1)?.error?.code, 'invalid_prompt', 'the host is told the real one');
      await stop();
    });
  }

  it("is one client's trouble where that client's own key is refused", async () => {
    const reply: Parameters<typeof startScriptedUpstream>[0] = ({ headers }) =>
      headers.authorization === 'Bearer bad' ? errorReply(401, 'bad key') : OK;
    const upstream = await startScriptedUpstream(reply, ['m', 'n']);
    const relay = await start({ port: 0, upstream: upstream.url, id: 'one', fallbacks: { m: ['one/n'] } });
    const modelFor = async (key: string) => {
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${key}` };
      const body = JSON.stringify({ model: 'm', input: 'hi' });
      await (await fetch(`${relay.url}/v1/responses`, { method: 'POST', headers, body })).text();
      return upstream.chats.at(-1)?.body.model;
    };
    await modelFor('bad');
    assert.equal(await modelFor('good'), 'm');
    assert.doesNotMatch(JSON.stringify(relay.targets()), /Bearer|"bad"/);
    await relay.stop();
    await upstream.stop();
  });

  it('has several keys: the next one is used, for its own origin', async () => {
    const upstream = await startScriptedUpstream(
      ({ headers }) => (headers.authorization === 'Bearer good-key' ? OK : errorReply(401, 'bad key')),
      ['m'],
    );
    const relay = await start({
      port: 0,
      upstream: upstream.url,
      apiKey: 'bad-key-1',
      moreApiKeys: ['bad-key-2', 'good-key'],
    });
    const post = () =>
      fetch(`${relay.url}/v1/responses`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"model":"m","input":"hi"}',
      });
    assert.equal((await post()).status, 200);
    assert.equal(upstream.chats.length, 3);
    assert.equal((await post()).status, 200);
    assert.equal(upstream.chats.length, 4, 'refused keys wait');
    await relay.stop();
    await upstream.stop();
  });

  it('never passes the client’s bearer to a stand-in', async () => {
    const { second, post, stop } = await house([errorReply(500, 'down')], {});
    await (await post({}, { authorization: 'Bearer the-clients-own' })).text();
    assert.equal(second.chats[0]?.headers.authorization, 'Bearer key-of-two');
    await stop();
  });
});

describe('requests on the side', () => {
  const META = { 'x-codex-turn-metadata': '{"request_kind":"compaction","workspace":"/private"}' };
  const CASES: [role: string, headers: Record<string, string>, body: object][] = [
    ['compaction', { ...AS_CODEX, ...META }, {}],
    ['review', { ...AS_CODEX, 'x-openai-subagent': 'review' }, {}],
    ['guardian', { ...AS_CODEX, 'x-openai-subagent': 'guardian' }, {}],
    ['subagent', { ...AS_CODEX, 'x-openai-subagent': 'collab_spawn' }, {}],
    [
      'title',
      AS_CODEX,
      {
        input: 'Generate a concise, single-line task title for this.',
        tools: [{ type: 'function', name: 'f', parameters: { type: 'object' } }],
        text: {
          format: {
            type: 'json_schema',
            name: 't',
            schema: { type: 'object', properties: { title: { type: 'string' } } },
          },
        },
      },
    ],
  ];
  for (const [role, headers, body] of CASES) {
    it(`${role} goes to the model of its role or, without one, with its thread`, async () => {
      const placed = await house([OK], { roles: { [role]: 'two/n' } });
      await (await placed.post(body, headers)).text();
      assert.deepEqual([placed.first.chats.length, placed.second.chats.length], [0, 1]);
      await placed.stop();
      const unplaced = await house([OK], {});
      await (await unplaced.post(body, headers)).text();
      assert.deepEqual([unplaced.first.chats.length, unplaced.second.chats.length], [1, 0]);
      await unplaced.stop();
    });
  }
});

describe('a thread that had to move', () => {
  const COMPACTION = { 'x-codex-turn-metadata': '{"request_kind":"compaction"}' };
  const old = { prompt_cache_key: 'old' };

  it('stays where it went after a request on the side that has a model of its own', async () => {
    const { first, second, relay, post, stop } = await house([errorReply(500, 'down'), OK, OK], {
      roles: { compaction: 'one/small' },
    });
    await (await post(old)).text();
    relay.resetTargets();
    await (await post(old, { ...AS_CODEX, ...COMPACTION })).text();
    await (await post(old)).text();
    const models = [first, second].map(({ chats }) => chats.map(({ body }) => body.model));
    assert.deepEqual(models, [
      ['m', 'small'],
      ['n', 'n'],
    ]);
    await stop();
  });

  it('is not bound if the client gives it no name or an empty one', async () => {
    const { first, second, relay, post, stop } = await house([errorReply(500, 'down'), OK, OK]);
    const nameless = { prompt_cache_key: '' };
    await (await post(nameless)).text();
    relay.resetTargets();
    await (await post(nameless)).text();
    await (await post(nameless, { 'thread-id': 'named' })).text();
    assert.deepEqual([first.chats.length, second.chats.length], [3, 1]);
    await stop();
  });

  it('moves together with side requests that have no model of their own', async () => {
    const { first, second, relay, post, stop } = await house([errorReply(500, 'down'), OK, OK]);
    await (await post(old, { ...AS_CODEX, ...COMPACTION })).text();
    relay.resetTargets();
    await (await post(old, AS_CODEX)).text();
    await (await post(old, { ...AS_CODEX, ...COMPACTION })).text();
    assert.deepEqual([first.chats.length, second.chats.length], [1, 3]);
    await stop();
  });

  it('has its own binding for side requests that had to move as well', async () => {
    const { first, second, relay, post, stop } = await house([OK, errorReply(500, 'down'), OK], {
      roles: { compaction: 'one/small' },
    });
    await (await post(old)).text();
    await (await post(old, { ...AS_CODEX, ...COMPACTION })).text();
    relay.resetTargets();
    await (await post(old)).text();
    await (await post(old, { ...AS_CODEX, ...COMPACTION })).text();
    const models = [first, second].map(({ chats }) => chats.map(({ body }) => body.model));
    assert.deepEqual(models, [
      ['m', 'small', 'm'],
      ['n', 'n'],
    ]);
    await stop();
  });
});

describe('a schema of the user’s own with a title', () => {
  it('is not a side request', async () => {
    const { first, second, post, stop } = await house([OK], { roles: { title: 'two/n' } });
    const schema = { type: 'object', properties: { title: { type: 'string' } } };
    await (
      await post(
        { input: 'Name the film.', text: { format: { type: 'json_schema', name: 't', schema } } },
        AS_CODEX,
      )
    ).text();
    assert.deepEqual([first.chats.length, second.chats.length], [1, 0]);
    await stop();
  });
});

describe('upstreams that cannot be served', () => {
  const one = { id: 'one', upstream: 'http://127.0.0.1:1/v1' };
  const CASES: [what: string, options: RelayOptions, message: RegExp][] = [
    ['two of one id', { upstreams: [one, one] }, /two of them have the id "one"/],
    ['none', { upstreams: [] }, /at least one is needed/],
    [
      'an id that cannot stand before a slash',
      { upstreams: [{ ...one, id: 'a/b' }] },
      /"a\/b" cannot name an upstream/,
    ],
    [
      'an active one that is not there',
      { upstreams: [one], active: 'two' },
      /"two" names no upstream that is served \(one\)/,
    ],
    [
      'a fallback that names nothing',
      { upstreams: [one], fallbacks: { '*': ['two/m'] } },
      /fallbacks\.\*: "two\/m" names no upstream/,
    ],
    [
      'a role that names nothing',
      { upstreams: [one], roles: { review: 'two/m' } },
      /roles\.review: "two\/m"/,
    ],
  ];
  for (const [what, options, message] of CASES) {
    it(`are refused at start: ${what}`, async () => {
      await assert.rejects(start({ port: 0, ...options }), message);
    });
  }

  it('may fall back in a circle, and each is tried once', async () => {
    const { first, second, post, stop } = await house(
      [errorReply(500, 'down')],
      { fallbacks: { 'one/m': ['two/n', 'one/m', 'two/n'], 'two/n': ['one/m'] } },
      errorReply(500, 'down too'),
    );
    await (await post({})).text();
    assert.equal(first.chats.length, 1);
    assert.ok(second.chats.length >= 1);
    await stop();
  });
});
