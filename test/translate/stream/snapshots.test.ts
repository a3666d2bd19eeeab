/** Frames that say again what was said, and answers that are spread over choices: everything is said once. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ChatChunk, ChatDelta } from '../../../src/wire/chat.ts';
import { outputOf } from '../../support/output-line.ts';
import { deltaChunk, finishChunk } from '../../support/scripted-upstream.ts';
import { streamFor } from '../../support/translating.ts';

const said = (content: string): ChatChunk => deltaChunk({ content });
const STOP = finishChunk('stop');
const CALL = { index: 0, id: 'c', function: { name: 'run', arguments: '{"x":1}' } };
const called = deltaChunk({ tool_calls: [CALL] });
/** A last frame with all of the message. */
const whole = (message: ChatDelta, finish_reason: string | null = 'stop'): ChatChunk => ({
  object: 'chat.completion',
  choices: [{ index: 0, message: { role: 'assistant', ...message }, finish_reason }],
});
const choice = (index: number | null, delta: ChatDelta, finish_reason: string | null = null): ChatChunk => ({
  choices: [{ index, delta, finish_reason }],
});
const WORLD = [said('Hello '), said('world')];

const LONG = 'The quick brown fox jumps over the lazy dog.';
const [BEGINNING, MIDDLE, REST] = [LONG.slice(0, 10), LONG.slice(10, 25), LONG.slice(25)];
const IN_PIECES = [BEGINNING, MIDDLE, REST].map(said);

