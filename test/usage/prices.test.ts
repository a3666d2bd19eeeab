import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { calcPrice, findProvider } from '@pydantic/genai-prices';
import fc from 'fast-check';
import { PRESETS } from '../../src/providers/index.ts';
import type { TokenUsage } from '../../src/relay/options.ts';
import { costOf } from '../../src/usage/cost.ts';
import { parseOwnPrices } from '../../src/usage/own-prices.ts';
import { loadPriceList } from '../../src/usage/price-list.ts';
import { PRICES_NAME } from '../../src/usage/prices-name.ts';
import { recordWith } from './support.ts';

const list = await loadPriceList();
const IDS = new Map([
  ['kimi', 'moonshotai'],
  ['xai', 'x-ai'],
  ['gemini', 'google'],
  ['zhipu', 'zhipuai'],
]);

function tokensWith(
  inputTokens: number,
  cachedTokens: number,
  outputTokens: number,
  cacheWriteTokens = 0,
): TokenUsage {
  return { inputTokens, cachedTokens, cacheWriteTokens, outputTokens, reasoningTokens: 0 };
}

function near(actual: unknown, expected: number): void {
  assert.ok(typeof actual === 'number' && Math.abs(actual - expected) < 1e-9, `${actual} for ${expected}`);
}

describe('the shipped prices', () => {
  it('have the version that is named', () => {
    const { devDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      devDependencies: Record<string, string>;
    };
    assert.ok(PRICES_NAME.startsWith(`genai-prices ${devDependencies['@pydantic/genai-prices']} (`));
  });

  const NOON = Date.UTC(2026, 10, 28, 12);
  // Worked out by hand from the rates in USD per million tokens that stand at the end of each line.
  const BY_HAND: readonly (readonly [
    service: string,
    model: string,
    TokenUsage,
    usd: number,
    time?: number,
  ])[] = [
    ['openai', 'gpt-5', tokensWith(1000, 0, 100), 0.00225], // 1.25, 10: the first example of the list's own README
    ['openai', 'gpt-5', tokensWith(10_000, 8_000, 1_000), 0.0135], // 1.25, cached 0.125, 10
    ['openai', 'gpt-5.5', tokensWith(271_999, 0, 1_000), 1.389995], // 5, 30
    ['openai', 'gpt-5.5', tokensWith(272_000, 0, 1_000), 2.765], // beyond 271,999 tokens of input: 10, 45
    ['deepseek', 'deepseek-v4-pro', tokensWith(1_000_000, 500_000, 100_000), 0.539], // 0.66, cached 0.022, 1.98
    ['deepseek', 'deepseek-v4-pro', tokensWith(1_000_000, 0, 0), 1.32, Date.UTC(2026, 10, 28, 2)], // at peak
    ['deepseek', 'deepseek-v4-pro', tokensWith(1_000_000, 0, 0), 0.435, Date.UTC(2026, 7, 1)], // before August 17
    ['deepseek', 'deepseek-chat', tokensWith(1_000_000, 0, 1_000_000), 1.37], // 0.27, 1.1
    ['kimi', 'kimi-k3', tokensWith(100_000, 90_000, 2_000), 0.087], // 3, cached 0.3, 15
    ['mistral', 'mistral-large-latest', tokensWith(100_000, 50_000, 1_000), 0.206], // 2, none for cached, 6
    ['groq', 'openai/gpt-oss-120b', tokensWith(10_000, 4_000, 500), 0.0015], // 0.15, cached 0.075, 0.6
    ['xai', 'grok-4.3', tokensWith(200_000, 0, 1_000), 0.505], // beyond 199,999: 2.5, 5
    ['openrouter', 'anthropic/claude-sonnet-4.5', tokensWith(100_000, 60_000, 1_000, 20_000), 0.168], // 3, 0.3, 3.75, 15
    ['gemini', 'gemini-3-pro-preview', tokensWith(200_000, 0, 1_000), 0.412], // up to 200,000: 2, 12
    ['gemini', 'gemini-3-pro-preview', tokensWith(200_001, 0, 1_000), 0.818004], // beyond: 4, 18
    ['minimax', 'MiniMax-M2', tokensWith(10_000, 5_000, 1_000, 2_000), 0.003], // 0.3, cached 0.03, written 0.375, 1.2
    ['cerebras', 'gpt-oss-120b', tokensWith(1_000_000, 0, 100_000), 0.425], // 0.35, 0.75
  ];
  for (const [service, model, tokens, usd, time = NOON] of BY_HAND) {
    it(`${service} ${model}, ${tokens.inputTokens} in, at ${new Date(time).toISOString()}: $${usd}`, () => {
      near(list.costOf(service, model, tokens, time), usd);
    });
  }

  it('are unknown for models that the list does not have, and for presets without a list', () => {
    const tokens = tokensWith(1, 0, 1);
    assert.equal(list.costOf('deepseek', 'no-such-model', tokens, NOON), undefined);
    for (const service of ['kimi-cn', 'qwen', 'nvidia', 'openai-compatible', 'nobody', '__proto__'])
      assert.equal(list.costOf(service, 'gpt-5', tokens, NOON), undefined, service);
  });

  it("are the list's own for every model of our presets, any counts and any time", () => {
    const models = PRESETS.flatMap(({ profile: { id } }) => {
      const providerId = IDS.get(id) ?? id;
      const provider = findProvider({ providerId });
      const first = list.costOf(id, provider?.models[0]?.id ?? '', tokensWith(1, 0, 1), NOON);
      if (provider?.id !== providerId || first === undefined) return [];
      return provider.models.map((model) => ({ id, providerId, model: model.id }));
    });
    assert.ok(models.length > 500, `${models.length}`);
    fc.assert(
      fc.property(
        fc.constantFrom(...models),
        fc.nat(1_000_000),
        fc.nat(100_000),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: Date.UTC(2025, 0, 1), max: Date.UTC(2027, 0, 1) }),
        ({ id, providerId, model }, inputTokens, outputTokens, share, other, time) => {
          const cachedTokens = Math.floor(inputTokens * share);
          const cacheWriteTokens = Math.floor((inputTokens - cachedTokens) * other);
          const reasoningTokens = Math.floor(outputTokens * other);
          const usage = { inputTokens, cachedTokens, cacheWriteTokens, outputTokens, reasoningTokens };
          const ours = list.costOf(id, model, usage, time);
          if (ours === undefined) return;
          const theirs = calcPrice(
            {
              input_tokens: inputTokens,
              cache_read_tokens: cachedTokens,
              cache_write_tokens: cacheWriteTokens,
              output_tokens: outputTokens,
              output_reasoning_tokens: reasoningTokens,
            },
            model,
            { providerId, timestamp: new Date(time) },
          );
          near(ours, theirs?.total_price ?? Number.NaN);
        },
      ),
      { numRuns: 3000 },
    );
  });
});

