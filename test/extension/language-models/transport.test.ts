/** VS Code's models behind the real relay: a model is played, everything else is as in the extension. */
import assert from 'node:assert/strict';
import type {
  AnswerPart,
  LanguageModel,
  ModelRequest,
} from '../../../src/extension/language-models/language-model.ts';
import { withLanguageModels } from '../../../src/extension/language-models/transport.ts';
import { type RelayHandle, type RelayOptions, type RequestReport, start } from '../../../src/index.ts';
import { asObject, type JsonObject } from '../../../src/json.ts';
import { SILENT_LOGGER } from '../../../src/logger.ts';
import type { UpstreamTransport } from '../../../src/relay/transport.ts';
import { createNodeHttpTransport } from '../../../src/relay/upstream/node-http-transport.ts';
import { startScriptedUpstream, streamReply, textChunks } from '../../support/scripted-upstream.ts';

const HELLO: AnswerPart = { kind: 'text', text: 'Hello.' };
const TOOL = { type: 'function', name: 'shell', parameters: { type: 'object', properties: {} } };

type Play = (
  request: ModelRequest,
  signal: AbortSignal,
) => AsyncIterable<AnswerPart> | Promise<AsyncIterable<AnswerPart>>;

async function* parts(...given: AnswerPart[]): AsyncGenerator<AnswerPart> {
  yield* given;
}

// biome-ignore lint/correctness/useYield: it fails before it says anything.
async function* failing(error: unknown): AsyncGenerator<AnswerPart> {
  throw error;
}

function played(play: Play, more: Partial<LanguageModel> = {}): LanguageModel {
  return {
    id: 'copilot/gpt-5-mini',
    vendor: 'copilot',
    name: 'GPT-5 mini',
    maxInputTokens: 128_000,
    callsTools: true,
    takesImages: true,
    send: async (request, signal) => play(request, signal),
    countTokens: async (text) => text.split(/\s+/).length,
    ...more,
  };
}

/** An error as VS Code throws it. */
function modelError(fields: { message?: string; code?: string; name?: string; cause?: unknown }): Error {
  const { message = '', cause, ...names } = fields;
  return Object.assign(new Error(message, { cause }), names);
}

const NO_NETWORK: UpstreamTransport = async ({ url }) => assert.fail(`asked ${url}`);

