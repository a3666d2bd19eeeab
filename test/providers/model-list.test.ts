import assert from 'node:assert/strict';
import { type ListedModel, ownersIn, readModelList, toListEntry } from '../../src/providers/model-list.ts';

/** One entry as each provider's documentation shows it (2026-11). */
const CASES: [provider: string, body: unknown, expected: unknown][] = [
  [
    'OpenAI, DeepSeek',
    { object: 'list', data: [{ id: 'a', object: 'model', owned_by: 'x' }] },
    [{ id: 'a' }],
  ],
  [
    'Kimi',
    { data: [{ id: 'k', context_length: 262144, supports_image_in: true, supports_reasoning: false }] },
    [{ id: 'k', contextWindow: 262144, images: true, reasons: false }],
  ],
  [
    'Mistral',
    {
      data: [
        {
          id: 'm',
          type: 'base',
          name: 'M',
          max_context_length: 131072,
          capabilities: { completion_chat: true, function_calling: true, vision: false },
        },
        { id: 'embed', capabilities: { completion_chat: false, function_calling: false } },
      ],
    },
    [
      { id: 'm', name: 'M', contextWindow: 131072, images: false },
      { id: 'embed', unfit: true },
    ],
  ],
  [
    'Groq',
    {
      data: [
        { id: 'g', active: true, context_window: 131072, max_completion_tokens: 32768 },
        { id: 'old', active: false },
      ],
    },
    [
      { id: 'g', contextWindow: 131072, maxOutput: 32768 },
      { id: 'old', unfit: true },
    ],
  ],
  [
    'OpenRouter',
    {
      data: [
        {
          id: 'v/a',
          name: 'V: A',
          context_length: 1_000_000,
          architecture: { input_modalities: ['text', 'image'] },
          top_provider: { context_length: 400_000, max_completion_tokens: 128_000 },
          supported_parameters: ['tools', 'reasoning'],
        },
        { id: 'v/b', context_length: 8192, top_provider: {}, supported_parameters: ['temperature'] },
      ],
      links: { next: null },
    },
    [
      { id: 'v/a', name: 'V: A', contextWindow: 400_000, maxOutput: 128_000, images: true, reasons: true },
      { id: 'v/b', contextWindow: 8192, reasons: false, unfit: true },
    ],
  ],
  [
    'Together: a bare array',
    [
      { id: 't', type: 'chat', display_name: 'T', context_length: 32768 },
      { id: 'i', type: 'image' },
    ],
    [
      { id: 't', name: 'T', contextWindow: 32768 },
      { id: 'i', unfit: true },
    ],
  ],
  ['vLLM', { data: [{ id: 'q', max_model_len: 65536 }] }, [{ id: 'q', contextWindow: 65536 }]],
  ['Gemini', { data: [{ id: 'models/gemini-3.8-flash' }] }, [{ id: 'gemini-3.8-flash' }]],
  ['llama.cpp: a path as id', { data: [{ id: 'models/q.gguf', meta: null }] }, [{ id: 'models/q.gguf' }]],
  ['local servers', { models: [{ name: 'llama3' }] }, [{ id: 'llama3', name: 'llama3' }]],
  [
    'odd entries',
    { data: [null, 'x', {}, { id: 7 }, { id: '' }, { id: 'a', context_length: 'much', meta: [] }] },
    [{ id: 'a' }],
  ],
  [
    'llama.cpp: the window of a slot, not the one of the training',
    {
      data: [
        {
          id: 'q',
          owned_by: 'llamacpp',
          architecture: { input_modalities: ['text', 'image'], output_modalities: ['text'] },
          meta: { n_ctx_train: 262144, n_ctx: 16384 },
        },
        { id: 'unloaded', meta: null, architecture: { input_modalities: [] } },
      ],
      models: [{ name: 'q', capabilities: ['completion'] }],
    },
    [{ id: 'q', contextWindow: 16384, images: true }, { id: 'unloaded' }],
  ],
  [
    "llama.cpp's router: what it will start a model with",
    {
      data: [
        { id: 'a', status: { value: 'unloaded', args: ['llama-server', '-c', '8192'] }, meta: null },
        {
          id: 'b',
          status: { value: 'loaded', args: ['--ctx-size', '32768', '-np', '4'] },
          meta: { n_ctx: 8192 },
        },
        { id: 'c', status: { value: 'unloaded', args: ['-c'] } },
      ],
    },
    [
      {
        id: 'a',
        contextWindow: 8192,
        windowFrom: 'guessed',
        windowNote: 'what the router starts it with',
      },
      { id: 'b', contextWindow: 8192 },
      { id: 'c' },
    ],
  ],
  [
    'LiteLLM',
    {
      data: [
        { id: 'l', max_input_tokens: 32768, max_output_tokens: 4096, supports_vision: true },
        { id: 'm', max_input_tokens: null, model_info: { max_input_tokens: 8192, supports_reasoning: true } },
        { id: 'n', supports_function_calling: false },
      ],
    },
    [
      { id: 'l', contextWindow: 32768, maxOutput: 4096, images: true },
      { id: 'm', contextWindow: 8192, reasons: true },
      { id: 'n', unfit: true },
    ],
  ],
  [
    'LM Studio: what is loaded, not what could be',
    {
      data: [
        {
          id: 'a',
          type: 'vlm',
          state: 'loaded',
          loaded_context_length: 8192,
          max_context_length: 131072,
          capabilities: ['tool_use'],
        },
        { id: 'b', type: 'llm', state: 'not-loaded', max_context_length: 131072 },
        { id: 'c', type: 'embeddings', state: 'not-loaded', max_context_length: 2048 },
      ],
    },
    [{ id: 'a', contextWindow: 8192, images: true }, { id: 'b' }, { id: 'c', unfit: true }],
  ],
  [
    'abilities as a list',
    {
      data: [
        { id: 'a', capabilities: ['completion', 'vision', 'thinking', 'tools'] },
        { id: 'b', capabilities: ['embedding'] },
        { id: 'c', capabilities: [] },
      ],
    },
    [{ id: 'a', images: true, reasons: true }, { id: 'b', unfit: true }, { id: 'c' }],
  ],
  [
    'abilities as an object',
    {
      data: [
        { id: 'a', capabilities: { vision: true, reasoning: true, tools: true } },
        { id: 'b', capabilities: { tool_calls: false } },
        {
          id: 'c',
          capabilities: {
            limits: { max_context_window_tokens: 128000, max_output_tokens: 16384 },
            supports: { tool_calls: true, vision: true },
          },
        },
      ],
    },
    [
      { id: 'a', images: true, reasons: true },
      { id: 'b', unfit: true },
      { id: 'c', contextWindow: 128000, maxOutput: 16384, images: true },
    ],
  ],
  [
    'numbers as text',
    {
      data: [
        { id: 'a', context_length: '131072' },
        { id: 'b', context_window: '131,072', max_completion_tokens: '8192' },
        { id: 'c', max_model_len: ' 32768 ' },
        { id: 'd', context_length: '128k' },
        { id: 'e', context_length: '1M' },
        { id: 'f', context_length: '0', max_model_len: -1 },
        { id: 'g', context_length: Number.POSITIVE_INFINITY, max_model_len: 0.5 },
      ],
    },
    [
      { id: 'a', contextWindow: 131072 },
      { id: 'b', contextWindow: 131072, maxOutput: 8192 },
      { id: 'c', contextWindow: 32768 },
      { id: 'd', contextWindow: 128_000 },
      { id: 'e', contextWindow: 1_000_000 },
      { id: 'f' },
      { id: 'g' },
    ],
  ],
  [
    'several limits, of which the smallest holds',
    { data: [{ id: 'a', context_length: 400_000, max_input_tokens: 272_000 }] },
    [{ id: 'a', contextWindow: 272_000 }],
  ],
  [
    'a gateway with several deployments of a model',
    {
      data: [
        { id: 'a', context_length: 8192 },
        { id: 'b' },
        { id: 'a' },
        { id: 'models/gemini-x' },
        { id: 'gemini-x' },
      ],
    },
    [{ id: 'a', contextWindow: 8192 }, { id: 'b' }, { id: 'gemini-x' }],
  ],
  ['no list', { error: { message: 'no' } }, []],
  ['nothing', null, []],
];

describe('readModelList', () => {
  for (const [provider, body, expected] of CASES) {
    it(`reads the list of ${provider}`, () => assert.deepEqual(readModelList(body), expected));
  }
});

describe('toListEntry', () => {
  it('is understood by readModelList, except for guesses', () => {
    const models: ListedModel[] = [
      { id: 'a' },
      { id: 'b', contextWindow: 8192, maxOutput: 100, images: true, reasons: false },
      { id: 'c', images: false, unfit: true },
    ];
    const list = { data: models.map((model) => toListEntry(model, 'ollama')) };
    assert.deepEqual(readModelList(list), models);
    assert.deepEqual(ownersIn(list), ['ollama']);
    const guess = { id: 'd', contextWindow: 4096, windowFrom: 'guessed', windowNote: 'a default' } as const;
    assert.deepEqual(readModelList([toListEntry(guess, 'ollama')]), [{ id: 'd' }]);
  });
});
