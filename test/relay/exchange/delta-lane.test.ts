/** The lane for ordinary deltas and the ordinary road lead to the same answer, whatever comes and however it is cut. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ChatStreamReader } from '../../../src/relay/exchange/chat-stream.ts';
import { DeltaLane } from '../../../src/relay/exchange/delta-lane.ts';
import type { Profile } from '../../../src/translate/profile.ts';
import type { ChatChoice, ChatChunk, ChatDelta } from '../../../src/wire/chat.ts';
import type { ResponseEvent } from '../../../src/wire/responses.ts';
import { assertEventRules, withJoinedDeltas } from '../../support/event-rules.ts';
import { PROFILE, streamFor } from '../../support/translating.ts';

const WITHOUT_TAGS: Profile = { ...PROFILE, thinkTag: null };

/** The result of a stream: its events, apart from the cuts in its texts, and what is kept of it. */
function outcomeOf(reads: Iterable<Uint8Array>, profile = PROFILE) {
  const stream = streamFor({ tools: [{ type: 'function', name: 'run' }] }, { profile });
  const reader = new ChatStreamReader(profile);
  const events: ResponseEvent[] = stream.start();
  const feed = (chunks: readonly ChatChunk[]) => {
    for (const chunk of chunks) events.push(...stream.feed(chunk));
  };
  for (const read of reads) feed(reader.feed(read));
  feed(reader.end());
  events.push(...(reader.problem === undefined ? stream.finish() : stream.fail(reader.problem)));
  assertEventRules(events);
  return { events: withJoinedDeltas(events), reasoning: stream.reasoning, isDone: reader.isDone };
}

function* cut(bytes: Uint8Array, at: readonly number[]): Generator<Uint8Array> {
  const edges = [...new Set([0, ...at.map((edge) => edge % bytes.length), bytes.length])];
  edges.sort((one, other) => one - other);
  for (let piece = 1; piece < edges.length; piece++) yield bytes.subarray(edges[piece - 1], edges[piece]);
}

/** Events that end in CR LF never enter the lane: these bytes take the ordinary road. */
function framed(events: readonly string[], newline: string): Uint8Array {
  return Buffer.from(events.map((event) => event.replaceAll('\n', newline) + newline + newline).join(''));
}

const data = (json: string) => `data: ${json}`;
const chunkOf = (delta: string, more = '') =>
  data(`{"id":"c","choices":[{"index":0,"delta":{${delta}},"finish_reason":null${more}}],"usage":null}`);

/** JSON of a string, right or wrong, in any spelling. */
const rawString = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: fc.string({ unit: 'grapheme', maxLength: 4 }).map(inside) },
      fc.constantFrom('<think>', '</think>', '<th', 'ink>', ' ', '{', '","', 'data: ').map(inside),
      fc.constantFrom('<tool_call>{"name":"run",', '"arguments":{}}</tool_call>').map(inside),
      fc.constantFrom('\\ud83d', '\\ude00', '\\u00e9', '\\/', '\\n', '\\\\', '\\"', '\\\\\\"', ''),
      { weight: 1, arbitrary: fc.constantFrom('\\', '\\x', '\\u12', '\t', '"', '\ud83d') },
    ),
    { maxLength: 4 },
  )
  .map((parts) => parts.join(''));

