import assert from 'node:assert/strict';
import { type AskedBalance, balancesAsJson, balancesAsText } from '../../../src/cli/usage-report/balances.ts';

const ASKED: AskedBalance[] = [
  {
    id: 'deepseek',
    name: 'DeepSeek',
    told: {
      amounts: [
        { amount: 1234.5, currency: 'CNY' },
        { amount: -0.005, currency: 'USD' },
      ],
      isOfKey: false,
    },
  },
  {
    id: 'openrouter',
    name: 'OpenRouter',
    told: { amounts: [{ amount: 74.5, currency: 'USD' }], isOfKey: true },
  },
  { id: 'or2', name: 'Other', told: { amounts: [], isOfKey: true } },
  { id: 'groq', name: 'Groq', told: 'Groq has no\u001b[2J way.' },
];

describe('balances', () => {
  it('take one line each', () => {
    assert.equal(
      balancesAsText(ASKED),
      [
        'DeepSeek    1,234.50 CNY, -0.01 USD',
        'OpenRouter  74.50 USD left of the limit of this key',
        'Other       no limit is set for this key',
        'Groq        Groq has no�[2J way.',
        '',
      ].join('\n'),
    );
  });

  it('are given to programs unchanged', () => {
    const { version, upstreams } = JSON.parse(balancesAsJson(ASKED)) as {
      version: number;
      upstreams: unknown[];
    };
    assert.equal(version, 1);
    assert.deepEqual(upstreams[1], {
      id: 'openrouter',
      name: 'OpenRouter',
      amounts: [{ amount: 74.5, currency: 'USD' }],
      isOfKey: true,
    });
    assert.deepEqual(upstreams[3], { id: 'groq', name: 'Groq', error: 'Groq has no\u001b[2J way.' });
  });
});
