import assert from 'node:assert/strict';
import { usableBudgets } from '../../src/extension/budgets.ts';

const KNOWN = ['deepseek', 'my-own'];

describe('the budgets of the settings', () => {
  it('are limits by day and month, for all providers or for one', () => {
    const budgets = { day: 5, month: 0, 'deepseek.day': 0.5, 'my-own.month': 1e3 };
    assert.deepEqual(usableBudgets({ budgets, usage: true }, KNOWN), {
      limits: [
        { span: 'day', upstream: undefined, usd: 5 },
        { span: 'month', upstream: undefined, usd: 0 },
        { span: 'day', upstream: 'deepseek', usd: 0.5 },
        { span: 'month', upstream: 'my-own', usd: 1000 },
      ],
      unusable: [],
    });
  });

  it('are reported if they cannot be enforced, and the others apply', () => {
    const budgets = {
      day: 5,
      week: 1,
      month: '5',
      'deepseek.day': -1,
      'deepseek.month': Number.NaN,
      'nobody.day': 1,
      'day=1,month': 2,
    };
    const { limits, unusable } = usableBudgets({ budgets, usage: true }, KNOWN);
    assert.deepEqual(limits, [{ span: 'day', upstream: undefined, usd: 5 }]);
    assert.deepEqual(
      unusable.map(({ value, reason }) => [value, reason]),
      [
        ['week: 1', 'no-budget'],
        ['month: "5"', 'no-budget'],
        ['deepseek.day: -1', 'no-budget'],
        ['deepseek.month: null', 'no-budget'],
        ['nobody.day', 'unknown-provider'],
        ['day=1,month: 2', 'no-budget'],
      ],
    );
  });

  it('apply even if nothing is recorded, which the user is told', () => {
    const { limits, unusable } = usableBudgets({ budgets: { day: 5 }, usage: false }, KNOWN);
    assert.equal(limits.length, 1);
    assert.deepEqual(
      unusable.map(({ reason }) => reason),
      ['not-recorded'],
    );
    assert.deepEqual(usableBudgets({ budgets: {}, usage: false }, KNOWN).unusable, []);
  });
});
