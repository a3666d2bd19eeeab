/** Thinking in every place and shape: shown once, before the text, and kept so that it can go back. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { joinReasoning } from '../../../src/translate/reasoning/replay.ts';
import type { ChatChunk, ChatDelta } from '../../../src/wire/chat.ts';
import { outputOf, RUN_AND_PATCH } from '../../support/output-line.ts';
import { deltaChunk, finishChunk } from '../../support/scripted-upstream.ts';
import { eventsOf, streamFor } from '../../support/translating.ts';

const STOP = finishChunk('stop');
const CASES: [what: string, deltas: ChatDelta[], output: string][] = [
  [
    'under two names',
    [{ reasoning_content: 'a b', reasoning: 'a b' }, { content: 'x' }],
    'reasoning(a b) message(x)',
  ],
  [
    'under two names, in turn',
    [
      { reasoning: 'a ' },
      { reasoning_content: 'a ' },
      { reasoning: 'b' },
      { reasoning_content: 'b' },
      { content: 'x' },
    ],
    'reasoning(a b) message(x)',
  ],
  ['under another name', [{ thinking: 'a' }, { content: 'x' }], 'reasoning(a) message(x)'],
  ['under a third', [{ reasoning_text: 'a' }, { content: 'x' }], 'reasoning(a) message(x)'],
  [
    'as a field and between tags',
    [{ reasoning_content: 'a b' }, { content: '<think>\na b\n</think>\n\nx' }],
    'reasoning(a b) message(x)',
  ],
  [
    'as a field and between tags, in pieces',
    [
      { reasoning_content: 'a', content: '<think>a' },
      { reasoning_content: ' b', content: ' b' },
      { content: '</think>x' },
    ],
    'reasoning(a b) message(x)',
  ],
  [
    'between tags, and in its field a little later',
    [
      { content: '<think>a ' },
      { reasoning_content: 'a ' },
      { content: 'b</think>' },
      { reasoning_content: 'b' },
      { content: 'x' },
    ],
    'reasoning(a b) message(x)',
  ],
  [
    'as text, then in details',
    [
      { reasoning: 'a b' },
      { reasoning_details: [{ type: 'reasoning.text', index: 0, text: 'a b' }] },
      { content: 'x' },
    ],
    'reasoning(a b) message(x)',
  ],
  [
    'as text and in details, side by side',
    [
      { reasoning: 'a', reasoning_details: [{ type: 'reasoning.text', text: 'a' }] },
      { reasoning: 'b', reasoning_details: [{ type: 'reasoning.text', text: 'b' }] },
      { content: 'x' },
    ],
    'reasoning(ab) message(x)',
  ],
  [
    'as text and in blocks',
    [
      { reasoning_content: 'a' },
      { thinking_blocks: [{ type: 'thinking', thinking: 'a', signature: 's' }] },
      { content: 'x' },
    ],
    'reasoning(a) message(x)',
  ],
  ['as an object', [{ reasoning: { content: 'a' } }, { content: 'x' }], 'reasoning(a) message(x)'],
  [
    'as a list of parts',
    [
      {
        reasoning: [
          { type: 'text', text: 'a' },
          { type: 'text', text: 'b' },
        ],
      },
      { content: 'x' },
    ],
    'reasoning(ab) message(x)',
  ],
  ['as a list of texts', [{ reasoning_content: ['a', 'b'] }, { content: 'x' }], 'reasoning(ab) message(x)'],
  [
    'as a part of the content',
    [
      {
        content: [
          { type: 'reasoning', text: 'a' },
          { type: 'text', text: 'x' },
        ],
      },
    ],
    'reasoning(a) message(x)',
  ],
  [
    'as a text part with a mark',
    [
      {
        content: [
          { type: 'text', text: 'a', thought: true },
          { type: 'text', text: 'x' },
        ],
      },
    ],
    'reasoning(a) message(x)',
  ],
  [
    'as the content',
    [{ content: { type: 'thinking', thinking: 'a' } }, { content: { type: 'text', text: 'x' } }],
    'reasoning(a) message(x)',
  ],
  ['a switch', [{ thinking: true, reasoning: null, content: 'x' }], 'message(x)'],
  [
    'different thoughts in two places',
    [
      { reasoning: 'a' },
      { reasoning_details: [{ type: 'reasoning.summary', summary: 'b' }] },
      { content: 'x' },
    ],
    'reasoning(ab) message(x)',
  ],
  [
    'with tags in its field',
    [{ reasoning_content: '<think>\na' }, { reasoning_content: ' b</think>\n\n' }, { content: 'x' }],
    'reasoning(\na b) message(x)',
  ],
  [
    'opened in its field, closed in the text',
    [{ reasoning_content: '<think>a b' }, { content: '</th' }, { content: 'ink>\n\nx' }],
    'reasoning(a b) message(x)',
  ],
  [
    'that only begins like a tag',
    [{ reasoning_content: '<' }, { reasoning_content: 'thin' }, { content: 'x' }],
    'reasoning(<thin) message(x)',
  ],
  [
    'whole in the last delta once more',
    [{ reasoning: 'a ' }, { reasoning: 'b' }, { content: 'x' }, { content: '', reasoning: 'a b' }],
    'reasoning(a b) message(x)',
  ],
  [
    'whole in the last delta once more, under two names',
    [
      { reasoning: 'a ', thinking: 'a ' },
      { reasoning: 'b', thinking: 'b' },
      { content: 'x' },
      { reasoning: 'a b', thinking: 'a b' },
    ],
    'reasoning(a b) message(x)',
  ],
  [
    'beside text that grows, again and again',
    [
      { reasoning_content: 'a' },
      { reasoning_content: 'a b' },
      { reasoning_content: 'a b c' },
      { reasoning_content: 'a b c', content: 'Hel' },
      { reasoning_content: 'a b c', content: 'Hello' },
      { reasoning_content: 'a b c', content: 'Hello, wor' },
      { reasoning_content: 'a b c', content: 'Hello, world' },
    ],
    'reasoning(a b c) message(Hello, world)',
  ],
  [
    'in one piece beside text that grows',
    [
      { reasoning_content: 'a b c' },
      ...['Hel', 'Hello', 'Hello, wor'].map((content) => ({ reasoning_content: 'a b c', content })),
    ],
    'reasoning(a b c) message(Hello, wor)',
  ],
  [
    'that begins like the first, but goes on differently',
    [{ reasoning: 'a b' }, { content: 'x' }, { reasoning: 'a' }, { reasoning: ' c' }, { content: 'y' }],
    'reasoning(a b) message(x) reasoning(a c) message(y)',
  ],
  [
    'that is the beginning of the first',
    [{ reasoning: 'a b' }, { content: 'x' }, { reasoning: 'a' }, { content: 'y' }],
    'reasoning(a b) message(x) reasoning(a) message(y)',
  ],
  ['tags of another family', [{ content: '[THI' }, { content: 'NK]a[/THINK]x' }], 'reasoning(a) message(x)'],
];

describe('thinking', () => {
  for (const [what, deltas, output] of CASES) {
    it(`is shown once: ${what}`, () => assert.equal(outputOf([...deltas.map(deltaChunk), STOP]), output));
  }

  it('whose beginning is not marked is recognised by its end, for models that do so', () => {
    const chunks = ['a ', 'b</th', 'ink>\nx'].map((content) => deltaChunk({ content }));
    for (const model of ['deepseek-r1', 'Qwen/QwQ-32B', 'qwen3-235b-a22b-thinking-2507']) {
      assert.equal(outputOf([...chunks, STOP], {}, { model }), 'reasoning(a b) message(x)');
      assert.equal(outputOf([deltaChunk({ content: 'x' }), STOP], {}, { model }), 'message(x)');
    }
    assert.equal(outputOf([...chunks, STOP], {}, { mayWait: true }), 'reasoning(a b) message(x)');
  });

  it('whose beginning is not marked, and that went out as text, is separated from the answer', () => {
    const answers: [deltas: string[], output: string][] = [
      [['a ', 'b</th', 'ink>\n\nx', ' y'], 'message(a b) message(x y)'],
      [['a b.</think>x'], 'message(a b.) message(x)'],
      [['a b.</think> So x.'], 'message(a b.) message(So x.)'],
      [['</think>\n\n', 'x'], 'message(x)'],
      [['a\n[/THINK]', 'x'], 'message(a\n) message(x)'],
      [['a\n</think>'], 'message(a\n)'],
      [
        ['I close it with </think> now. ', 'a</think>\nx'],
        'message(I close it with </think> now. a) message(x)',
      ],
      [
        ['Between <think> and </think>', '\na\n</think>x'],
        'message(Between <think> and </think>\na\n) message(x)',
      ],
    ];
    for (const [deltas, output] of answers)
      assert.equal(outputOf([...deltas.map((content) => deltaChunk({ content })), STOP]), output);
  });

  it('is not recognised by a tag that the text is about', () => {
    const texts = [
      'End it with </think> and go on.',
      'Write `</think>` there.',
      'It ends with "</think>".',
      'So: (</think>)',
      'The tag is </think>.',
      'First <think>, then </think>\nThat is all.',
      '```\na</think>\nb\n```',
      'A </thinker> or </thin',
    ];
    for (const content of texts) {
      const deltas = [...content].map((character) => deltaChunk({ content: character }));
      assert.equal(outputOf([...deltas, STOP]), `message(${content})`);
      assert.equal(outputOf([...deltas, STOP], {}, { mayWait: true }), `message(${content})`);
    }
  });

  it('whose beginning is not marked is recognised wherever the answer is cut', () => {
    const piece = fc.constantFrom(
      '</think>',
      '</th',
      '[/THINK]',
      '<think>',
      'a',
      ' ',
      '\n',
      'b.',
      'B',
      '`',
      '```',
      '<',
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 9 }),
        fc.array(fc.nat(60), { maxLength: 5 }),
        fc.boolean(),
        (pieces, at, mayWait) => {
          const text = pieces.join('');
          const edges = [
            0,
            ...at.map((edge) => Math.min(edge, text.length)).sort((a, b) => a - b),
            text.length,
          ];
          const cut = edges.slice(1).map((end, index) => text.slice(edges[index], end));
          // Two deltas that do not grow, so that no later one is taken for a repetition.
          const said = (contents: string[]) =>
            outputOf(
              [...['1', '2', ...contents].map((content) => deltaChunk({ content })), STOP],
              {},
              { mayWait },
            );
          assert.equal(said(cut), said([text]));
          assert.equal(said([...text]), said([text]));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('marks the model that closes what it did not open', () => {
    for (const mayWait of [true, false]) {
      const stream = streamFor({}, { mayWait });
      eventsOf(stream, [deltaChunk({ content: 'a</think>\nx' }), STOP]);
      assert.equal(stream.closedUnopened, true);
      const other = streamFor({}, { mayWait });
      eventsOf(other, [deltaChunk({ content: '<think>a</think>x' }), STOP]);
      assert.equal(other.closedUnopened, false);
    }
  });

  it('whose beginning is not marked may be long, and no text is lost or doubled', () => {
    const stream = streamFor({}, { model: 'deepseek-r1' });
    for (let at = 0; at < 50_000; at++) stream.feed(deltaChunk({ content: 'abcd' }));
    stream.feed(deltaChunk({ content: '</think>x' }));
    stream.feed(STOP);
    stream.finish();
    assert.deepEqual(
      stream.response.output.map(({ type }) => type),
      ['reasoning', 'message'],
    );
    const whole: ChatChunk = { choices: [{ message: { content: 'a b' }, finish_reason: 'stop' }] };
    const deltas = ['a ', 'b'].map((content) => deltaChunk({ content }));
    assert.equal(outputOf([...deltas, whole], {}, { model: 'deepseek-r1' }), 'message(a b)');
  });

  it('is separated from text at once if the provider marks it', () => {
    const stream = streamFor({}, { model: 'deepseek-r1' });
    stream.feed(deltaChunk({ reasoning_content: 'a' }));
    assert.ok(
      stream.feed(deltaChunk({ content: 'x' })).some(({ type }) => type === 'response.output_text.delta'),
    );
  });

  it('is shown once, however two places share it', () => {
    const text = 'Let me see: first this, then that.';
    const cuts = fc.array(fc.nat(text.length), { maxLength: 5 });
    const piecesOf = (at: readonly number[]) => {
      const edges = [0, ...[...at].sort((a, b) => a - b), text.length];
      return edges.slice(1).map((end, piece) => text.slice(edges[piece], end));
    };
    fc.assert(
      fc.property(cuts, cuts, fc.boolean(), (first, second, isTogether) => {
        const names = piecesOf(first).map((reasoning) => ({ reasoning }));
        const others = piecesOf(second).map((reasoning_content) => ({ reasoning_content }));
        const deltas = isTogether
          ? names.map((delta) => ({ ...delta, reasoning_content: delta.reasoning }))
          : [...names, ...others];
        const chunks: ChatChunk[] = [...deltas.map(deltaChunk), deltaChunk({ content: 'x' }), STOP];
        assert.equal(outputOf(chunks), `reasoning(${text}) message(x)`);
      }),
    );
  });

  it('goes back as details with its signature, if there are any', () => {
    const text = { type: 'reasoning.text', index: 0, text: 'a' };
    const signature = { type: 'reasoning.text', index: 0, signature: 's' };
    const ways: ChatDelta[][] = [
      [{ reasoning: 'a' }, { reasoning_details: [{ ...text, signature: 's' }] }, { content: 'x' }],
      [{ reasoning: 'a', reasoning_details: [text] }, { content: 'x' }, { reasoning_details: [signature] }],
      [{ reasoning: 'a' }, { content: 'x' }, { reasoning_details: [{ ...text, signature: 's' }] }],
    ];
    for (const deltas of ways) {
      const stream = streamFor(RUN_AND_PATCH);
      eventsOf(stream, [...deltas.map(deltaChunk), STOP]);
      const joined = joinReasoning(stream.reasoning);
      assert.deepEqual(
        [joined?.field, joined?.text, joined?.details],
        ['reasoning_details', 'a', [{ ...text, signature: 's' }]],
      );
    }
  });
});
