/** Refusals that another form of the request cures, over real HTTP: within the turn, and for good. */
import assert from 'node:assert/strict';
import type { RequestReport, Waiting } from '../../../src/relay/options.ts';
import {
  AS_CODEX,
  allEvents,
  errorOf,
  type Rig,
  responseOf,
  startRig,
  textIn,
} from '../../support/relay-client.ts';
import {
  errorReply,
  jsonReply,
  type ReceivedChat,
  streamReply,
  textChunks,
} from '../../support/scripted-upstream.ts';

const ANSWER = streamReply(textChunks('at last'));
const REQUEST = { model: 'm', input: 'hello' };
/** Two user messages in a row, two calls at once, instructions. */
const CONVERSATION = {
  model: 'm',
  instructions: 'Be brief.',
  input: [
    { type: 'message', role: 'user', content: 'Context.' },
    { type: 'message', role: 'user', content: 'Run both.' },
    { type: 'function_call', call_id: 'one', name: 'run', arguments: '{}' },
    { type: 'function_call', call_id: 'two', name: 'run', arguments: '{}' },
    { type: 'function_call_output', call_id: 'one', output: 'first' },
    { type: 'function_call_output', call_id: 'two', output: 'second' },
  ],
  tools: [{ type: 'function', name: 'run', parameters: { type: 'object', properties: {} } }],
};

const rolesOf = ({ body }: ReceivedChat) => body.messages.map(({ role }) => role[0]).join('');
const warningsOf = (rig: Rig) =>
  rig.log.filter((line) => line.startsWith('warn') && line.includes('from now on'));

