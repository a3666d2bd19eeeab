import assert from 'node:assert/strict';
import { freeTextOf } from '../../../src/translate/tools/free-text.ts';

const PATCH = '*** Begin Patch\n*** Add File: a\n+x\n*** End Patch';
const CASES: [what: string, value: unknown, text: string][] = [
  ['the declared field', { input: PATCH, note: 'n' }, PATCH],
  ['the declared field, empty', { input: '', note: 'n' }, ''],
  ['another name', { patch: PATCH }, PATCH],
  ['a name that nobody knows', { whatever: PATCH }, PATCH],
  ['a list of one', [PATCH], PATCH],
  ['a list of one in the field', { input: [PATCH] }, PATCH],
  ['a nested object', { input: { patch: PATCH } }, PATCH],
  ['a deeply nested one', { a: { b: [{ c: { d: PATCH } }] } }, PATCH],
  ["the tool's name in front", { command: ['apply_patch', PATCH] }, PATCH],
  ['an explanation beside it', { explanation: 'adds a', patch: PATCH }, PATCH],
  ['an explanation beside it, and no name that is known', { a: 'adds a', b: PATCH }, PATCH],
  ['an explanation beside another text', { explanation: 'why', code: 'print(1)' }, 'print(1)'],
  ['one line in each entry', { input: PATCH.split('\n') }, PATCH],
  ['the tool and one line in each entry', ['apply_patch', ...PATCH.split('\n')], PATCH],
  ['a string', PATCH, PATCH],
  ['numbers beside it', { timeout: 5, force: true, text: 'a' }, 'a'],
  ['an empty object', {}, ''],
  ['an empty list', [], ''],
  ['only null', { input: null }, ''],
  ['null', null, ''],
  ['no string: all of it', { x: 1 }, '{"x":1}'],
  ['two strings that nobody can tell apart: all of it', { a: 'x', b: 'y' }, '{"a":"x","b":"y"}'],
  ['a number: all of it', 42, '42'],
];

describe('freeTextOf', () => {
  for (const [what, value, text] of CASES) {
    it(`finds the text in ${what}`, () =>
      assert.equal(freeTextOf(JSON.stringify(value), 'input', 'apply_patch'), text));
  }

  const NO_JSON: [text: string, meant: string][] = [
    [PATCH, PATCH],
    ['const a = { b: 1 };', 'const a = { b: 1 };'],
    ['{"input": "say "hi" now"}', 'say "hi" now'],
    ['{"input":"a \\"b\\" "c"\nd"}', 'a "b" "c"\nd'],
    ['{"input":"a "b", "note":"c"}', '{"input":"a "b", "note":"c"}'],
  ];
  for (const [text, meant] of NO_JSON) {
    it(`finds the text in ${JSON.stringify(text)}`, () =>
      assert.equal(freeTextOf(text, 'input', 'apply_patch'), meant));
  }
});
