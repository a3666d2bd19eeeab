import assert from 'node:assert/strict';
import { PRESETS } from '../../src/providers/index.ts';
import { shippedFacts } from '../../src/providers/model-facts.ts';
import { type ModelFacts, mergeFacts } from '../../src/providers/model-list.ts';
import {
  readLlamaProps,
  readLmStudioModels,
  readOllamaRunning,
  readOllamaShow,
  serverOf,
} from '../../src/providers/model-servers.ts';

/** What servers answer that do not know the question, or answer it oddly. */
const ODD: unknown[] = [undefined, null, 'x', 7, [], {}, { error: 'no' }, { models: [null, 7, {}] }];

describe('readLlamaProps', () => {
  // b11549; the template's words decide whether there is thinking to switch.
  const CASES: [what: string, answer: unknown, facts: unknown][] = [
    [
      'the window of one slot, images and tools',
      {
        default_generation_settings: { n_ctx: 8192, params: {} },
        modalities: { vision: true, audio: false },
        chat_template: '{% if enable_thinking %}',
        chat_template_caps: { supports_tools: true, supports_tool_calls: true },
      },
      { contextWindow: 8192, images: true },
    ],
    [
      'a template that shows no tools to the model',
      { chat_template_caps: { supports_tools: false, supports_tool_calls: false } },
      { unfit: true },
    ],
    [
      'a template that shows calls only',
      { chat_template_caps: { supports_tools: false, supports_tool_calls: true } },
      {},
    ],
    ['a template without thinking', { chat_template: '{{ messages }}' }, { reasons: false }],
    ['a template that always thinks', { chat_template: '<think>' }, {}],
    ['a router without a model', { model_alias: 'llama-server', role: 'router', n_ctx: 0 }, {}],
  ];
  for (const [what, answer, facts] of CASES) {
    it(`reads ${what}`, () => assert.deepEqual(readLlamaProps(answer), facts));
  }
});

describe('readOllamaShow', () => {
  const info = { 'general.architecture': 'qwen3', 'qwen3.context_length': 40960, 'qwen3.block_count': 28 };
  const CASES: [what: string, answer: unknown, facts: unknown][] = [
    [
      'abilities; what the model could have is not in force',
      { capabilities: ['completion', 'tools', 'thinking'], model_info: info },
      { images: false, reasons: true },
    ],
    [
      "the Modelfile's window",
      {
        capabilities: ['completion', 'tools', 'vision'],
        parameters: 'stop    "<|im_end|>"\nnum_ctx                        32768\ntemperature 0.7',
        model_info: info,
      },
      { contextWindow: 32768, images: true, reasons: false },
    ],
    [
      'a window beyond what the model has',
      { parameters: 'num_ctx 131072', model_info: info },
      { contextWindow: 40960 },
    ],
    [
      'a model that calls no tools',
      { capabilities: ['completion'] },
      { images: false, reasons: false, unfit: true },
    ],
    [
      'a model for something else',
      { capabilities: ['embedding'] },
      { images: false, reasons: false, unfit: true },
    ],
    [
      "a model that runs at Ollama's",
      {
        remote_host: 'https://ollama.com:443',
        capabilities: ['tools', 'thinking'],
        model_info: { 'gptoss.context_length': 131072 },
      },
      { contextWindow: 131072, images: false, reasons: true },
    ],
    [
      'levels by name',
      { capabilities: ['tools', 'thinking'], thinking: { values: ['low', 'high'], default: 'high' } },
      { images: false, reasons: true, efforts: ['low', 'high'] },
    ],
    [
      'thinking as a switch',
      { capabilities: ['tools', 'thinking'], thinking: { values: [false, true] } },
      { images: false, reasons: true },
    ],
    ['a server of before abilities were told', { parameters: 'num_ctx "8192"' }, { contextWindow: 8192 }],
  ];
  for (const [what, answer, facts] of CASES) {
    it(`reads ${what}`, () => assert.deepEqual(readOllamaShow(answer), facts));
  }

  it('gives a model in Ollama’s cloud its full window', () =>
    assert.deepEqual(readOllamaShow({ model_info: info }, true), { contextWindow: 40960 }));
});

