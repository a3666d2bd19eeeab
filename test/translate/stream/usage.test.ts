import assert from 'node:assert/strict';
import fc from 'fast-check';
import { UsageCounter } from '../../../src/translate/stream/usage.ts';
import type { ChatChunk } from '../../../src/wire/chat.ts';

/** Input, cached, written, output, reasoning, total. */
function countsOf(chunks: readonly unknown[]): number[] | undefined {
  const counter = new UsageCounter();
  for (const chunk of chunks) counter.read(chunk as ChatChunk);
  const { usage } = counter;
  return (
    usage && [
      usage.input_tokens,
      usage.input_tokens_details.cached_tokens,
      usage.input_tokens_details.cache_write_tokens,
      usage.output_tokens,
      usage.output_tokens_details.reasoning_tokens,
      usage.total_tokens,
    ]
  );
}

const OPENAI = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };
const CASES: [what: string, chunks: unknown[], counts: number[] | undefined][] = [
  ['no usage', [{ choices: [] }, { usage: null }], undefined],
  ['only zeros', [{ usage: { prompt_tokens: 0, completion_tokens: 0 } }], [0, 0, 0, 0, 0, 0]],
  ["OpenAI's", [{ usage: OPENAI }], [10, 0, 0, 5, 0, 15]],
  [
    'all details',
    [
      {
        usage: {
          ...OPENAI,
          prompt_tokens_details: { cached_tokens: 4, cache_write_tokens: 3 },
          completion_tokens_details: { reasoning_tokens: 2 },
        },
      },
    ],
    [10, 4, 3, 5, 2, 15],
  ],
  [
    'the names of the Responses API',
    [{ usage: { input_tokens: 10, output_tokens: 5, input_tokens_details: { cached_tokens: 3 } } }],
    [10, 3, 0, 5, 0, 15],
  ],
  [
    "Anthropic's, split over chunks",
    [
      { usage: { input_tokens: 10, output_tokens: 1, cache_read_input_tokens: 4 } },
      { usage: { output_tokens: 5, cache_creation_input_tokens: 2 } },
    ],
    [16, 4, 2, 5, 0, 21],
  ],
  [
    "Anthropic's, with nothing new in the prompt",
    [
      {
        usage: {
          input_tokens: 3,
          output_tokens: 5,
          cache_read_input_tokens: 900,
          cache_creation_input_tokens: 0,
        },
      },
    ],
    [903, 900, 0, 5, 0, 908],
  ],
  [
    "Anthropic's, with its cache written in parts",
    [
      {
        usage: {
          input_tokens: 10,
          output_tokens: 5,
          cache_creation_input_tokens: 20,
          cache_creation: { ephemeral_5m_input_tokens: 20, ephemeral_1h_input_tokens: 0 },
        },
      },
    ],
    [30, 0, 20, 5, 0, 35],
  ],
  [
    "Bedrock's",
    [
      {
        usage: {
          inputTokens: 10,
          outputTokens: 5,
          cacheReadInputTokens: 4,
          cacheWriteInputTokens: 2,
          totalTokens: 21,
        },
      },
    ],
    [16, 4, 2, 5, 0, 21],
  ],
  [
    "Anthropic's cache beside a whole prompt (LiteLLM)",
    [
      {
        usage: {
          ...OPENAI,
          cache_read_input_tokens: 4,
          cache_creation_input_tokens: 2,
          prompt_tokens_details: { cached_tokens: 4 },
        },
      },
    ],
    [10, 4, 2, 5, 0, 15],
  ],
  [
    'in both spellings',
    [{ usage: { ...OPENAI, input_tokens: 4, output_tokens: 5, cache_read_input_tokens: 6 } }],
    [10, 6, 0, 5, 0, 15],
  ],
  [
    'a cache that is more than the prompt',
    [{ usage: { prompt_tokens: 10, completion_tokens: 5, cache_read_input_tokens: 90 } }],
    [100, 90, 0, 5, 0, 105],
  ],
  [
    'a zero in the other spelling',
    [{ usage: { prompt_tokens: 0, input_tokens: 10, output_tokens: 5, cache_read_input_tokens: 90 } }],
    [100, 90, 0, 5, 0, 105],
  ],
  [
    "Gemini's, with thoughts outside the output",
    [
      {
        usageMetadata: {
          promptTokenCount: 10,
          candidatesTokenCount: 5,
          thoughtsTokenCount: 7,
          totalTokenCount: 22,
          cachedContentTokenCount: 2,
        },
      },
    ],
    [10, 2, 0, 12, 7, 22],
  ],
  ["Ollama's", [{ done: true, prompt_eval_count: 10, eval_count: 5 }], [10, 0, 0, 5, 0, 15]],
  [
    'in camel case',
    [{ usage: { promptTokens: 10, completionTokens: 5, cachedTokens: 1 } }],
    [10, 1, 0, 5, 0, 15],
  ],
  ["DeepSeek's cache", [{ usage: { ...OPENAI, prompt_cache_hit_tokens: 8 } }], [10, 8, 0, 5, 0, 15]],
  [
    "Mistral's cache",
    [{ usage: { ...OPENAI, prompt_token_details: { cached_tokens: 6 } } }],
    [10, 6, 0, 5, 0, 15],
  ],
  [
    'at the top level',
    [{ usage: { ...OPENAI, cached_tokens: 3, reasoning_tokens: 2 } }],
    [10, 3, 0, 5, 2, 15],
  ],
  [
    "xAI's, with the reasoning outside the output",
    [{ usage: { ...OPENAI, total_tokens: 22, completion_tokens_details: { reasoning_tokens: 7 } } }],
    [10, 0, 0, 12, 7, 22],
  ],
  ['in capitals', [{ choices: [], Usage: { PromptTokens: 10, CompletionTokens: 5 } }], [10, 0, 0, 5, 0, 15]],
  [
    "Cohere's, in what it says about the answer",
    [{ meta: { tokens: { input_tokens: 10, output_tokens: 5 }, api_version: { version: '2' } } }],
    [10, 0, 0, 5, 0, 15],
  ],
  [
    "Bedrock's metrics, beside the end",
    [
      {
        choices: [{ delta: {}, finish_reason: 'stop' }],
        'amazon-bedrock-invocationMetrics': {
          inputTokenCount: 10,
          outputTokenCount: 5,
          invocationLatency: 7,
        },
      },
    ],
    [10, 0, 0, 5, 0, 15],
  ],
  [
    "a gateway's, in its own words",
    [{ metadata: { usage: { num_prompt_tokens: 10, completionTokensCount: 5, num_cached_tokens: 3 } } }],
    [10, 3, 0, 5, 0, 15],
  ],
  ["OpenRouter's statistics", [{ usage: { tokens_prompt: 10, tokens_completion: 5 } }], [10, 0, 0, 5, 0, 15]],
  [
    'other numbers',
    [{ metadata: { max_tokens: 7, latency: 3 }, metrics: { tokens_per_second: 9 } }],
    undefined,
  ],
  ['inside a choice', [{ choices: [{ delta: {}, usage: OPENAI }] }], [10, 0, 0, 5, 0, 15]],
  ['inside the second choice', [{ choices: [{}, { usage: OPENAI }] }], [10, 0, 0, 5, 0, 15]],
  ['inside a message', [{ choices: [{ message: { usage: OPENAI } }] }], [10, 0, 0, 5, 0, 15]],
  ["in Groq's envelope", [{ x_groq: { id: 'x', usage: OPENAI } }], [10, 0, 0, 5, 0, 15]],
  [
    'wrapped once more',
    [{ usage: { tokens: { input_tokens: 10, output_tokens: 5 } } }],
    [10, 0, 0, 5, 0, 15],
  ],
  ['as text', [{ usage: { prompt_tokens: '10', completion_tokens: '5.0' } }], [10, 0, 0, 5, 0, 15]],
  ['with fractions', [{ usage: { prompt_tokens: 9.6, completion_tokens: 5.2 } }], [10, 0, 0, 5, 0, 15]],
  [
    'below zero where there are no signs, in 32 and in 64 bits, and beyond every window',
    [
      { usage: { ...OPENAI, prompt_tokens_details: { cached_tokens: 4_294_967_295 } } },
      { usage: { prompt_tokens: 18_446_744_073_709_551_615n.toString(), completion_tokens: 1e21 } },
    ],
    [10, 0, 0, 5, 0, 15],
  ],
  [
    'negative, infinite and of other types',
    [{ usage: { prompt_tokens: -1, completion_tokens: 'many', total_tokens: 1 / 0, cached_tokens: [1] } }],
    [0, 0, 0, 0, 0, 0],
  ],
  ['more in the cache than in all', [{ usage: { ...OPENAI, cached_tokens: 99 } }], [10, 10, 0, 5, 0, 15]],
  [
    'zeros after the numbers',
    [{ usage: OPENAI }, { usage: { prompt_tokens: 0, total_tokens: 0 } }],
    [10, 0, 0, 5, 0, 15],
  ],
  [
    'repeated as it grows',
    [
      { usage: { prompt_tokens: 10, completion_tokens: 1 } },
      { usage: { prompt_tokens: 10, completion_tokens: 5 } },
    ],
    [10, 0, 0, 5, 0, 15],
  ],
];

describe('UsageCounter', () => {
  for (const [what, chunks, counts] of CASES) {
    it(`counts usage: ${what}`, () => assert.deepEqual(countsOf(chunks), counts));
  }

  it('counts the same, however the fields are spread over chunks, in any order', () => {
    const fields = Object.entries({
      prompt_tokens: 100,
      completion_tokens: 50,
      total_tokens: 150,
      cached_tokens: 20,
      reasoning_tokens: 10,
    });
    const zero = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0, cached_tokens: 0 };
    fc.assert(
      fc.property(
        fc.shuffledSubarray(fields, { minLength: fields.length }),
        fc.nat(4),
        fc.boolean(),
        (order, cut, isZeroed) => {
          const chunks = [
            { usage: Object.fromEntries(order.slice(0, cut)) },
            { choices: [{ usage: Object.fromEntries(order.slice(cut)) }] },
            ...(isZeroed ? [{ usage: zero }] : []),
          ];
          assert.deepEqual(countsOf(chunks), [100, 20, 0, 50, 10, 150]);
        },
      ),
    );
  });
});