describe("VS Code's own models", () => {
  const relays: RelayHandle[] = [];
  afterEach(async () => {
    for (const relay of relays.splice(0)) await relay.stop();
  });

  async function relayTo(
    models: readonly LanguageModel[],
    options: RelayOptions = {},
    network = NO_NETWORK,
  ): Promise<RelayHandle> {
    const transport = withLanguageModels(network, { list: async () => models }, SILENT_LOGGER);
    const relay = await start({
      port: 0,
      provider: 'vscode',
      model: 'copilot/gpt-5-mini',
      transport,
      ...options,
    });
    relays.push(relay);
    return relay;
  }

  async function ask({ url }: RelayHandle, body: object = {}, init: RequestInit = {}): Promise<JsonObject> {
    const reply = await fetch(`${url}/v1/responses`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', originator: 'codex_exec' },
      body: JSON.stringify({ model: 'codex-relay', input: 'Hi', ...body }),
      ...init,
    });
    const text = await reply.text();
    return reply.ok ? JSON.parse(text) : { status: reply.status, text };
  }

  it('answer with text, thinking and calls, like any provider', async () => {
    let seen: ModelRequest | undefined;
    const relay = await relayTo([
      played((request) => {
        seen = request;
        return parts(
          { kind: 'thinking', text: 'Let me see.' },
          { kind: 'text', text: 'I run ' },
          { kind: 'text', text: 'it.' },
          { kind: 'call', callId: 'c1', name: 'shell', input: { cmd: 'ls' } },
          { kind: 'call', callId: 'c2', name: 'shell', input: {} },
        );
      }),
    ]);
    const { output, usage } = await ask(relay, { tools: [TOOL], instructions: 'Be brief.' });
    assert.ok(Array.isArray(output));
    const [reasoning, message, ...calls] = output.map(asObject);
    assert.match(JSON.stringify(reasoning), /"type":"reasoning".*Let me see\./);
    assert.match(JSON.stringify(message), /I run it\./);
    assert.deepEqual(
      calls.map((call) => [call?.['call_id'], call?.['name'], call?.['arguments']]),
      [
        ['c1', 'shell', '{"cmd":"ls"}'],
        ['c2', 'shell', '{}'],
      ],
    );
    assert.deepEqual(seen?.messages, [
      { role: 'user', parts: [{ kind: 'text', text: 'Be brief.' }] },
      { role: 'user', parts: [{ kind: 'text', text: 'Hi' }] },
    ]);
    assert.equal(seen?.tools[0]?.name, 'shell');
    assert.ok(Number(asObject(usage)?.['input_tokens']) > 2, 'counted by the tokenizer');
  });

  it('pass on the counts that came with the answer, and none if nobody counts', async () => {
    const told = await relayTo([
      played(() =>
        parts(HELLO, {
          kind: 'usage',
          usage: {
            prompt_tokens: 900,
            completion_tokens: 7,
            prompt_tokens_details: { cached_tokens: 800 },
          },
        }),
      ),
    ]);
    const { usage } = await ask(told);
    assert.equal(asObject(usage)?.['input_tokens'], 900);
    assert.deepEqual(asObject(asObject(usage)?.['input_tokens_details'])?.['cached_tokens'], 800);
    const mute = await relayTo([
      played(() => parts(HELLO), { countTokens: () => Promise.reject(new Error('no tokenizer')) }),
    ]);
    assert.equal((await ask(mute))['usage'], null);
    const slow = await relayTo([played(() => parts(HELLO), { countTokens: () => new Promise(() => {}) })]);
    const { status, usage: none } = await ask(slow);
    assert.deepEqual([status, none], ['completed', null]);
  });

  it('are listed with their windows and abilities, and no key is asked for', async () => {
    const relay = await relayTo([
      played(() => parts(HELLO)),
      played(() => parts(HELLO), { id: 'other/blind', takesImages: false, maxInputTokens: 20_000 }),
      played(() => parts(HELLO), { id: 'other/chatty', callsTools: false, maxInputTokens: 0 }),
    ]);
    const reply = await fetch(`${relay.url}/v1/models?client_version=0.171.0`);
    const { data, models } = (await reply.json()) as { data: JsonObject[]; models: JsonObject[] };
    assert.deepEqual(
      data.map(({ id, context_length }) => [id, context_length]),
      [
        ['copilot/gpt-5-mini', 128_000],
        ['other/blind', 20_000],
        ['other/chatty', undefined],
      ],
    );
    const entries = models.map(({ slug, context_window, input_modalities, display_name }) => [
      slug,
      context_window,
      String(input_modalities),
      display_name,
    ]);
    assert.deepEqual(entries.slice(1), [
      ['copilot/gpt-5-mini', 128_000, 'text,image', 'GPT-5 mini'],
      ['other/blind', 20_000, 'text', 'GPT-5 mini'],
    ]);
  });

  const FAILURES: readonly [what: string, error: unknown, told: RegExp, code: string][] = [
    [
      'consent was refused',
      modelError({ code: 'NoPermissions', message: "Language model 'x' cannot be used by 'y'." }),
      /cannot be used by 'y'\. Allow Codex Relay .*Manage Language Model Access/,
      'forbidden',
    ],
    ['it is blocked', modelError({ code: 'Blocked' }), /blocks Codex Relay for now/, 'insufficient_quota'],
    [
      'the quota is used up',
      modelError({ name: 'ChatQuotaExceeded', message: 'You have used up your premium requests' }),
      /used up your premium requests\. Wait until the quota renews/,
      'insufficient_quota',
    ],
    [
      'the quota is used up, told in a cause',
      modelError({ code: 'Unknown', cause: modelError({ name: 'ChatQuotaExceeded', message: 'No more' }) }),
      /No more\. Wait until the quota renews/,
      'insufficient_quota',
    ],
    [
      'the rate is limited',
      modelError({ name: 'ChatRateLimited', message: 'Sorry, slow down' }),
      /slow down/,
      'rate_limit_exceeded',
    ],
    ['the model is gone', modelError({ code: 'NotFound', message: 'unknown' }), /unknown/, 'model_not_found'],
    [
      'the filter finds it off topic',
      modelError({ code: 'Unknown', cause: new Error('Response got filtered: off_topic') }),
      /off_topic\. The model only answers what it takes for programming/,
      'invalid_prompt',
    ],
    [
      'the prompt is too long',
      new Error('Message exceeds token limit.'),
      /no longer fits the context window/,
      'context_length_exceeded',
    ],
    ['its provider fails', new Error('Request failed: 502 bad gateway'), /502 bad gateway/, 'upstream_error'],
    ['its extension fails', 'oops', /oops/, 'upstream_error'],
  ];
  for (const [what, error, told, code] of FAILURES) {
    for (const [when, play] of [
      ['before the first part', () => Promise.reject(error)],
      ['in place of the first part', () => failing(error)],
      [
        'in the middle',
        async function* () {
          yield HELLO;
          throw error;
        },
      ],
    ] as const) {
      it(`${what}, ${when}: it is told, with its cure`, async () => {
        const reports: RequestReport[] = [];
        const relay = await relayTo([played(play)], { onRequest: (report) => void reports.push(report) });
        await ask(relay);
        const failed = reports.at(-1)?.error;
        assert.match(failed?.message ?? '', told);
        assert.equal(failed?.code, code);
      });
    }
  }

  it('distinguish a missing model from no models at all', async () => {
    const reports: RequestReport[] = [];
    const onRequest = (report: RequestReport) => void reports.push(report);
    await ask(await relayTo([], { onRequest }));
    assert.match(
      reports.at(-1)?.error?.message ?? '',
      /offers no language model\. Sign in to GitHub Copilot/,
    );
    await ask(await relayTo([played(() => parts(HELLO), { id: 'other/one' })], { onRequest }));
    assert.match(reports.at(-1)?.error?.message ?? '', /does not offer "copilot\/gpt-5-mini" now/);
  });

  it('end at once when the client leaves, even if they ignore cancellation', async () => {
    const left = Promise.withResolvers<void>();
    const began = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<RequestReport>();
    const relay = await relayTo(
      [
        played(async function* (_, signal) {
          signal.addEventListener('abort', () => left.resolve(), { once: true });
          yield HELLO;
          began.resolve();
          await new Promise(() => {});
        }),
      ],
      { onRequest: (report) => report.state !== 'running' && ended.resolve(report) },
    );
    const client = new AbortController();
    const asked = ask(relay, { stream: true }, { signal: client.signal }).catch(() => undefined);
    await began.promise;
    client.abort();
    await asked;
    await left.promise;
    assert.equal((await ended.promise).state, 'cancelled');
  });

  it('stand in for others, and others for them', async () => {
    const OK = streamReply(textChunks('From the network.'));
    const upstream = await startScriptedUpstream(
      ({ body }) => (body.model === 'broken' ? { status: 500, body: [] } : OK),
      ['sound', 'broken'],
    );
    let isOut = false;
    const model = played(() => (isOut ? failing(modelError({ name: 'ChatQuotaExceeded' })) : parts(HELLO)));
    const relay = await relayTo(
      [model],
      {
        upstreams: [
          { provider: 'vscode', model: 'copilot/gpt-5-mini' },
          { id: 'net', upstream: upstream.url, provider: 'openai-compatible', apiKey: 'key-of-net' },
        ],
        fallbacks: {
          'net/broken': ['vscode/copilot/gpt-5-mini'],
          'vscode/copilot/gpt-5-mini': ['net/sound'],
        },
      },
      createNodeHttpTransport(),
    );
    await relay.learnModels();
    assert.match(JSON.stringify(await ask(relay, { model: 'net/broken' })), /Hello\./);
    assert.match(JSON.stringify(await ask(relay, { model: 'net/sound' })), /From the network\./);
    isOut = true;
    assert.match(JSON.stringify(await ask(relay, { model: 'codex-relay' })), /From the network\./);
    await upstream.stop();
  });
});
