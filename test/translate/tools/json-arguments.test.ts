import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Json } from '../../../src/json.ts';
import { objectText } from '../../../src/translate/tools/json-arguments.ts';

const WRAPPED = Symbol('wrapped');

const CASES: [what: string, value: Json | undefined, text: string | typeof WRAPPED][] = [
  ['an object as text stays, byte for byte', '{ "cmd": "a\\nb" }\n', '{ "cmd": "a\\nb" }\n'],
  ['an object becomes text', { cmd: 'ls' }, '{"cmd":"ls"}'],
  ['nothing is an empty object', undefined, '{}'],
  ['empty text is an empty object', ' ', '{}'],
  ['null as text is an empty object', 'null', '{}'],
  ['an escape that JSON does not know', '{"cmd":"echo it\\\'s"}', WRAPPED],
  ['a regular expression that was not escaped', '{"cmd":"grep \\d+"}', WRAPPED],
  ['a raw newline in a string', '{"cmd":"a\nb"}', WRAPPED],
  ['a raw control character in a string', '{"cmd":"a\u0001b"}', WRAPPED],
  ['a rest after the object', '{"cmd":"a"} {"cmd":"a"}', WRAPPED],
  ['a comma too many', '{"cmd":"a",}', WRAPPED],
  ['single quotes', "{'cmd':'a'}", WRAPPED],
  ['a name without quotes', '{cmd:"a"}', WRAPPED],
  ['a list', '[1]', WRAPPED],
  ['a list that is no text', ['x'], WRAPPED],
  ['a text in quotes', '"ls"', WRAPPED],
  ['plain text', 'ls', WRAPPED],
  ['half an object', '{"cmd":"a', WRAPPED],
  ['a whole surrogate pair stays', '{"a":"\\ud83d\\ude00"}', '{"a":"\\ud83d\\ude00"}'],
  ['an escaped backslash before u stays', '{"a":"\\\\ud83d"}', '{"a":"\\\\ud83d"}'],
  ['half a surrogate pair is replaced', '{"a":"x\\ud83d"}', '{"a":"x\ufffd"}'],
];

describe('objectText', () => {
  for (const [what, value, expected] of CASES) {
    it(`${what}${expected === WRAPPED ? ' is wrapped' : ''}`, () => {
      const text = objectText(value);
      if (expected === WRAPPED) assert.deepEqual(JSON.parse(text), { malformed_arguments: value });
      else assert.equal(text, expected);
    });
  }

  it('is always the text of an object', () => {
    const text = fc.oneof(
      fc.string(),
      fc.json(),
      fc.json().map((json) => json.replace('"', '')),
    );
    fc.assert(
      fc.property(text, (value) => {
        const parsed: unknown = JSON.parse(objectText(value));
        assert.ok(typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed));
      }),
    );
  });
});
