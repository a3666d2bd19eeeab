/** The answers are the examples of the providers' own documentation. */
import assert from 'node:assert/strict';
import { readBalance } from '../../src/providers/balance.ts';
import { PRESETS, presetById } from '../../src/providers/index.ts';

const MOONSHOT = {
  code: 0,
  data: { available_balance: 49.58894, voucher_balance: 46.58893, cash_balance: 3.00001 },
  scode: '0x0',
  status: true,
};
const SILICONFLOW = {
  code: 20000,
  message: 'OK',
  status: true,
  data: { id: 'userid', balance: '0.88', status: 'normal', chargeBalance: '88.00', totalBalance: '88.88' },
};
const DEEPSEEK = {
  is_available: true,
  balance_infos: [
    { currency: 'CNY', total_balance: '110.00', granted_balance: '10.00', topped_up_balance: '100.00' },
  ],
};

const EXAMPLES: [id: string, answer: unknown, amounts: [number, string][]][] = [
  ['deepseek', DEEPSEEK, [[110, 'CNY']]],
  [
    'deepseek',
    { balance_infos: [...DEEPSEEK.balance_infos, { currency: 'USD', total_balance: '-0.5' }] },
    [
      [110, 'CNY'],
      [-0.5, 'USD'],
    ],
  ],
  ['kimi', MOONSHOT, [[49.58894, 'USD']]],
  ['kimi-cn', MOONSHOT, [[49.58894, 'CNY']]],
  ['siliconflow', SILICONFLOW, [[88.88, 'USD']]],
  ['siliconflow-cn', SILICONFLOW, [[88.88, 'CNY']]],
  ['novita', { availableBalance: '1000000', cashBalance: '800000', creditLimit: '200000' }, [[100, 'USD']]],
  ['openrouter', { data: { limit: 100, limit_remaining: 74.5, usage: 25.5 } }, [[74.5, 'USD']]],
  ['openrouter', { data: { limit: null, limit_remaining: null, usage: 25.5 } }, []],
];

describe('what a provider tells of an account', () => {
  for (const [id, answer, amounts] of EXAMPLES) {
    it(`${id}: ${JSON.stringify(amounts)}`, () => {
      const source = presetById(id)?.balance ?? assert.fail(`${id} tells none`);
      assert.deepEqual(
        readBalance(source, answer),
        amounts.map(([amount, currency]) => ({ amount, currency })),
      );
    });
  }

  it('is undefined if the answer is not as documented', () => {
    const others = [
      undefined,
      null,
      'no',
      [],
      {},
      { data: {} },
      { balance_infos: [] },
      { data: { total: 1 } },
    ];
    for (const { balance, profile } of PRESETS) {
      if (balance === undefined) continue;
      const { amount, each } = balance;
      for (const other of others) assert.equal(readBalance(balance, other), undefined, profile.id);
      for (const value of ['', 'much', true, {}, 'NaN', 'Infinity']) {
        const entry = { currency: 'USD', ...nested(amount, value) };
        const answer = each === undefined ? entry : { [each]: [entry] };
        assert.equal(readBalance(balance, answer), undefined, `${profile.id} ${value}`);
      }
    }
    const source = presetById('deepseek')?.balance ?? assert.fail();
    const strange = { balance_infos: [{ currency: '<b>', total_balance: '1' }] };
    assert.equal(readBalance(source, strange), undefined);
  });

  it('says where it is documented, and when that was read', () => {
    const known = PRESETS.flatMap(({ balance }) => balance ?? []);
    assert.ok(known.length >= 7);
    for (const { source, checked, path } of known) {
      assert.ok(source.length > 10);
      assert.match(checked, /^20\d\d-[01]\d-[0-3]\d$/);
      assert.match(path, /^\/[\w/]+$/);
    }
  });
});

/** `a.b` and 1 -> `{a: {b: 1}}` */
function nested(path: string, value: unknown): object {
  return Object(path.split('.').reduceRight((inner, key) => ({ [key]: inner }), value));
}