describe('what a record cost', () => {
  const own = parseOwnPrices(
    '{"deepseek/deepseek-chat":{"input":1,"output":2,"cached":0.5},"local-model":{"input":0,"output":0},"corp/*":{"input":3,"output":3}}',
  );
  const cost = (parts: Parameters<typeof recordWith>[0]) => costOf(recordWith(parts), { list, own });

  it('is what the provider states, whatever else is known', () => {
    assert.equal(cost({ statedUsd: 0.5 }), 0.5);
    assert.equal(cost({ statedUsd: 0, tokens: undefined }), 0);
    assert.equal(cost({ statedUsd: 0.25, service: undefined, model: 'new' }), 0.25);
  });

  it('is else that of the user’s prices, the most precise entry first', () => {
    near(cost({}), (400 * 1 + 600 * 0.5 + 200 * 2) / 1e6);
    near(cost({ upstream: 'corp', service: undefined, model: 'any' }), (1200 * 3) / 1e6);
    assert.equal(cost({ upstream: 'corp', service: undefined, model: 'local-model' }), 0);
    near(cost({ upstream: 'corp', service: 'plan' }), (1200 * 3) / 1e6);
  });

  it('is else that of the list, and else unknown', () => {
    near(
      cost({ model: 'deepseek-v4-pro', time: Date.UTC(2026, 10, 28, 12) }),
      (400 * 0.66 + 600 * 0.022 + 200 * 1.98) / 1e6,
    );
    assert.equal(cost({ model: 'no-such-model' }), 'unknown');
    assert.equal(cost({ upstream: 'x', service: undefined }), 'unknown');
  });

  it('is free for plans, local models and refusals, and unknown without counts', () => {
    assert.equal(cost({ upstream: 'kimi-coding', service: 'plan' }), 'free');
    assert.equal(cost({ upstream: 'ollama', service: 'local', tokens: undefined }), 'free');
    assert.equal(cost({ state: 'failed', tokens: undefined, firstTokenMs: undefined }), 'free');
    for (const state of ['completed', 'cancelled', 'incomplete'] as const)
      assert.equal(cost({ state, tokens: undefined, firstTokenMs: undefined }), 'unknown');
    assert.equal(cost({ state: 'failed', tokens: undefined, firstTokenMs: 5 }), 'unknown');
  });
});

describe("the user's prices", () => {
  it('may begin with a byte order mark', () => {
    assert.deepEqual(parseOwnPrices('\ufeff{"m":{"input":1,"output":2}}').get('m'), { input: 1, output: 2 });
  });

  for (const [text, said] of [
    ['{', /codex-relay\.prices\.json: is not JSON/],
    ['[]', /must be an object/],
    ['{"m":{"input":1}}', /"m" > "output" must be USD per million/],
    ['{"m":{"input":"1","output":1}}', /"m" > "input" must be USD/],
    ['{"m":{"input":-1,"output":1}}', /"m" > "input" must be USD/],
    ['{"m":{"input":1,"output":1,"price":1}}', /"m" takes input, output, cached and cacheWrite/],
  ] as const) {
    it(`are refused with the place of the mistake: ${text}`, () => {
      assert.throws(() => parseOwnPrices(text), said);
    });
  }
});