const CASES: [what: string, chunks: ChatChunk[], output: string][] = [
  [
    'a whole message behind its deltas',
    [...WORLD, STOP, whole({ content: 'Hello world' })],
    'message(Hello world)',
  ],
  [
    'a whole message that ends the answer',
    [...WORLD, whole({ content: 'Hello world' })],
    'message(Hello world)',
  ],
  [
    'a whole message with more in it',
    [...WORLD, whole({ content: 'Hello world!' })],
    'message(Hello world!)',
  ],
  [
    'a whole message, trimmed',
    [said('\n\nHello '), said('world\n'), whole({ content: 'Hello world' })],
    'message(\n\nHello world\n)',
  ],
  ['a whole message that is another one', [...WORLD, whole({ content: 'Bye' })], 'message(Hello world)'],
  ['a whole message that says no reason for its end', [whole({ content: 'Hello' }, null)], 'message(Hello)'],
  [
    'a whole call that says no reason for its end',
    [{ choices: [{ message: { content: null, tool_calls: [CALL] } }] }],
    'c:run{"x":1}',
  ],
  [
    'a message that says that it goes on, and does not',
    [{ choices: [{ message: { content: 'Hel' }, finish_reason: 'null' }] }],
    '[failed upstream_error]',
  ],
  [
    'messages that grow, cut off',
    ['Hel', 'Hello'].map((content) => whole({ content }, null)),
    '[failed upstream_error]',
  ],
  ['a whole message and nothing before', [whole({ content: 'Hello' })], 'message(Hello)'],
  [
    'a whole message in parts',
    [...WORLD, whole({ content: [{ type: 'text', text: 'Hello world' }] })],
    'message(Hello world)',
  ],
  [
    'a whole message beside an empty delta',
    [...WORLD, { choices: [{ delta: {}, message: { content: 'Hello world' }, finish_reason: 'stop' }] }],
    'message(Hello world)',
  ],
  [
    'a message that grows',
    [whole({ content: 'Hel' }, null), whole({ content: 'Hello' }, null), whole({ content: 'Hello' })],
    'message(Hello)',
  ],
  [
    'messages that add to each other',
    ['Hel', 'lo'].map((content) => ({ choices: [{ message: { content } }] })).concat(STOP as never),
    'message(Hello)',
  ],
  [
    'a last frame that calls itself whole, but has a delta',
    [
      ...WORLD.map((chunk) => ({ object: 'chat.completion.chunk', ...chunk })),
      { object: 'chat.completion', ...choice(0, { content: 'Hello world' }, 'stop') },
    ],
    'message(Hello world)',
  ],
  [
    'chunks that all call themselves whole',
    [...WORLD, STOP].map((chunk) => ({ object: 'chat.completion', ...chunk })),
    'message(Hello world)',
  ],
  [
    'a whole message with its call',
    [
      ...WORLD,
      called,
      finishChunk('tool_calls'),
      whole({ content: 'Hello world', tool_calls: [CALL] }, 'tool_calls'),
    ],
    'message(Hello world) c:run{"x":1}',
  ],
  [
    'a whole message with a call under another id',
    [
      ...WORLD,
      called,
      whole({ content: 'Hello world', tool_calls: [{ ...CALL, id: 'other' }] }, 'tool_calls'),
    ],
    'message(Hello world) c:run{"x":1}',
  ],
  [
    'a whole message with a call that no delta had',
    [...WORLD, whole({ content: 'Hello world', tool_calls: [CALL] }, 'tool_calls')],
    'message(Hello world) c:run{"x":1}',
  ],
  [
    'a whole message with arguments that no delta had',
    [
      deltaChunk({ tool_calls: [{ index: 0, id: 'c', function: { name: 'run', arguments: '' } }] }),
      whole({ tool_calls: [CALL] }, 'tool_calls'),
    ],
    'c:run{"x":1}',
  ],
  [
    'a whole message with its thinking',
    [
      deltaChunk({ reasoning_content: 'hm' }),
      ...WORLD,
      whole({ reasoning_content: 'hm', content: 'Hello world' }),
    ],
    'reasoning(hm) message(Hello world)',
  ],
  [
    'the whole answer again, behind the finish reason',
    [...WORLD, STOP, said('Hello world'), STOP],
    'message(Hello world)',
  ],
  [
    'the whole answer again, in its deltas',
    [...WORLD, STOP, ...WORLD, STOP, ...WORLD],
    'message(Hello world)',
  ],
  [
    'thinking, text and call again',
    [
      deltaChunk({ reasoning_content: 'hm' }),
      ...WORLD,
      called,
      STOP,
      deltaChunk({ reasoning_content: 'hm' }),
      ...WORLD,
      called,
      STOP,
    ],
    'reasoning(hm) message(Hello world) c:run{"x":1}',
  ],
  ['an error behind the end', [...WORLD, STOP, { error: { message: 'no' } }], 'message(Hello world)'],
  [
    'an error behind an end without an answer',
    [STOP, { error: { message: 'no' } }],
    '[failed upstream_error]',
  ],
  [
    'an error behind an end that is none',
    [...WORLD, finishChunk('error'), { error: { message: 'no' } }],
    '[failed upstream_error]',
  ],
  [
    'the whole answer in its last delta',
    [...IN_PIECES, choice(0, { content: LONG }, 'stop')],
    `message(${LONG})`,
  ],
  [
    'the whole answer in its last delta, with the call',
    [...IN_PIECES, called, choice(0, { content: LONG, tool_calls: [CALL] }, 'tool_calls')],
    `message(${LONG}) c:run{"x":1}`,
  ],
  [
    'an answer that is one delta, again',
    [said(LONG), said(LONG), choice(0, { content: LONG }, 'stop')],
    `message(${LONG})`,
  ],
  [
    'an answer that is one delta, then grows',
    [said(LONG), said(LONG), said(`${LONG} So`), STOP],
    `message(${LONG} So)`,
  ],
  ['a sentence twice, and more', [...IN_PIECES, said(LONG), said(' So'), STOP], `message(${LONG}${LONG} So)`],
  [
    'a short answer that is said twice',
    [said('ha '), said('ho '), said('ha ho '), STOP],
    'message(ha ho ha ho )',
  ],
  ['more behind the finish reason', [...WORLD, STOP, said('!')], 'message(Hello world!)'],
  [
    'more that begins like the answer',
    [...WORLD, STOP, said('Hell'), said(' no')],
    'message(Hello worldHell no)',
  ],
  ['more that is the beginning of the answer', [...WORLD, STOP, said('Hel')], 'message(Hello worldHel)'],
  [
    'deltas that grow',
    [said('Hel'), said('Hello'), said('Hello wo'), said('Hello world'), STOP],
    'message(Hello world)',
  ],
  [
    'long deltas that grow once',
    [said('Hello there, world'), said('Hello there, world, again'), STOP],
    'message(Hello there, world, again)',
  ],
  [
    'deltas that grow, and repeat',
    [said('Hel'), said('Hello'), said('Hello'), said('Hello world'), said('Hello'), STOP],
    'message(Hello world)',
  ],
  [
    'thinking that grows',
    [
      ...['Let', 'Let me', 'Let me see'].map((text) => deltaChunk({ reasoning_content: text })),
      said('a'),
      STOP,
    ],
    'reasoning(Let me see) message(a)',
  ],
  ['deltas that are alike', [said('1'), said('10'), said('100'), said(' and'), STOP], 'message(110100 and)'],
  ['digits to the end', [said('1'), said('10'), said('100'), STOP], 'message(110100)'],
  ['line ends', [said('\n'), said('\n'), said('\n\n'), said('a'), STOP], 'message(\n\n\n\na)'],
  ['a word twice', [said('ha'), said('ha'), said('!'), STOP], 'message(haha!)'],
  [
    'deltas that grow after a pause',
    [...Array.from({ length: 4 }, () => said('Hel')), said('Hello'), said('Hello, all'), STOP],
    'message(Hello, all)',
  ],
  [
    'deltas that grow, pause and go on',
    [said('1'), ...Array.from({ length: 6 }, () => said('12')), said('123'), said('1234'), STOP],
    'message(1234)',
  ],
  [
    'a word that never changes',
    Array.from({ length: 20 }, () => said('ha')).concat(STOP),
    `message(${'ha'.repeat(20)})`,
  ],
  ['a word twice to the end', [said('ha'), said('haha'), STOP], 'message(hahaha)'],
  // --------------------------------------------------------------------------------------- choices
  ['an answer at index 1', [choice(1, { content: 'a' }), choice(1, { content: 'b' }, 'stop')], 'message(ab)'],
  [
    'an answer at index 1 beside a silent first',
    [choice(0, { role: 'assistant' }), choice(1, { content: 'a' }, 'stop'), choice(0, {}, 'stop')],
    'message(a)',
  ],
  [
    'text in the first, the call in the second',
    [choice(0, { content: 'a' }, 'tool_calls'), choice(1, { tool_calls: [CALL] }, 'tool_calls')],
    'message(a) c:run{"x":1}',
  ],
  [
    'the same, in one completion',
    [
      {
        choices: [
          { message: { content: 'a' }, finish_reason: 'tool_calls' },
          { message: { tool_calls: [CALL] }, finish_reason: 'tool_calls' },
        ],
      },
    ],
    'message(a) c:run{"x":1}',
  ],
  [
    'two of one index in one chunk',
    [
      {
        choices: [
          { index: 0, delta: { content: 'a' } },
          { index: 0, delta: { tool_calls: [CALL] }, finish_reason: 'tool_calls' },
        ],
      },
    ],
    'message(a) c:run{"x":1}',
  ],
  [
    'the second comes first, interleaved',
    [
      choice(1, { tool_calls: [CALL] }),
      choice(0, { content: 'a' }),
      choice(1, {}, 'tool_calls'),
      choice(0, { content: 'b' }, 'tool_calls'),
    ],
    'message(ab) c:run{"x":1}',
  ],
  [
    'two answers, interleaved',
    [
      choice(0, { content: 'a' }),
      choice(1, { content: 'x' }),
      choice(0, { content: 'b' }, 'stop'),
      choice(1, { content: 'y' }, 'stop'),
    ],
    'message(ab)',
  ],
  [
    'two answers, one of them with a call',
    [choice(0, { content: 'a' }, 'stop'), choice(1, { tool_calls: [CALL] }, 'tool_calls')],
    'message(a)',
  ],
  [
    'a second choice that was cut',
    [choice(0, { content: 'a' }, 'tool_calls'), choice(1, { tool_calls: [CALL] }, 'length')],
    'message(a) c:run{"x":1} [incomplete ]',
  ],
  [
    'an index that counts the chunks',
    [
      ...['H', 'e', 'l', 'l', 'o'].map((text, index) => choice(index, { content: text })),
      choice(5, {}, 'stop'),
    ],
    'message(Hello)',
  ],
  [
    'an index that counts the chunks, cut off',
    ['H', 'e', 'l', 'l'].map((text, index) => choice(index, { content: text })),
    '[failed upstream_error]',
  ],
  [
    'an index that counts the chunks of a call',
    [
      choice(0, { content: 'a' }),
      choice(1, { tool_calls: [{ index: 0, id: 'c', function: { name: 'run', arguments: '{"x"' } }] }),
      choice(2, { tool_calls: [{ index: 0, function: { arguments: ':1}' } }] }),
      choice(3, {}, 'tool_calls'),
    ],
    'message(a) c:run{"x":1}',
  ],
  [
    'a reason for the end in a choice of its own',
    [choice(0, { content: 'a' }), choice(0, { content: 'b' }), choice(1, {}, 'stop')],
    'message(ab)',
  ],
  [
    'a choice that is only usage',
    [choice(0, { content: 'a' }), { choices: [{ index: 1, usage: { prompt_tokens: 1 } }] }, STOP],
    'message(a)',
  ],
];

