import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ThinkTagSplitter } from '../../../src/translate/stream/think-tags.ts';

function split(pieces: readonly string[]): { reasoning: string; text: string } {
  const splitter = new ThinkTagSplitter('think');
  const parts = [...pieces.map((piece) => splitter.split(piece)), splitter.flush()];
  return {
    reasoning: parts.map(({ reasoning }) => reasoning).join(''),
    text: parts.map(({ text }) => text).join(''),
  };
}

const CASES: [what: string, answer: string, reasoning: string, text: string][] = [
  ['an answer without a tag', 'just text', '', 'just text'],
  ['thinking, then text', '<think>a\nb</think>\n\ntext', 'a\nb', 'text'],
  ['white space before the tag', '\n <think>a</think>text', 'a', 'text'],
  ['empty thinking', '<think>\n\n</think>\n\ntext', '\n\n', 'text'],
  ['a tag that is not closed', '<think>a</thin', 'a</thin', ''],
  ['a later tag', 'text <think>a</think>', '', 'text <think>a</think>'],
  ['a second block', '<think>a</think>b<think>c</think>', 'a', 'b<think>c</think>'],
  ['what looks like a tag', '<thinking>', '', '<thinking>'],
  ['half a tag at the end', '<thi', '', '<thi'],
  ['a closing tag inside', '<think>a </ think> b</think>c', 'a </ think> b', 'c'],
  ['only white space', ' \n', '', ' \n'],
];

describe('ThinkTagSplitter', () => {
  for (const [what, answer, reasoning, text] of CASES) {
    it(`splits ${what}, cut anywhere`, () => {
      assert.deepEqual(split([answer]), { reasoning, text });
      assert.deepEqual(split([...answer]), { reasoning, text });
      for (let at = 0; at <= answer.length; at++) {
        assert.deepEqual(split([answer.slice(0, at), answer.slice(at)]), { reasoning, text }, `cut at ${at}`);
      }
    });
  }

  it('gives the same for any cuts of any answer', () => {
    const piece = fc.constantFrom('<think>', '</think>', '<', '/', 'think', '>', ' ', '\n', 'a', '</');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        assert.deepEqual(split(pieces), split([pieces.join('')]));
      }),
    );
  });

  it('is done once the text has begun', () => {
    const splitter = new ThinkTagSplitter('think');
    splitter.split('<think>a</think>');
    assert.equal(splitter.isDone, false);
    splitter.split('\nb');
    assert.equal(splitter.isDone, true);
  });
});
