import assert from 'node:assert/strict';
import { type ModelPrice, modelPrice } from '../../src/usage/model-price.ts';
import { parseOwnPrices } from '../../src/usage/own-prices.ts';
import { loadPriceList } from '../../src/usage/price-list.ts';

const list = await loadPriceList();
const NOON = Date.UTC(2026, 10, 28, 12);
const own = parseOwnPrices('{"corp/*": {"input": 1, "output": 2}, "free/m": {"input": 0, "output": 0}}');

describe('the price of a model, before anything is asked of it', () => {
  const CASES: readonly (readonly [
    upstream: string,
    service: string | undefined,
    model: string,
    ModelPrice,
  ])[] = [
    ['openai', 'openai', 'gpt-5', { input: 1.25, output: 10 }],
    // The tier of short prompts, where long ones cost more.
    ['openai', 'openai', 'gpt-5.5', { input: 5, output: 30 }],
    ['deepseek', 'deepseek', 'deepseek-v4-pro', { input: 0.66, output: 1.98 }],
    ['zai-coding', 'plan', 'glm-5', 'plan'],
    ['ollama', 'local', 'qwen3:8b', 'local'],
    ['corp', undefined, 'anything', { input: 1, output: 2 }],
    ['corp', 'openai', 'gpt-5', { input: 1, output: 2 }],
    ['free', 'plan', 'm', { input: 0, output: 0 }],
    ['elsewhere', undefined, 'gpt-5', undefined],
    ['openai', 'openai', 'a-model-of-nobody', undefined],
    ['openai', 'openai', '', undefined],
    ['nobody', 'nobody', 'm', undefined],
  ];
  for (const [upstream, service, model, price] of CASES) {
    it(`${upstream}/${model}, paid to ${service}: ${JSON.stringify(price)}`, () => {
      assert.deepEqual(modelPrice({ upstream, service, model }, { list, own }, NOON), price);
    });
  }
});
