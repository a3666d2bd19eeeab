/** Whatever a provider sends, and wherever the network cuts it: the rules of `event-rules.ts` hold. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { RelayError } from '../../../src/errors.ts';
import { ChatStreamReader } from '../../../src/relay/exchange/chat-stream.ts';
import type { ChatChunk, ChatDelta } from '../../../src/wire/chat.ts';
import type { ResponseEvent } from '../../../src/wire/responses.ts';
import { assertEventRules } from '../../support/event-rules.ts';
import { deltaChunk, finishChunk, sseBytes, usageChunk } from '../../support/scripted-upstream.ts';
import { eventsOf, PROFILE, streamFor } from '../../support/translating.ts';

const TOOLS = {
  tools: [
    { type: 'function', name: 'run' },
    { type: 'function', name: 'running' },
    { type: 'custom', name: 'patch' },
  ],
};
const text = fc.string({ unit: 'grapheme', maxLength: 8 });
const fragment = fc.record(
  {
    index: fc.option(fc.nat(2)),
    id: fc.option(fc.constantFrom('', 'a', 'b')),
    function: fc.record(
      {
        name: fc.constantFrom('', 'run', 'patch', 'unknown', 'ru', 'running', 'ning', 'functions.run'),
        arguments: fc.constantFrom(
          ...[
            '',
            '{}',
            '{"input":"',
            'x\\n',
            '"}',
            '{"a":1}',
            ' ',
            '}',
            '\n',
            '\\',
            '"',
            'null',
            '\ud83d',
            '[',
          ],
        ),
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: [] },
);
const markup = fc.constantFrom(
  ...[
    '<think>',
    '</think>',
    '<tool_call>',
    '</tool_call>',
    '{"name":"run","arguments":{"x":"a"}}',
    '<|',
    'a',
    'ab',
  ],
);
const message: fc.Arbitrary<ChatDelta> = fc.record(
  {
    content: fc.oneof(text, markup),
    reasoning_content: text,
    tool_calls: fc.array(fragment, { maxLength: 2 }),
  },
  { requiredKeys: [] },
);
const anyChunk: fc.Arbitrary<ChatChunk> = fc.oneof(
  fc.record({ content: markup }).map(deltaChunk),
  fc.record({ reasoning: text, reasoning_content: text }).map(deltaChunk),
  fc.constant(deltaChunk({ reasoning_details: [{ type: 'reasoning.text', index: 0, text: 'a' }] })),
  message.map((whole) => ({ object: 'chat.completion', choices: [{ message: whole }] })),
  fc.record({ index: fc.nat(2), delta: message }).map((choice) => ({ choices: [choice] })),
  fc.record({ content: text }).map(deltaChunk),
  fc.record({ reasoning_content: text }).map(deltaChunk),
  fc.record({ refusal: text }).map(deltaChunk),
  fc.record({ tool_calls: fc.array(fragment, { maxLength: 3 }) }).map(deltaChunk),
  fc.constantFrom('stop', 'tool_calls', 'length', '', 'eos').map(finishChunk),
  fc.constant(usageChunk(3, 4)),
  fc.constant<ChatChunk>({ choices: [] }),
);

/** A sensible answer: thinking, text with any characters, calls with whole arguments. */
const goodChunks: fc.Arbitrary<ChatChunk[]> = fc
  .record({
    thoughts: fc.array(text),
    words: fc.array(text),
    inputs: fc.array(fc.string({ unit: 'grapheme', maxLength: 20 }), { maxLength: 3 }),
    cuts: fc.array(fc.nat(6), { minLength: 1 }),
  })
  .map(({ thoughts, words, inputs, cuts }) => [
    ...thoughts.map((thought) => deltaChunk({ reasoning_content: thought })),
    ...words.map((content) => deltaChunk({ content })),
    deltaChunk({ content: 'end' }),
    ...inputs.flatMap((input, index) => {
      const pieces = cutText(JSON.stringify({ input }), cuts);
      return pieces.map((args, at) =>
        deltaChunk({
          tool_calls: [
            {
              index,
              ...(at === 0 ? { id: `c${index}` } : {}),
              function: { ...(at === 0 ? { name: index % 2 ? 'run' : 'patch' } : {}), arguments: args },
            },
          ],
        }),
      );
    }),
    finishChunk('stop'),
    usageChunk(3, 4),
  ]);

function cutText(whole: string, cuts: readonly number[]): string[] {
  const pieces: string[] = [];
  for (let at = 0, turn = 0; at < whole.length; turn++) {
    const length = (cuts[turn % cuts.length] ?? 0) + 1;
    pieces.push(whole.slice(at, at + length));
    at += length;
  }
  return pieces;
}

/** The events of bytes that arrive in these reads. */
function eventsOfReads(reads: readonly Uint8Array[]): ResponseEvent[] {
  const stream = streamFor(TOOLS);
  const reader = new ChatStreamReader(PROFILE);
  const events = stream.start();
  try {
    for (const read of reads) for (const chunk of reader.feed(read)) events.push(...stream.feed(chunk));
    for (const chunk of reader.end()) events.push(...stream.feed(chunk));
    if (reader.problem !== undefined) throw reader.problem;
  } catch (error) {
    assert.ok(error instanceof RelayError);
    return [...events, ...stream.fail(error)];
  }
  return [...events, ...stream.finish()];
}

function split(bytes: Uint8Array, at: readonly number[]): Uint8Array[] {
  const edges = [0, ...at.map((edge) => edge % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return edges.slice(1).map((end, piece) => bytes.subarray(edges[piece], end));
}

describe('any stream', () => {
  it('keeps the rules, whatever chunks come', () => {
    fc.assert(
      fc.property(fc.array(anyChunk, { maxLength: 30 }), (chunks) => {
        assertEventRules(eventsOf(streamFor(TOOLS), chunks));
      }),
      { numRuns: 1000 },
    );
  });

  it('says the same wherever its bytes are split, with either line ending', () => {
    fc.assert(
      fc.property(
        goodChunks,
        fc.array(fc.nat(), { maxLength: 12 }),
        fc.constantFrom('\n', '\r\n'),
        (chunks, at, newline) => {
          const whole = eventsOf(streamFor(TOOLS), chunks);
          assertEventRules(whole);
          assert.equal(whole.at(-1)?.type, 'response.completed');
          assert.deepEqual(eventsOfReads(split(sseBytes(chunks, newline as '\n'), at)), whole);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('is never taken for complete when it is cut before its finish reason, at any byte', () => {
    const chunks = [
      deltaChunk({ reasoning_content: 'é' }),
      deltaChunk({ content: '😀 text' }),
      deltaChunk({
        tool_calls: [{ index: 0, id: 'a', function: { name: 'patch', arguments: '{"input":"x"}' } }],
      }),
    ];
    const bytes = sseBytes([...chunks, finishChunk('tool_calls')]);
    const finishEnds = bytes.length - 'data: [DONE]\n\n'.length - 2;
    for (let end = 0; end <= bytes.length; end++) {
      const events = eventsOfReads([bytes.subarray(0, end)]);
      assertEventRules(events);
      const isComplete = events.at(-1)?.type === 'response.completed';
      assert.equal(isComplete, end >= finishEnds, `cut at byte ${end} of ${bytes.length}`);
      const offered = events.some(
        (event) => event.type === 'response.output_item.done' && event.item.type === 'custom_tool_call',
      );
      assert.equal(offered, isComplete);
    }
  });
});
