import assert from 'node:assert/strict';
import { readModelList } from '../../src/providers/model-list.ts';

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
    { data: [null, 'x', {}, { id: 7 }, { id: '' }, { id: 'a', context_length: '8k' }] },
    [{ id: 'a' }],
  ],
  ['no list', { error: { message: 'no' } }, []],
  ['nothing', null, []],
];

describe('readModelList', () => {
  for (const [provider, body, expected] of CASES) {
    it(`reads the list of ${provider}`, () => assert.deepEqual(readModelList(body), expected));
  }
});
