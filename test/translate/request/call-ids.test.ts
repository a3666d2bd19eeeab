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
    it(`${rule}: each id fits and is used once, even if the client’s ids recur`, () => {
      const id = fc.oneof(
        fc.string({ minLength: 1, maxLength: 80 }),
        fc.constantFrom('call_0', 'call_0_2', 'call_0_3', 'functions.x:0', 'Abc123xyz'),
      );
      fc.assert(
        fc.property(fc.array(id, { maxLength: 20 }), (ids) => {
          const aliases = aliasesOf(rule, ids);
          for (const alias of aliases) assert.match(alias, RULES[rule]);
          assert.equal(new Set(aliases).size, ids.length);
          assert.deepEqual(aliasesOf(rule, ids.slice(0, 9)), aliases.slice(0, 9));
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
    it(`${rule}: ${id} stays`, () => assert.equal(new CallIds(rule).next(id), id));
  }

  it('keeps the name readable in an id that recurs: chat templates of Kimi take the name from it', () => {
    assert.deepEqual(aliasesOf('any', ['functions.run:0', 'functions.run:0', 'functions.run:0']), [
      'functions.run:0',
      'functions.run:0_2',
      'functions.run:0_3',
    ]);
  });
});

function aliasesOf(rule: keyof typeof RULES, ids: readonly string[]): string[] {
  const callIds = new CallIds(rule);
  return ids.map((id) => callIds.next(id));
}