describe('readers of what all models have', () => {
  it('read the windows that Ollama has in force', () =>
    assert.deepEqual(
      readOllamaRunning({
        models: [
          { name: 'a:latest', model: 'a:latest', context_length: 32768 },
          { name: 'b', model: 'b:7b', context_length: 4096 },
          { name: 'old', model: 'old' },
        ],
      }),
      [
        { id: 'a:latest', contextWindow: 32768 },
        { id: 'b:7b', contextWindow: 4096 },
        { id: 'b', contextWindow: 4096 },
      ],
    ));

  it('read the models that LM Studio has loaded', () =>
    assert.deepEqual(
      readLmStudioModels({
        models: [
          {
            key: 'openai/gpt-oss-20b',
            type: 'llm',
            display_name: 'gpt-oss 20B',
            max_context_length: 131072,
            loaded_instances: [
              { id: 'openai/gpt-oss-20b', config: { context_length: 32768 } },
              { id: 'openai/gpt-oss-20b:2', config: { context_length: 8192 } },
            ],
            capabilities: { vision: false, trained_for_tool_use: true },
          },
          { key: 'idle', type: 'llm', max_context_length: 131072, loaded_instances: [] },
          { key: 'embed', type: 'embedding' },
        ],
      }),
      [
        { id: 'openai/gpt-oss-20b', name: 'gpt-oss 20B', contextWindow: 8192, images: false },
        { id: 'openai/gpt-oss-20b:2', name: 'gpt-oss 20B', contextWindow: 8192, images: false },
        { id: 'idle' },
        { id: 'embed', unfit: true },
      ],
    ));

  for (const odd of ODD) {
    it(`learn nothing from ${JSON.stringify(odd)}`, () => {
      assert.deepEqual(readLlamaProps(odd), {});
      assert.deepEqual(readOllamaShow(odd), {});
      assert.deepEqual(readOllamaRunning(odd), []);
      assert.deepEqual(readLmStudioModels(odd), []);
    });
  }
});

describe('serverOf', () => {
  it('follows the preset, or the list if the preset stands for any server', () => {
    assert.equal(serverOf('vllm', ['library'])?.id, 'vllm');
    assert.equal(serverOf('any', ['someone', 'library'])?.id, 'ollama');
    assert.equal(serverOf('any', ['llamacpp'])?.id, 'llamacpp');
    assert.equal(serverOf('any', ['openai']), undefined);
    assert.equal(serverOf(undefined, ['library']), undefined);
  });
});

describe('where a window comes from', () => {
  it('calls shipped data known, and what other providers have under the name a guess', () => {
    const { contextWindow } = shippedFacts('deepseek', 'deepseek-v4-pro') ?? {};
    assert.ok(contextWindow);
    assert.equal(shippedFacts('deepseek', 'deepseek-v4-pro')?.windowFrom, 'known');
    assert.equal(shippedFacts('nvidia', 'deepseek-ai/deepseek-v4-pro')?.windowFrom, 'known');
    assert.equal(shippedFacts('openai-compatible', 'deepseek-v4-pro')?.windowFrom, 'guessed');
  });

  const own = PRESETS.filter(({ server }) => server !== undefined && server !== 'any');
  for (const { profile } of own) {
    it(`knows of no window at ${profile.name} before it tells`, () =>
      assert.equal(shippedFacts(profile.id, 'deepseek-v4-pro')?.contextWindow, undefined));
  }

  const guess: ModelFacts = { contextWindow: 4096, windowFrom: 'guessed', windowNote: 'a default' };
  const known: ModelFacts = { contextWindow: 262144, windowFrom: 'known', images: true };
  const MERGED: [what: string, sources: (ModelFacts | undefined)[], merged: ModelFacts][] = [
    ['what is told replaces a guess', [guess, { contextWindow: 8192 }], { contextWindow: 8192 }],
    ['a guess of the server replaces what is known', [known, guess], { ...guess, images: true }],
    ['other facts leave it alone', [guess, undefined, { images: false }], { ...guess, images: false }],
    ['the user wins', [known, guess, { contextWindow: 1 }], { contextWindow: 1, images: true }],
  ];
  for (const [what, sources, merged] of MERGED) {
    it(`is merged: ${what}`, () => assert.deepEqual(mergeFacts(...sources), merged));
  }
});