function inside(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

const event = fc.oneof(
  { weight: 12, arbitrary: rawString.map((raw) => chunkOf(`"content":"${raw}"`)) },
  { weight: 6, arbitrary: rawString.map((raw) => chunkOf(`"content":"","reasoning_content":"${raw}"`)) },
  { weight: 3, arbitrary: rawString.map((raw) => chunkOf(`"content":"${raw}","reasoning_details":[]`)) },
  { weight: 3, arbitrary: rawString.map((raw) => chunkOf(`"reasoning":"${raw}","reasoning_details":[]`)) },
  rawString.map((raw) => chunkOf(`"content":"no","content":"${raw}"`)),
  rawString.map((raw) => chunkOf(`"content":"${raw}","reasoning":"${raw}"`)),
  rawString.map((raw) => chunkOf(`"content":"${raw}"`, ',"usage":{"prompt_tokens":1}')),
  rawString.map((raw) => chunkOf(`"refusal":"${raw}"`)),
  rawString.map((raw) => `id: 1\n${chunkOf(`"content":"${raw}"`)}`),
  rawString.map((raw) => data(`[{"choices":[{"delta":{"content":"${raw}"}}]}]`)),
  rawString.map((raw) => data(data(`{"choices":[{"delta":{"content":"${raw}"}}]}`))),
  rawString.map((raw) => `data:{"choices":[{"delta": {"content" : "${raw}"}, "index": 0}]}`),
  fc.constantFrom(
    ': keep-alive',
    'event: ping\ndata: {}',
    data('[DONE]'),
    data('{"error":{"message":"no"}}'),
    chunkOf('"role":"assistant","content":"it"'),
    chunkOf('"tool_calls":[{"index":0,"id":"a","function":{"name":"run","arguments":"{}"}}]'),
    'event: error\ndata: {"message":"broken"}',
    'retry: 1',
    '{"choices":[{"delta":{"content":"stray"}}]}',
  ),
);
const END = data('{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}');

/** Mostly the same events over and over, as streams are. */
const stream = fc
  .array(fc.tuple(event, fc.constantFrom(1, 1, 2, 5, 20)), { minLength: 1, maxLength: 12 })
  .map((runs) => [...runs.flatMap(([one, times]) => Array.from({ length: times }, () => one)), END]);

/** Thinking in tags beside thinking in fields may be the same, piece by piece: no provider sends it in odd pieces. */
const withTags = stream.map((events) => events.filter((one) => !one.includes('reasoning')));

describe('the lane for ordinary deltas', () => {
  for (const [name, profile, streams] of [
    ['fields', WITHOUT_TAGS, stream],
    ['tags', PROFILE, withTags],
  ] as const) {
    it(`leads to the same answer as the ordinary road, for any stream and any split: thinking in ${name}`, () => {
      fc.assert(
        fc.property(streams, fc.array(fc.nat(), { maxLength: 20 }), (events, at) => {
          const ordinary = outcomeOf([framed(events, '\r\n')], profile);
          assert.deepEqual(outcomeOf(cut(framed(events, '\n'), at), profile), ordinary);
        }),
        { numRuns: 1000 },
      );
    });
  }

  it('leads there if every byte comes alone', () => {
    fc.assert(
      fc.property(stream, (events) => {
        const bytes = framed(events, '\n');
        const single = Array.from(bytes, (byte) => Uint8Array.of(byte));
        assert.deepEqual(outcomeOf(single, WITHOUT_TAGS), outcomeOf([framed(events, '\r\n')], WITHOUT_TAGS));
      }),
      { numRuns: 100 },
    );
  });

  const texts = (count: number) =>
    Array.from({ length: count }, (_, at) => chunkOf(`"content":"${at}\\n\\"\\\\"`));

  it('makes one chunk of each read', () => {
    const reader = new ChatStreamReader(PROFILE);
    const events = texts(40).map((text) => framed([text], '\n'));
    const counts = [events.slice(0, 2), events.slice(2, 30), ...events.slice(30).map((one) => [one])].map(
      (read) => reader.feed(Buffer.concat(read)).length,
    );
    // The pattern is known after two.
    assert.deepEqual(counts, [2, 1, ...Array(10).fill(1)]);
  });

  it('is entered by an event that came in two reads', () => {
    const reader = new ChatStreamReader(PROFILE);
    const bytes = framed(texts(40), '\n');
    const edge = framed(texts(40).slice(0, 3), '\n').length - 50;
    assert.equal(reader.feed(bytes.subarray(0, edge)).length, 2);
    assert.equal(reader.feed(bytes.subarray(edge)).length, 1);
  });

  const cases: [name: string, delta: ChatDelta, around?: ChatChoice, envelope?: ChatChunk][] = [
    ['calls', { content: 'a', tool_calls: [{ index: 0, function: { arguments: '{' } }] }],
    ['two texts', { content: 'a', reasoning: 'b' }],
    ['no text', { role: 'assistant', content: '' }],
    ['a refusal', { content: 'a', refusal: 'no' }],
    ['reasoning beside an empty list of details', { reasoning: 'a', reasoning_details: [] }],
    ['a reason to finish', { content: 'a' }, { finish_reason: 'stop' }],
    ['another answer', { content: 'a' }, { index: 1 }],
    ['the whole answer so far', { content: 'a' }, {}, { object: 'chat.completion' }],
    ['a whole message', { content: 'a' }, { message: { content: 'a' } }],
    ['usage', { content: 'a' }, {}, { usage: { prompt_tokens: 1 } }],
    ['an error', { content: 'a' }, {}, { error: 'broken' }],
    ['fields of its provider that hold more', { content: 'a' }, {}, { citations: ['x'] }],
  ];
  const chunkWith = (delta: ChatDelta, around: ChatChoice = {}, envelope: ChatChunk = {}): ChatChunk => ({
    choices: [{ index: 0, delta, ...around }],
    ...envelope,
  });
  const eventWith = (chunk: ChatChunk) => `data: ${JSON.stringify(chunk)}\n\n`;

  for (const [name, delta, around, envelope] of cases) {
    it(`learns nothing from a chunk with ${name}`, () => {
      const lane = new DeltaLane();
      const chunks = ['a', 'b', 'c'].map((text) => {
        const texts = {
          ...(delta.content && { content: text }),
          ...(delta.reasoning && { reasoning: text }),
        };
        return chunkWith({ ...delta, ...texts }, around, envelope);
      });
      for (const chunk of chunks) {
        assert.equal(lane.read(eventWith(chunk), 0), 0);
        lane.learn(eventWith(chunk), chunk);
      }
    });
  }

  it('stays out of texts that each repeat everything before, until they no longer do', () => {
    const lane = new DeltaLane();
    const readInLane = ['a', 'ab', 'ab', 'abc', 'd', 'e', 'f'].filter((content) => {
      const chunk = chunkWith({ content });
      const isRead = lane.read(eventWith(chunk), 0) > 0;
      lane.take();
      if (!isRead) lane.learn(eventWith(chunk), chunk);
      return isRead;
    });
    assert.deepEqual(readInLane, ['e', 'f']);
  });

  it('ends with the answer, because what follows may repeat it', () => {
    const lane = new DeltaLane();
    for (const content of ['a', 'b']) lane.learn(eventWith(chunkWith({ content })), chunkWith({ content }));
    assert.ok(lane.isOpen);
    lane.learn('', chunkWith({}, { finish_reason: 'stop' }));
    assert.ok(!lane.isOpen);
  });

  it('stays out of thinking that has a second field, which may say the same', () => {
    const lane = new DeltaLane();
    const isRead = (delta: ChatDelta) => {
      const chunk = chunkWith(delta);
      const wasRead = lane.read(eventWith(chunk), 0) > 0;
      lane.take();
      if (!wasRead) lane.learn(eventWith(chunk), chunk);
      return wasRead;
    };
    const thoughts = ['a', 'b', 'c'].map((reasoning) => isRead({ reasoning }));
    assert.deepEqual(thoughts, [false, false, true]);
    isRead({ reasoning_details: [{ type: 'reasoning.text', text: 'a' }] });
    assert.deepEqual(
      ['d', 'e', 'f'].map((reasoning) => isRead({ reasoning })),
      [false, false, false],
    );
    assert.deepEqual(
      ['a', 'b', 'c'].map((content) => isRead({ content })),
      [false, false, true],
    );
  });

  it('closes if every event has its own id, and stays open if ids repeat', () => {
    const isOpenAfter = (idOf: (at: number) => number) => {
      const lane = new DeltaLane();
      for (let at = 0; at < 100; at++) {
        const chunk = chunkWith({ content: String(at % 10) }, {}, { id: `c${idOf(at)}` });
        if (lane.read(eventWith(chunk), 0) === 0) lane.learn(eventWith(chunk), chunk);
        lane.take();
      }
      return lane.isOpen;
    };
    assert.equal(
      isOpenAfter((at) => at),
      false,
    );
    assert.equal(
      isOpenAfter((at) => Math.floor(at / 10)),
      true,
    );
  });
});