describe('what is said more than once', () => {
  for (const [what, chunks, output] of CASES) {
    it(`is said once: ${what}`, () => assert.equal(outputOf(chunks), output));
  }

  it('is said as soon as it can be no message that grows, though it never changes', () => {
    const SAYINGS: [what: string, pieces: string[]][] = [
      ['a word', Array(10).fill('ha')],
      ['line ends', Array(300).fill('\n')],
      ['blanks, now and then more', [' ', '  ', ...Array(300).fill('  ')]],
      ['digits that grew once', ['1', '10', ...Array(10).fill('10')]],
    ];
    for (const [what, pieces] of SAYINGS) {
      for (const name of ['content', 'reasoning_content']) {
        const stream = streamFor();
        const events = pieces.flatMap((piece) => stream.feed(deltaChunk({ [name]: piece })));
        const text = events.map((event) => ('delta' in event ? event.delta : '')).join('');
        assert.equal(text, pieces.join(''), `${what} in ${name}`);
      }
    }
  });

  it('is said once, wherever the deltas before the whole message are cut', () => {
    const text = 'Hello there, world: *bold* 1 11 111 😀.';
    fc.assert(
      fc.property(fc.array(fc.nat(text.length), { maxLength: 8 }), fc.boolean(), (at, isGrowing) => {
        const edges = [0, ...at.sort((a, b) => a - b), text.length];
        const pieces = edges.slice(1).map((end, piece) => text.slice(edges[piece], end));
        const grown = edges.slice(1).map((end) => text.slice(0, end));
        const chunks = [...(isGrowing ? [] : pieces.map(said)), STOP, whole({ content: text })];
        assert.equal(outputOf(chunks), `message(${text})`);
        if (grown.filter((piece) => piece.length > 4).length > 3 && new Set(grown).size > 4)
          assert.equal(outputOf([...grown.map(said), STOP]), `message(${text})`);
      }),
    );
  });
});
