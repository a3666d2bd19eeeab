/** Images for models that cannot see: described once by another model, over real sockets. */
import assert from 'node:assert/strict';
import {
  RelayError,
  type RelayHandle,
  type RelayOptions,
  type RequestReport,
  start,
} from '../../../src/index.ts';
import type { ResponseResource } from '../../../src/wire/responses.ts';
import { assertEventRules } from '../../support/event-rules.ts';
import { eventsOf } from '../../support/relay-client.ts';
import {
  errorReply,
  type ReceivedChat,
  type Script,
  type ScriptedReply,
  type ScriptedUpstream,
  startScriptedUpstream,
  streamReply,
  textChunks,
  usageChunk,
} from '../../support/scripted-upstream.ts';

const png = (name: string) => `data:image/png;base64,${Buffer.from(name).toString('base64')}`;
const image = (url: string) => ({ type: 'input_image', image_url: url });
const shows = (...urls: string[]) => ({ role: 'user', content: urls.map(image) });
const said = (text: string) => ({ role: 'assistant', content: text });

/** What the model that sees is shown, and says of it. */
const shownTo = ({ text }: Pick<ReceivedChat, 'text'>) => /"url":"([^"]+)"/.exec(text)?.[1] ?? '';
const describes: Script = (chat) =>
  streamReply(textChunks('It shows ', `${shownTo(chat)}.`), usageChunk(700, 30));
const words = (url: string) =>
  `[an image was here; another model describes it:]\nIt shows ${url}.\n[end of the description]`;

interface House {
  relay: RelayHandle;
  blind: ScriptedUpstream;
  eye: ScriptedUpstream;
  reports: RequestReport[];
  log: string[];
  ask(input: unknown, more?: object, headers?: Record<string, string>): Promise<ResponseResource>;
}

