import assert from 'node:assert/strict';
import { printable } from '../../src/cli/printable.ts';

const CASES: [text: string, shown: string][] = [
  ['a line\nand a\ttable\r\n', 'a line\nand a\ttable\r\n'],
  ['模型 é 🙂', '模型 é 🙂'],
  ['\x1b[2Jgone', '\\u001b[2Jgone'],
  ['\x1b]0;title\x07', '\\u001b]0;title\\u0007'],
  ['\x9b31mred\x7f', '\\u009b31mred\\u007f'],
  ['FAIL\rok  ', 'FAIL\\u000dok  '],
  ['abc\u202edef\u2069', 'abc\\u202edef\\u2069'],
];

describe('text for a terminal', () => {
  for (const [text, shown] of CASES) {
    it(`shows ${JSON.stringify(shown)}`, () => assert.equal(printable(text), shown));
  }

  it('leaves JSON what it is', () => {
    const value = CASES.map(([text]) => text);
    assert.deepEqual(JSON.parse(printable(JSON.stringify(value, null, 2))), value);
  });
});
