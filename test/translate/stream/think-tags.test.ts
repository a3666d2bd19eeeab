import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ThinkTagSplitter } from '../../../src/translate/stream/think-tags.ts';

function split(pieces: readonly string[], mayBeUnopened = false): { reasoning: string; text: string } {
  const splitter = new ThinkTagSplitter(mayBeUnopened);
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
  ['what looks like a tag', '<thinker>', '', '<thinker>'],
  ['a second block at once', '<think>a</think>\n<think>b</think>c', 'ab', 'c'],
  ['the tag <thinking>', '<thinking>a</thinking>text', 'a', 'text'],
  ['the tag <thought>', '<thought>a</thought>text', 'a', 'text'],
  ['the tag <reasoning>', '<reasoning>a</reasoning>text', 'a', 'text'],
  ['the tag <seed:think>', '<seed:think>a</seed:think>text', 'a', 'text'],
  ['the tag [THINK]', '[THINK]a[/THINK]text', 'a', 'text'],
  ['the tag ◁think▷', '◁think▷a◁/think▷text', 'a', 'text'],
  ['tags in another case', '<Think>a</THINK>text', 'a', 'text'],
  ['the tag <thoughts>', '<thoughts>a</thoughts>text', 'a', 'text'],
  ["MedGemma's tags", '<unused94>thought\na<unused95>text', '\na', 'text'],
  ["Apertus' tags", '<|inner_prefix|>a<|inner_suffix|>text', 'a', 'text'],
  ["Command A's tags", '<|START_THINKING|>a<|END_THINKING|><|START_RESPONSE|>text', 'a', 'text'],
  [
    "gpt-oss's channels",
    '<|channel|>analysis<|message|>a<|end|><|start|>assistant<|channel|>final<|message|>text',
    'a',
    'text',
  ],
  ['the close of another tag', '<think>a</thinking>b</think>c', 'a</thinking>b', 'c'],
  ['a tag that was never opened', 'a</think>text', '', 'a</think>text'],
  ['half a tag at the end', '<thi', '', '<thi'],
  ['a closing tag inside', '<think>a </ think> b</think>c', 'a </ think> b', 'c'],
  ['only white space', ' \n', '', ' \n'],
];

const UNOPENED_CASES: typeof CASES = [
  ['a tag that was never opened', 'a\nb</think>\n\ntext', 'a\nb', 'text'],
  ['another one', 'a[/THINK]text', 'a', 'text'],
  ['no thinking', '</think>text', '', 'text'],
  ['a tag that was opened', '<think>a</think>text</think>', 'a', 'text</think>'],
  ['no tag', 'just text', '', 'just text'],
  ['half a tag', 'text</thi', '', 'text</thi'],
];

describe('ThinkTagSplitter', () => {
  for (const [what, answer, reasoning, text] of UNOPENED_CASES) {
    it(`splits ${what} if the beginning may not be marked`, () => {
      for (let at = 0; at <= answer.length; at++) {
        assert.deepEqual(
          split([answer.slice(0, at), answer.slice(at)], true),
          { reasoning, text },
          `cut at ${at}`,
        );
      }
      assert.deepEqual(split([...answer], true), { reasoning, text });
    });
  }

  for (const [what, answer, reasoning, text] of CASES) {
    it(`splits ${what}, cut anywhere`, () => {
      assert.deepEqual(split([answer]), { reasoning, text });
      assert.deepEqual(split([...answer]), { reasoning, text });
      for (let at = 0; at <= answer.length; at++) {
        assert.deepEqual(split([answer.slice(0, at), answer.slice(at)]), { reasoning, text }, `cut at ${at}`);
      }
    });
  }

  it('takes a closing tag at the beginning for what is left of thinking that was marked elsewhere', () => {
    for (const [answer, text] of [
      ['</think>\n\ntext', 'text'],
      ['\n</think> text', 'text'],
      ['[/THINK]text', 'text'],
      ['</thing>text', '</thing>text'],
    ] as const) {
      for (let at = 0; at <= answer.length; at++) {
        const splitter = new ThinkTagSplitter();
        splitter.expectMarks();
        const parts = [
          splitter.split(answer.slice(0, at)),
          splitter.split(answer.slice(at)),
          splitter.flush(),
        ];
        assert.deepEqual(parts.map((part) => part.text).join(''), text, `cut at ${at}`);
      }
    }
  });

  it('gives the same for any cuts of any answer', () => {
    const piece = fc.constantFrom('<think>', '</think>', '<', '/', 'think', '>', ' ', '\n', 'a', '</');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        assert.deepEqual(split(pieces), split([pieces.join('')]));
        assert.deepEqual(split(pieces, true), split([pieces.join('')], true));
      }),
    );
  });

  it('is done once the text has begun', () => {
    const splitter = new ThinkTagSplitter();
    splitter.split('<think>a</think>');
    assert.equal(splitter.isDone, false);
    splitter.split('\nb');
    assert.equal(splitter.isDone, true);
  });
});
