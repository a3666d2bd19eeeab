/** What real model servers were found to do, held against the whole relay without the servers. */
import assert from 'node:assert/strict';
import { type RelayHandle, type RelayOptions, start } from '../../src/index.ts';
import type { JsonObject } from '../../src/json.ts';
import type { ResponseResource } from '../../src/wire/responses.ts';
import { AS_CODEX } from '../support/relay-client.ts';
import { type ScriptedUpstream, startScriptedUpstream } from '../support/scripted-upstream.ts';
import { llamaServer } from './strict/servers/llamacpp.ts';
import { lmStudioServer } from './strict/servers/lmstudio.ts';
import type { LocalServer } from './strict/servers/model.ts';
import { ollamaServer } from './strict/servers/ollama.ts';
import { vllmServer } from './strict/servers/vllm.ts';

const PIXEL =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const MODEL = 'local';

const TOOL = {
  type: 'function',
  name: 'exec_command',
  parameters: { type: 'object', properties: { cmd: { type: 'string' } }, required: ['cmd'] },
  strict: false,
};

const SAYS = (text: string) => ({ role: 'user', content: [{ type: 'input_text', text }] });
const CALLS = (call_id: string, text = '{"cmd":"ls"}') => ({
  type: 'function_call',
  call_id,
  name: 'exec_command',
  arguments: text,
});
const GIVES = (call_id: string) => ({ type: 'function_call_output', call_id, output: 'a.txt' });

/** Codex's first request begins with two messages of the user. */
const START = [SAYS('<environment_context>'), SAYS('Do it.')];
const TWO_CALLS = [...START, CALLS('c1'), CALLS('c2'), GIVES('c1'), GIVES('c2'), SAYS('And now?')];
const BAD_CALL = [...START, CALLS('c1', '{"cmd": "grep \\d+"}'), GIVES('c1'), SAYS('And now?')];
const PICTURE = [
  ...START,
  { role: 'user', content: [{ type: 'input_image', image_url: PIXEL }] },
  { role: 'assistant', content: [{ type: 'output_text', text: 'A dot.' }] },
  SAYS('And now?'),
];
const FORMAT = {
  format: {
    type: 'json_schema',
    name: 'codex_output_schema',
    strict: true,
    schema: { type: 'object', properties: { title: { type: 'string' } }, required: ['title'] },
  },
};