describe('images for models that cannot see', () => {
  const ends: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).toReversed()) await end();
  });

  async function house(
    options: Partial<RelayOptions> & { eyes?: Script; answers?: Script } = {},
  ): Promise<House> {
    const { eyes = describes, answers = () => streamReply(textChunks('OK')), ...more } = options;
    const blind = await startScriptedUpstream(answers, ['b', { id: 'open', supports_vision: true } as never]);
    const eye = await startScriptedUpstream(eyes, [
      { id: 'e', supports_vision: true } as never,
      { id: 'e2', supports_vision: true } as never,
    ]);
    const reports: RequestReport[] = [];
    const log: string[] = [];
    const line = (message: string) => void log.push(message);
    const custom = { provider: 'openai-compatible' } as const;
    const relay = await start({
      port: 0,
      upstreams: [
        { ...custom, id: 'blind', name: 'Blind', upstream: blind.url, apiKey: 'key-b', model: 'b' },
        { ...custom, id: 'eye', name: 'Eye', upstream: eye.url, apiKey: 'key-e', model: 'e' },
      ],
      visionModel: 'eye/e',
      onRequest: (report) => void reports.push(report),
      logger: { debug: line, info: line, warn: line, error: line },
      ...more,
    });
    ends.push(async () => {
      await relay.stop();
      await blind.stop();
      await eye.stop();
    });
    const ask = async (input: unknown, body: object = {}, headers: Record<string, string> = {}) => {
      const reply = await fetch(`${relay.url}/v1/responses`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ model: 'blind/b', input, store: false, ...body }),
      });
      return (await reply.json()) as ResponseResource;
    };
    return { relay, blind, eye, reports, log, ask };
  }

  /** A client that names its turns, as Codex does. */
  const turn = (id: string) => ({
    'thread-id': 'thread-1',
    'x-codex-turn-metadata': JSON.stringify({ turn_id: id }),
  });
  const messages = (upstream: ScriptedUpstream, at = -1) => upstream.chats.at(at)?.body.messages ?? [];

  const PLACES: readonly [what: string, input: unknown, expected: readonly unknown[]][] = [
    [
      'in a message, between words',
      [
        {
          role: 'user',
          content: [
            { type: 'input_text', text: 'Look' },
            image(png('one')),
            { type: 'input_text', text: 'well' },
          ],
        },
      ],
      [{ role: 'user', content: `Look\n${words(png('one'))}\nwell` }],
    ],
    [
      'by its address',
      [shows('https://example.com/a.png?b=c')],
      [{ role: 'user', content: words('https://example.com/a.png?b=c') }],
    ],
    [
      'in the spelling of Chat Completions',
      [{ role: 'user', content: [{ type: 'image_url', image_url: { url: png('one') } }] }],
      [{ role: 'user', content: words(png('one')) }],
    ],
    [
      "in a tool's output",
      [
        { role: 'user', content: 'Go' },
        { type: 'function_call', call_id: 'c', name: 'view', arguments: '{}' },
        {
          type: 'function_call_output',
          call_id: 'c',
          output: [{ type: 'input_text', text: 'ok' }, image(png('two'))],
        },
      ],
      [
        { role: 'user', content: 'Go' },
        {
          role: 'assistant',
          tool_calls: [{ id: 'c', type: 'function', function: { name: 'view', arguments: '{}' } }],
        },
        { role: 'tool', tool_call_id: 'c', content: `ok\n${words(png('two'))}` },
      ],
    ],
    [
      'more than one',
      [shows(png('one'), png('two'), png('one'))],
      [{ role: 'user', content: [png('one'), png('two'), png('one')].map(words).join('\n') }],
    ],
  ];
  for (const [what, input, expected] of PLACES) {
    it(`are replaced in place: ${what}`, async () => {
      const { blind, eye, ask } = await house();
      const response = await ask(input);
      assert.equal(response.status, 'completed');
      assert.deepEqual(messages(blind), expected);
      const distinct = new Set(JSON.stringify(input).match(/(?:data:|https:)[^"]+/g));
      assert.deepEqual(eye.chats.map(shownTo).toSorted(), [...distinct].toSorted());
      for (const { headers, body } of eye.chats) {
        assert.equal(headers.authorization, 'Bearer key-e');
        assert.equal(body.model, 'e');
        assert.match(JSON.stringify(body.messages), /Describe this image/);
      }
    });
  }

  it('are described in any script', async () => {
    const { blind, ask } = await house({ eyes: () => streamReply(textChunks('一只猫。')) });
    await ask([shows(png('one'))]);
    assert.match(String(messages(blind)[0]?.content), /\n一只猫。\n/);
  });

  it('are described once: in later turns, in other requests at the same time, under another type', async () => {
    const { blind, eye, ask } = await house();
    const first = [shows(png('one'))];
    await Promise.all([ask(first), ask(first), ask([{ role: 'user', content: 'x' }, ...first])]);
    await ask([...first, said('OK'), { role: 'user', content: 'And now?' }]);
    await ask([shows(png('one').replace('image/png', 'image/webp'))]);
    assert.equal(eye.chats.length, 1);
    assert.deepEqual(messages(blind, 3).slice(0, 1), messages(blind, 0));
  });

  it('beyond the first eight of a turn are not described, and the prompt stays the same in later turns', async () => {
    const { blind, eye, ask } = await house();
    const urls = Array.from({ length: 11 }, (_, at) => png(`image ${at}`));
    const first = [shows(...urls)];
    await ask(first, {}, turn('1'));
    assert.equal(eye.chats.length, 8);
    const content = String(messages(blind)[0]?.content);
    assert.equal(content.split('only the first 8 images of a turn are described').length, 4);
    assert.ok(urls.slice(0, 8).every((url) => content.includes(words(url))));
    await ask([...first, said('OK'), shows(png('new'))], {}, turn('2'));
    assert.equal(eye.chats.length, 9);
    assert.deepEqual(messages(blind)[0], messages(blind, 0)[0]);
    assert.equal(messages(blind)[2]?.content, words(png('new')));
  });

  it('of a long history are described eight a turn, the newest first', async () => {
    const { blind, eye, ask } = await house();
    const history = Array.from({ length: 10 }, (_, at) => [shows(png(`image ${at}`)), said('OK')]).flat();
    const input = [...history, { role: 'user', content: 'Well?' }];
    await ask(input, {}, turn('1'));
    await ask(input, {}, turn('1'));
    assert.equal(eye.chats.length, 8);
    assert.match(String(messages(blind)[0]?.content), /not described yet/);
    assert.equal(messages(blind)[18]?.content, words(png('image 9')));
    await ask([...input, said('OK'), { role: 'user', content: 'And?' }], {}, turn('2'));
    assert.equal(eye.chats.length, 10);
    assert.equal(messages(blind)[0]?.content, words(png('image 0')));
  });

  const FAILURES: readonly [what: string, reply: ScriptedReply, code: string, again: boolean][] = [
    ['the key is refused', errorReply(401, 'Incorrect API key'), 'upstream_unauthorized', true],
    [
      'the rate is limited',
      errorReply(429, 'Slow down', { headers: { 'retry-after': '300' } }),
      'rate_limit_exceeded',
      true,
    ],
    ['the image is refused', errorReply(400, 'Could not process'), 'invalid_prompt', false],
    ['nothing is said', streamReply(textChunks('')), 'upstream_error', true],
    ['nothing is seen', streamReply(textChunks('**No image.**')), 'upstream_error', true],
    [
      'it breaks off',
      { body: ['data: {"error":{"message":"boom","code":500}}\n\n'] },
      'upstream_error',
      true,
    ],
  ];
  for (const [what, reply, code, again] of FAILURES) {
    it(`that cannot be described (${what}) fail no turn, and are noted as such`, async () => {
      const { blind, eye, ask, log, relay } = await house({ eyes: () => reply });
      const first = [shows(png('one'))];
      const response = await ask(first, {}, turn('1'));
      assert.equal(response.status, 'completed');
      const told = `[an image was here; it could not be described (${code})]`;
      assert.equal(messages(blind)[0]?.content, told);
      assert.ok(
        log.some((line) => line.includes(`Eye e failed: ${code}`) || /: e described nothing/.test(line)),
      );
      const asked = eye.chats.length;
      await ask([...first, said('OK')], {}, turn('1'));
      assert.equal(eye.chats.length, asked, 'not once more in the same turn');
      assert.deepEqual(messages(blind)[0], messages(blind, 0)[0]);
      relay.resetTargets();
      await ask([...first, said('OK'), { role: 'user', content: 'And?' }], {}, turn('2'));
      assert.equal(eye.chats.length > asked, again);
      assert.deepEqual(messages(blind)[0], messages(blind, 0)[0]);
    });
  }

  const SIGHTLESS: readonly [what: string, eyes: Script][] = [
    [
      'refuses all images',
      ({ text }) =>
        text.includes('image_url')
          ? errorReply(400, 'This model does not support image input')
          : streamReply(textChunks('I see nothing.')),
    ],
    [
      'refuses this image',
      ({ text }) =>
        text.includes('image_url')
          ? errorReply(400, 'Unsupported image format')
          : streamReply(textChunks('I see nothing.')),
    ],
  ];
  for (const [what, eyes] of SIGHTLESS) {
    it(`are not described by a model that did not see them: it ${what}`, async () => {
      const { blind, eye, ask } = await house({ eyes });
      // What it is asked directly may go without its image, and teaches that images are refused.
      await ask([shows(png('one'))], { model: 'eye/e' });
      const asked = eye.chats.length;
      assert.equal((await ask([shows(png('one'))])).status, 'completed');
      assert.match(String(messages(blind)[0]?.content), /could not be described \(invalid_prompt\)/);
      assert.ok(eye.chats.slice(asked).every(({ text }) => text.includes('image_url')));
    });
  }

  it('are not described by a model whose dialect has no images', async () => {
    const { blind, eye, ask, relay, log } = await house();
    const custom = { provider: 'openai-compatible' } as const;
    relay.serve(
      [
        { ...custom, id: 'blind', upstream: blind.url, apiKey: 'key-b', model: 'b' },
        { id: 'eye', provider: 'deepseek', upstream: eye.url, apiKey: 'key-e', model: 'deepseek-v4-pro' },
      ],
      'blind',
      { visionModel: 'eye/deepseek-v4-pro' },
    );
    await ask([shows(png('one'))]);
    assert.equal(eye.chats.length, 0);
    assert.match(String(messages(blind)[0]?.content), /could not be described \(invalid_prompt\)/);
    assert.ok(log.some((line) => /deepseek-v4-pro .*reads text only.*Name another model/.test(line)));
  });

  it('are described in a later turn once that is possible', async () => {
    let isDown = true;
    const eyes: Script = (chat, at) =>
      isDown || typeof describes !== 'function' ? errorReply(401, 'Incorrect API key') : describes(chat, at);
    const { blind, ask, relay } = await house({ eyes });
    await ask([shows(png('one'))], {}, turn('1'));
    isDown = false;
    relay.resetTargets();
    await ask([shows(png('one')), said('OK'), { role: 'user', content: 'And?' }], {}, turn('2'));
    assert.equal(messages(blind)[0]?.content, words(png('one')));
  });

  it('go unchanged to a model that sees, and to the one that describes', async () => {
    const { blind, eye, ask } = await house();
    await ask([shows(png('one'))], { model: 'blind/open' });
    assert.match(JSON.stringify(messages(blind)), /"image_url"/);
    assert.equal(eye.chats.length, 0);
    await ask([shows(png('one'))], { model: 'eye/e' });
    assert.equal(eye.chats.length, 1);
    assert.match(JSON.stringify(messages(eye)), /"image_url"/);
    assert.doesNotMatch(JSON.stringify(messages(eye)), /Describe this image/);
  });

  it('are described for the stand-in of a model that sees', async () => {
    const { blind, eye, ask, relay } = await house({
      answers: ({ body }) =>
        body.model === 'open' ? errorReply(401, 'Incorrect API key') : streamReply(textChunks('OK')),
      fallbacks: { 'blind/open': ['blind/b'] },
    });
    await relay.learnModels();
    const response = await ask([shows(png('one'))], { model: 'blind/open', prompt_cache_key: 'thread-9' });
    assert.equal(response.status, 'completed');
    assert.match(JSON.stringify(messages(blind, 0)), /"image_url"/);
    assert.equal(messages(blind)[0]?.content, words(png('one')));
    assert.equal(eye.chats.length, 1);
  });

  it('go to no stand-in of the model that describes them', async () => {
    const { blind, eye, ask } = await house({
      eyes: () => errorReply(402, 'Insufficient Balance'),
      fallbacks: { '*': ['eye/e2', 'blind/b'] },
    });
    assert.equal((await ask([shows(png('one'))])).status, 'completed');
    assert.match(String(messages(blind)[0]?.content), /could not be described \(insufficient_quota\)/);
    assert.deepEqual(
      eye.chats.map(({ body }) => body.model),
      ['e'],
    );
  });

  it('are shown to the other keys of its provider', async () => {
    const { relay, blind, eye, ask } = await house({
      eyes: (chat, at) =>
        chat.headers.authorization !== 'Bearer key-2' || typeof describes !== 'function'
          ? errorReply(401, 'Incorrect API key')
          : describes(chat, at),
    });
    const custom = { provider: 'openai-compatible', apiKey: 'key-1' } as const;
    relay.serve(
      [
        { ...custom, id: 'blind', upstream: blind.url, model: 'b' },
        { ...custom, id: 'eye', upstream: eye.url, moreApiKeys: ['key-2'] },
      ],
      'blind',
    );
    await ask([shows(png('one'))]);
    assert.equal(messages(blind)[0]?.content, words(png('one')));
  });

  it('go nowhere else if its upstream is replaced', async () => {
    const { relay, blind, eye, ask } = await house();
    const upstream = { provider: 'openai-compatible', upstream: blind.url, apiKey: 'key-b', model: 'b' };
    relay.serve([{ ...upstream, id: 'eye' }], 'eye');
    relay.use({ ...upstream, id: 'blind' });
    await ask([shows(png('one'))]);
    assert.equal(eye.chats.length, 0);
    assert.equal(blind.chats.length, 1);
    assert.ok(relay.catalog().every(({ describesImages }) => describesImages === undefined));
  });

  it('are reported with what they used, in the thread and turn that needed them', async () => {
    const { ask, reports } = await house();
    await ask([shows(png('one'))], {}, turn('7'));
    const ended = reports.filter(({ state }) => state === 'completed');
    const [seen, answer] = ended;
    assert.deepEqual(
      ended.map(({ role, upstream, upstreamModel }) => [role, upstream, upstreamModel]),
      [
        ['vision', 'eye', 'e'],
        [undefined, 'blind', 'b'],
      ],
    );
    assert.deepEqual([seen?.usage?.inputTokens, seen?.usage?.outputTokens], [700, 30]);
    assert.ok(seen?.thread);
    assert.deepEqual([seen.thread, seen.turn], [answer?.thread, answer?.turn]);
  });

  it('are not described on a budget that is used up', async () => {
    const { blind, eye, ask } = await house({
      budget: {
        allow: async ({ upstream }) => {
          if (upstream === 'eye') throw new RelayError('insufficient_quota', 'No more money for Eye.');
        },
      },
    });
    assert.equal((await ask([shows(png('one'))])).status, 'completed');
    assert.equal(eye.chats.length, 0);
    assert.match(String(messages(blind)[0]?.content), /could not be described \(insufficient_quota\)/);
  });

  it('leave the events of a stream in order, however long it takes', async () => {
    const shown = Promise.withResolvers<void>();
    const eyes: Script = async (chat, at) => {
      await shown.promise;
      return typeof describes === 'function' ? describes(chat, at) : errorReply(500, '');
    };
    const { relay } = await house({ eyes, keepAliveMs: 20 });
    const reply = await fetch(`${relay.url}/v1/responses`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'blind/b', input: [shows(png('one'))], stream: true }),
    });
    // The stream has begun while the image is being described.
    shown.resolve();
    const events = [];
    for await (const event of eventsOf(reply)) events.push(event);
    assert.equal(events[0]?.type, 'response.created');
    assert.equal(events.at(-1)?.type, 'response.completed');
    assertEventRules(events);
  });

  it('keep no client waiting that has left, but are described for its next request', async () => {
    const shown = Promise.withResolvers<void>();
    const eyes: Script = async (chat, at) => {
      await shown.promise;
      return typeof describes === 'function' ? describes(chat, at) : errorReply(500, '');
    };
    const left = Promise.withResolvers<void>();
    const { relay, eye, blind, ask } = await house({
      eyes,
      onRequest: ({ state, role }) => state === 'cancelled' && role === undefined && left.resolve(),
    });
    const client = new AbortController();
    const gone = fetch(`${relay.url}/v1/responses`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'blind/b', input: [shows(png('one'))] }),
      signal: client.signal,
    });
    await eye.chat(0);
    client.abort();
    await assert.rejects(gone);
    await left.promise;
    shown.resolve();
    await ask([shows(png('one'))]);
    assert.equal(messages(blind)[0]?.content, words(png('one')));
    assert.equal(eye.chats.length, 1);
  });

  it('are listed as supported, and the log says where they go when that is set', async () => {
    const { relay, log } = await house();
    await relay.learnModels();
    const images = async () => {
      const reply = await fetch(`${relay.url}/v1/models?client_version=0.171.0`);
      const { models } = (await reply.json()) as {
        models: { slug: string; input_modalities: string[] }[];
      };
      return models.map(({ slug, input_modalities }) => [slug, input_modalities.includes('image')]);
    };
    assert.deepEqual(Object.fromEntries(await images()), {
      'codex-relay': true,
      'blind/b': true,
      'blind/open': true,
      'eye/e': true,
      'eye/e2': true,
    });
    assert.ok(
      log.some((line) =>
        /Images for models that cannot see them are sent to Eye \(127\.0\.0\.1:\d+\), where e describes them/.test(
          line,
        ),
      ),
    );
  });

  it('are left to the dialect without such a model, even after it is removed', async () => {
    const { relay, blind, eye, ask, log } = await house();
    const custom = { provider: 'openai-compatible' } as const;
    const upstreams = [
      { ...custom, id: 'blind', upstream: blind.url, apiKey: 'key-b', model: 'b' },
      { ...custom, id: 'eye', upstream: eye.url, apiKey: 'key-e', model: 'e' },
    ];
    relay.serve(upstreams, 'blind', { fallbacks: {}, roles: {} });
    assert.ok(log.includes('Images are no longer described for models that cannot see them.'));
    await ask([shows(png('one'))]);
    assert.equal(eye.chats.length, 0);
    assert.match(JSON.stringify(messages(blind)), /"image_url"/);
    assert.ok(relay.catalog().every(({ describesImages }) => describesImages === undefined));
  });

  it('are described only by a model that is served', async () => {
    for (const visionModel of ['nobody/x', 'e', ''])
      await assert.rejects(house({ visionModel }), /visionModel: ".*" names no upstream/);
  });
});