describe('a refusal', () => {
  for (const status of [400, 404, 422, 500, 501, 502]) {
    it(`is recovered from whatever its status: ${status}`, async () => {
      const rig = await startRig(({ body }) =>
        body['temperature'] === undefined ? ANSWER : errorReply(status, 'Unsupported parameter: temperature'),
      );
      assert.equal(textIn(await responseOf(await rig.post({ ...REQUEST, temperature: 0.1 }))), 'at last');
      assert.equal(rig.upstream.chats.length, 2);
      await rig.stop();
    });
  }

  it('after another is recovered from in the same turn, and each is logged once', async () => {
    const refused = ['temperature', 'top_p', 'parallel_tool_calls', 'tool_choice'];
    const rig = await startRig(({ body }) => {
      const field = refused.find((name) => body[name] !== undefined);
      return field === undefined ? ANSWER : errorReply(400, `Unsupported parameter: '${field}'`);
    });
    const request = {
      ...REQUEST,
      tools: CONVERSATION.tools,
      tool_choice: 'required',
      parallel_tool_calls: false,
      temperature: 0.1,
      top_p: 0.5,
    };
    for (const _ of [1, 2]) assert.equal(textIn(await responseOf(await rig.post(request))), 'at last');
    assert.equal(rig.upstream.chats.length, 6);
    assert.deepEqual(
      warningsOf(rig).map((line) => /refuses (\w+) for m: left out from now on$/.exec(line)?.[1]),
      refused,
    );
    await rig.stop();
  });

  it('is not followed forever, and teaches nothing if nothing helped', async () => {
    let count = 0;
    const rig = await startRig(() => {
      count += 1;
      const field = ['temperature', 'top_p'][count % 2];
      return errorReply(400, `Unsupported parameter: '${field}'`);
    });
    const reply = await rig.post({ ...REQUEST, temperature: 0.1, top_p: 0.5 });
    assert.equal(reply.status, 400);
    assert.equal(rig.upstream.chats.length, 3);
    assert.deepEqual(warningsOf(rig), []);
    await rig.post({ ...REQUEST, temperature: 0.1, top_p: 0.5 });
    assert.equal(rig.upstream.chats[3]?.body['temperature'], 0.1);
    await rig.stop();
  });

  it('of one model says nothing about another', async () => {
    const rig = await startRig(({ body }) =>
      body.model === 'strict' && body['top_p'] !== undefined
        ? errorReply(400, "'top_p' is not supported")
        : ANSWER,
    );
    for (const model of ['strict', 'other', 'strict']) await rig.post({ ...REQUEST, model, top_p: 0.5 });
    assert.deepEqual(
      rig.upstream.chats.map(({ body }) => [body.model, body['top_p']]),
      [
        ['strict', 0.5],
        ['strict', undefined],
        ['other', 0.5],
        ['strict', undefined],
      ],
    );
    await rig.stop();
  });

  const TEMPLATES: [words: string, accepts: (chat: ReceivedChat) => boolean, roles: string][] = [
    [
      'Jinja Exception: This model only supports single tool-calls at once!',
      ({ body }) =>
        body.messages.every(
          (message) => message.role !== 'assistant' || (message.tool_calls ?? []).length < 2,
        ),
      'suuatat',
    ],
    ['System role not supported', (chat) => !rolesOf(chat).includes('s'), 'uuatt'],
    [
      'Conversation roles must alternate user/assistant/user/assistant/...',
      (chat) => !/uu|t|^s/.test(rolesOf(chat)),
      'uau',
    ],
  ];
  for (const [words, accepts, roles] of TEMPLATES) {
    it(`of a chat template: ${words}`, async () => {
      const rig = await startRig((chat) => (accepts(chat) ? ANSWER : errorReply(500, words)));
      const first = await responseOf(await rig.post(CONVERSATION));
      assert.equal(textIn(first), 'at last');
      const sent = rig.upstream.chats.at(-1);
      assert.ok(sent);
      assert.equal(rolesOf(sent), roles);
      for (const text of ['Be brief.', 'Context.', 'Run both.', 'first', 'second'])
        assert.ok(sent.text.includes(text));
      const before = rig.upstream.chats.length;
      await rig.post(CONVERSATION);
      assert.equal(rig.upstream.chats.length, before + 1, 'from now on at once');
      assert.equal(rig.upstream.chats.at(-1)?.text, sent.text, 'and in the same bytes');
      await rig.stop();
    });
  }

  it('of images makes the relay send notes instead', async () => {
    const rig = await startRig(({ text }) =>
      text.includes('image_url') ? errorReply(500, 'image input is not supported - hint: mmproj') : ANSWER,
    );
    const content = [
      { type: 'input_text', text: 'see' },
      { type: 'input_image', image_url: 'data:image/png;base64,AA==' },
    ];
    const reply = await rig.post({ model: 'm', input: [{ type: 'message', role: 'user', content }] });
    assert.equal(textIn(await responseOf(reply)), 'at last');
    assert.match(String(rig.upstream.chats[1]?.body.messages[0]?.content), /see\n\[an image was here/);
    assert.match(warningsOf(rig).join(), /refuses images for m: notes instead from now on/);
    await rig.stop();
  });

  it('of one image teaches nothing about the next one', async () => {
    const rig = await startRig(({ text }) =>
      text.includes('heic') ? errorReply(400, 'Unsupported image format: image/heic') : ANSWER,
    );
    for (const kind of ['heic', 'png']) {
      const content = [{ type: 'input_image', image_url: `data:image/${kind};base64,AA==` }];
      const reply = await rig.post({ model: 'm', input: [{ type: 'message', role: 'user', content }] });
      assert.equal(textIn(await responseOf(reply)), 'at last');
    }
    assert.deepEqual(
      rig.upstream.chats.map(({ text }) => text.includes('image_url')),
      [true, false, true],
    );
    assert.ok(rig.log.some((line) => line.endsWith('notes instead of all of them in this request')));
    await rig.stop();
  });

  it('of a limit on the answer lowers it', async () => {
    const rig = await startRig(
      ({ body }) =>
        Number(body['max_completion_tokens']) > 40_960
          ? errorReply(
              400,
              '`max_completion_tokens` must be less than or equal to `40960`, the maximum value for `max_completion_tokens` is less than the `context_window` for this model',
            )
          : ANSWER,
      { provider: 'groq' },
    );
    await rig.post({ model: 'openai/gpt-oss-120b', input: 'hi', max_output_tokens: 64_000 });
    assert.equal(rig.upstream.chats[1]?.body['max_completion_tokens'], 40_960);
    await rig.stop();
  });

  it('is not confused with a full window, a bad key, an empty account or a rate limit', async () => {
    const OTHERS = [
      errorReply(400, 'This model does not support prompts this long: the prompt is too long, temperature'),
      errorReply(401, 'Unsupported key, temperature'),
      errorReply(402, "'temperature' is not supported"),
      errorReply(429, "'temperature' is not supported", { headers: { 'retry-after': '60' } }),
    ];
    for (const reply of OTHERS) {
      const rig = await startRig(() => reply);
      await rig.post({ ...REQUEST, temperature: 0.1 });
      assert.equal(rig.upstream.chats.length, 1);
      await rig.stop();
    }
  });
});

describe('a request that fails', () => {
  const CAUSES: [what: string, reply: Parameters<typeof jsonReply>, words: RegExp][] = [
    [
      'llama.cpp',
      [{ error: { code: 500, message: 'Failed to load model', type: 'server_error' } }, 500],
      /Failed to load model/,
    ],
    ['vLLM', [{ object: 'error', message: 'EngineCore died', code: 500 }, 500], /EngineCore died/],
    [
      'Ollama',
      [{ error: 'llama runner process has terminated' }, 500],
      /llama runner process has terminated/,
    ],
    ['a list', [[{ error: { message: 'in a list' } }], 400], /in a list/],
    [
      'JSON in a message',
      [{ error: { message: '{"error":{"message":"inner cause"}}' } }, 400],
      /\): inner cause/,
    ],
  ];
  for (const [what, reply, words] of CAUSES) {
    it(`has the server’s own cause in its error, its report and the log: ${what}`, async () => {
      const reports: (string | undefined)[] = [];
      const scripted = jsonReply(...reply);
      const rig = await startRig(
        () => ({ ...scripted, headers: { ...scripted.headers, 'retry-after': '30' } }),
        {
          onRequest: ({ error }) => reports.push(error?.message),
        },
      );
      assert.match((await errorOf(await rig.post(REQUEST))).message, words);
      assert.match(reports.at(-1) ?? '', words);
      assert.match(rig.log.join('\n'), words);
      await rig.stop();
    });
  }

  it('for lack of room has the numbers in the log, which Codex does not show', async () => {
    const words = 'request (11560 tokens) exceeds the available context size (8192 tokens)';
    const rig = await startRig(() => errorReply(400, words));
    await allEvents(await rig.post({ ...REQUEST, stream: true }, AS_CODEX));
    assert.ok(rig.log.some((line) => line.includes(words)));
    await rig.stop();
  });

  it('hides keys that the server quotes', async () => {
    const apiKey = 'sk-secret/0123456789';
    const quoted = `bad key ${apiKey}, escaped sk-secret\\/0123456789, sent as Bearer gateway-own-key-1`;
    const rig = await startRig(() => errorReply(401, quoted), { apiKey });
    const { message } = await errorOf(await rig.post(REQUEST));
    assert.doesNotMatch(message + rig.log.join(), /0123456789|gateway-own-key/);
    assert.match(message, /bad key \[key\]/);
    await rig.stop();
  });
});

