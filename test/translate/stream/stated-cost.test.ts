import assert from 'node:assert/strict';
import type { JsonObject } from '../../../src/json.ts';
import { statedCost } from '../../../src/translate/stream/stated-cost.ts';

describe('what a provider says that an answer cost', () => {
  const CASES: readonly (readonly [what: string, usage: JsonObject, usd: number | undefined])[] = [
    ['nothing', { prompt_tokens: 1 }, undefined],
    [
      'OpenRouter, in USD',
      { cost: 0.0125, cost_details: { upstream_inference_cost: 0.0125 }, is_byok: false },
      0.0125,
    ],
    [
      "OpenRouter with the user's own key: its fee and the bill",
      { cost: 0.5, cost_details: { upstream_inference_cost: 9.5 }, is_byok: true },
      10,
    ],
    ['OpenRouter, a free model', { cost: 0 }, 0],
    ['xAI, in ticks', { cost_in_usd_ticks: 37_756_000 }, 0.0037756],
    ['DeepInfra, in USD', { estimated_cost: 0.0000268 }, 0.0000268],
    ['an estimate beside the bill', { cost: 0.5, estimated_cost: 0.4 }, 0.5],
    ['an estimate beside what is no amount', { cost: null, estimated_cost: 0.4 }, 0.4],
    ['a negative one', { cost: -1 }, undefined],
    ['text', { cost: '0.5' }, undefined],
    ['an object, as Perplexity', { cost: { total_cost: 0.5 } }, undefined],
    ['no number', { cost: null, cost_in_usd_ticks: Number.NaN }, undefined],
  ];
  for (const [what, usage, usd] of CASES) {
    it(what, () => {
      assert.equal(statedCost(usage), usd);
    });
  }
});