describe('at model servers of the user', () => {
  let upstream: ScriptedUpstream;
  let relay: RelayHandle;
  let log: string[];

  afterEach(async () => {
    await relay.stop();
    await upstream.stop();
  });

  async function serve(provider: string, server: LocalServer, options: RelayOptions = {}): Promise<void> {
    upstream = await startScriptedUpstream(server.answer, [], server.routes);
    log = [];
    const line = (message: string) => log.push(message);
    const logger = { debug: () => {}, info: line, warn: line, error: line };
    relay = await start({ port: 0, upstream: upstream.url, provider, logger, ...options });
    // Names are spelled as the server lists them once its list is known.
    await relay.models();
  }

  async function ask(fields: JsonObject | object, headers: object = AS_CODEX): Promise<Response> {
    const body = { model: MODEL, stream: true, store: false, tools: [TOOL], input: START, ...fields };
    return await fetch(`${relay.url}/v1/responses`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  }

  /** The response of a request that must succeed, and how often the server was asked for it. */
  async function answerTo(fields: object): Promise<{ response: ResponseResource; asked: number }> {
    const before = upstream.chats.length;
    const reply = await ask(fields);
    const text = await reply.text();
    assert.equal(reply.status, 200, text);
    const last = text.split('\n').findLast((row) => row.startsWith('data: {')) ?? '';
    const { response } = JSON.parse(last.slice('data: '.length)) as { response: ResponseResource };
    assert.equal(response.status, 'completed', JSON.stringify(response.error));
    return { response, asked: upstream.chats.length - before };
  }

  const types = ({ output }: ResponseResource) => output.map(({ type }) => type);

  const SERVERS: [what: string, provider: string, server: () => LocalServer][] = [
    ['llama.cpp', 'llamacpp', () => llamaServer({ model: MODEL })],
    [
      'llama.cpp, a template for one call at a time',
      'llamacpp',
      () => llamaServer({ model: MODEL, template: 'several calls' }),
    ],
    [
      'llama.cpp, a template with alternating roles',
      'llamacpp',
      () => llamaServer({ model: MODEL, template: 'neighbours of one role' }),
    ],
    [
      'llama.cpp behind an address that names nobody',
      'openai-compatible',
      () => llamaServer({ model: MODEL, template: 'several calls' }),
    ],
    ['Ollama, Go template', 'ollama', () => ollamaServer({ model: MODEL, window: 32768 })],
    [
      'Ollama, jinja template',
      'ollama',
      () => ollamaServer({ model: `${MODEL}:latest`, window: 32768, template: 'jinja' }),
    ],
    ['vLLM', 'vllm', () => vllmServer({ model: MODEL })],
    ['LM Studio', 'lmstudio', () => lmStudioServer({ model: MODEL })],
  ];

  const TURNS: [what: string, fields: object, types: string[]][] = [
    ["Codex's first request", {}, ['function_call']],
    ['a history with two calls at once', { input: TWO_CALLS }, ['function_call']],
    ['a history with a call that is no JSON', { input: BAD_CALL }, ['function_call']],
    ['a history with an image', { input: PICTURE }, ['function_call']],
    ['any effort', { reasoning: { effort: 'medium', summary: 'auto' } }, ['function_call']],
    ['the highest effort', { reasoning: { effort: 'xhigh' } }, ['function_call']],
    ['token probabilities', { top_logprobs: 2 }, ['function_call']],
    ['a compaction', { input: TWO_CALLS, tools: [] }, ['message']],
  ];
  for (const [what, provider, server] of SERVERS) {
    describe(what, () => {
      for (const [turn, fields, expected] of TURNS) {
        it(`takes ${turn}, the second time without a refusal`, async () => {
          await serve(provider, server());
          const { response } = await answerTo(fields);
          assert.deepEqual(types(response), expected);
          assert.equal((await answerTo(fields)).asked, 1, log.join('\n'));
        });
      }
    });
  }

  /** A schema is a grammar for these: with it no call is possible. */
  const GRAMMARS: [what: string, provider: string, server: LocalServer][] = [
    ['llama.cpp', 'llamacpp', llamaServer({ model: MODEL })],
    ['Ollama', 'ollama', ollamaServer({ model: MODEL, template: 'jinja', window: 32768 })],
    ['vLLM', 'vllm', vllmServer({ model: MODEL })],
    ['vLLM with a reasoning parser', 'vllm', vllmServer({ model: MODEL, reasoningParser: true })],
    ['an unknown endpoint', 'openai-compatible', vllmServer({ model: MODEL })],
  ];
  for (const [what, provider, server] of GRAMMARS) {
    it(`lets the model of ${what} call tools although its answer has a schema`, async () => {
      await serve(provider, server);
      assert.deepEqual(types((await answerTo({ text: FORMAT })).response), ['function_call']);
    });
  }

  it('takes the call that llama.cpp requires of a model, and what the model says before it', async () => {
    await serve('llamacpp', llamaServer({ model: MODEL }));
    const { response } = await answerTo({ tool_choice: 'required' });
    assert.deepEqual(types(response), ['message', 'function_call']);
    const call = response.output[1];
    assert.equal(call?.type === 'function_call' && call.arguments, '{"cmd": "ls"}');
  });

  const LONG = { input: [SAYS('word '.repeat(4000))] };
  const OVERFLOWS: [what: string, provider: string, server: LocalServer][] = [
    ['llama.cpp', 'llamacpp', llamaServer({ model: MODEL, window: 4096 })],
    ['Ollama, jinja template', 'ollama', ollamaServer({ model: MODEL, template: 'jinja' })],
    ['vLLM', 'vllm', vllmServer({ model: MODEL, window: 4096 })],
  ];
  for (const [what, provider, server] of OVERFLOWS) {
    it(`says that a prompt is too long for ${what}, after one attempt and with the numbers in the log`, async () => {
      await serve(provider, server);
      const reply = await ask({ ...LONG, stream: false }, {});
      const { error } = (await reply.json()) as { error: { code: string; message: string } };
      assert.deepEqual([reply.status, error.code], [400, 'context_length_exceeded']);
      assert.equal(upstream.chats.length, 1);
      assert.match(log.join('\n'), /4,?096/);
      assert.doesNotMatch(error.message, /[{}]/);
    });
  }

  it('reports how many tokens Ollama really read if it cut the prompt', async () => {
    await serve('ollama', ollamaServer({ model: MODEL }));
    const { response } = await answerTo(LONG);
    assert.equal(response.usage?.input_tokens, 2048);
  });

  const REFUSALS: [what: string, provider: string, server: LocalServer, model: string, says: RegExp][] = [
    [
      'a model without tools',
      'ollama',
      ollamaServer({ model: MODEL, abilities: ['completion'] }),
      MODEL,
      /does not support tools/,
    ],
    ['a model that is not there', 'ollama', ollamaServer({ model: 'other:7b' }), 'gone', /'gone' not found/],
    [
      'a model that is not there',
      'vllm',
      vllmServer({ model: 'Qwen/Qwen3' }),
      'gone',
      /`gone` does not exist|"gone"/,
    ],
  ];
  for (const [what, provider, server, model, says] of REFUSALS) {
    it(`passes on what ${provider} says about ${what}`, async () => {
      await serve(provider, server);
      const reply = await ask({ model });
      assert.equal(reply.status, 400);
      assert.match(await reply.text(), says);
    });
  }
});