describe('waits before another attempt', () => {
  it('are reported while they last, and end when the host says so', async () => {
    const reports: RequestReport[] = [];
    const waiting = Promise.withResolvers<Waiting>();
    const busy = errorReply(429, 'slow down', { headers: { 'retry-after': '15' } });
    const rig = await startRig([busy, streamReply(textChunks('hi'))], {
      onRequest: (report) => {
        reports.push(report);
        if (report.waiting) waiting.resolve(report.waiting);
      },
    });
    const before = Date.now();
    const answer = rig.post(REQUEST);
    const { until, code, message } = await waiting.promise;
    assert.ok(until >= before + 15_000);
    assert.equal(code, 'rate_limit_exceeded');
    assert.match(message, /slow down/);
    rig.relay.resetTargets();
    assert.equal((await answer).status, 200);
    assert.deepEqual(
      reports.map(({ state, waiting }) => `${state} ${waiting ? 'waits' : 'works'}`),
      ['running works', 'running waits', 'running works', 'completed works'],
    );
    await rig.stop();
  });
});

describe('a client that tries again by itself', () => {
  for (const status of [429, 500, 503]) {
    it(`gets a failure at once, with the wait: ${status}`, async () => {
      const rig = await startRig(() => errorReply(status, 'busy', { headers: { 'retry-after': '7' } }));
      const reply = await rig.post(REQUEST, { 'x-stainless-retry-count': '0' });
      assert.deepEqual([reply.status, reply.headers.get('retry-after')], [status, '7']);
      assert.equal(rig.upstream.chats.length, 1);
      await rig.stop();
    });
  }

  it('still has refusals recovered from', async () => {
    const rig = await startRig(({ body }) =>
      body['top_p'] === undefined ? ANSWER : errorReply(400, "'top_p' is not supported"),
    );
    const reply = await rig.post({ ...REQUEST, top_p: 0.5 }, { 'x-stainless-retry-count': '0' });
    assert.equal(textIn(await responseOf(reply)), 'at last');
    await rig.stop();
  });
});

describe("a client's ChatGPT sign-in", () => {
  const token = (payload: object) =>
    ['{"alg":"RS256"}', JSON.stringify(payload), 'signature']
      .map((part) => Buffer.from(part).toString('base64url'))
      .join('.');
  const SIGN_INS = [
    { iss: 'https://auth.openai.com', sub: 'x' },
    { iss: 'https://auth.openai.com/', aud: ['https://api.openai.com/v1'] },
    { 'https://api.openai.com/auth': { chatgpt_plan_type: 'plus' } },
  ];
  for (const payload of SIGN_INS) {
    it(`does not go to another host: ${JSON.stringify(payload)}`, async () => {
      const rig = await startRig([ANSWER]);
      const reply = await rig.post(REQUEST, { authorization: `Bearer ${token(payload)}` });
      assert.equal(reply.status, 401);
      assert.match((await errorOf(reply)).message, /ChatGPT sign-in.*--api-key/);
      assert.equal(rig.upstream.chats.length, 0);
      await rig.stop();
    });
  }

  it('is left out for a server that needs no key', async () => {
    const rig = await startRig([ANSWER], { provider: 'ollama' });
    const reply = await rig.post(REQUEST, { authorization: `Bearer ${token(SIGN_INS[0] ?? {})}` });
    assert.equal(reply.status, 200);
    assert.equal(rig.upstream.chats[0]?.headers.authorization, undefined);
    await rig.stop();
  });

  it('is distinguished from other keys, which are passed on', async () => {
    for (const bearer of ['sk-other', 'eyJub3QgYSB0b2tlbg', token({ iss: 'https://login.example.com' })]) {
      const rig = await startRig([ANSWER]);
      await rig.post(REQUEST, { authorization: `Bearer ${bearer}` });
      assert.equal(rig.upstream.chats[0]?.headers.authorization, `Bearer ${bearer}`);
      await rig.stop();
    }
  });
});
