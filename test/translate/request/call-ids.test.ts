import assert from 'node:assert/strict';
import fc from 'fast-check';
import { CallIds } from '../../../src/translate/request/call-ids.ts';

const RULES = {
  any: /^/,
  alnum9: /^[A-Za-z0-9]{9}$/,
  max40: /^.{1,40}$/s,
  word: /^[A-Za-z0-9_-]{1,64}$/,
} as const;

describe('CallIds', () => {
  for (const rule of Object.keys(RULES) as (keyof typeof RULES)[]) {
    it(`${rule}: every id fits, keeps its alias, and shares it with no other`, () => {
      fc.assert(
        fc.property(fc.uniqueArray(fc.string({ minLength: 1, maxLength: 80 })), (ids) => {
          const callIds = new CallIds(rule);
          const aliases = ids.map((id) => callIds.upstream(id));
          for (const alias of aliases) assert.match(alias, RULES[rule]);
          assert.equal(new Set(aliases).size, ids.length);
          assert.deepEqual(
            ids.map((id) => callIds.upstream(id)),
            aliases,
          );
        }),
      );
    });
  }

  for (const [rule, id] of [
    ['any', 'functions.exec_command:0'],
    ['alnum9', 'D681PevKs'],
    ['max40', 'call_0123456789012345678901234567890123'],
    ['word', 'toolu_01A-b'],
  ] as const) {
    it(`${rule}: ${id} stays`, () => assert.equal(new CallIds(rule).upstream(id), id));
  }

  it('gives an id the same alias in every request', () => {
    const aliases = [1, 2].map(() => new CallIds('alnum9').upstream('call_abc'));
    assert.equal(aliases[0], aliases[1]);
  });
});
