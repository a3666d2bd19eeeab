/** The fast lane for native events says the same as parsing each of them. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { JsonObject } from '../../../src/json.ts';
import { BASE_PROFILE } from '../../../src/providers/base-profile.ts';
import { NativeStreamReader } from '../../../src/relay/exchange/native-stream.ts';

interface Form {
  /** Whether the name of the event is in a line of its own, and in the data. */
  hasName: boolean;
  hasType: boolean;
  hasNumber: boolean;
  /** Random padding in each event, as OpenAI sends it. */
  hasPadding: boolean;
  space: string;
  newline: string;
}

const TEXT = 'response.output_text.delta';

function encode(event: JsonObject, { hasName, hasType, space, newline }: Form): string {
  const { type, ...rest } = event;
  const data = JSON.stringify(hasType ? event : rest);
  const name = hasName || !hasType ? `event:${space}${String(type)}${newline}` : '';
  return `${name}data:${space}${data}${newline}${newline}`;
}

function eventsOf(texts: readonly string[], { hasNumber, hasPadding }: Form): JsonObject[] {
  const numbered = (event: JsonObject, at: number) => (hasNumber ? { ...event, sequence_number: at } : event);
  return [
    { type: 'response.created', response: { id: 'r' } },
    { type: 'response.output_item.added', output_index: 0, item: { type: 'message', id: 'msg_1' } },
    ...texts.map((delta, at) => ({
      ...{ type: TEXT, item_id: 'msg_1', output_index: 0, content_index: 0, delta, logprobs: [] },
      ...(hasPadding && { obfuscation: 'abcdefgh'.slice(0, (at % 7) + 1) }),
    })),
    { type: 'response.output_text.done', item_id: 'msg_1', text: texts.join('') },
  ].map(numbered);
}

function readAll(text: string, cuts: readonly number[]): JsonObject[] {
  const bytes = Buffer.from(text);
  const edges = [
    0,
    ...cuts.map((cut) => cut % bytes.length).toSorted((one, other) => one - other),
    bytes.length,
  ];
  const reader = new NativeStreamReader(BASE_PROFILE);
  const pieces = edges.slice(1).flatMap((end, at) => reader.feed(bytes.subarray(edges[at], end)));
  pieces.push(...reader.end());
  assert.equal(reader.problem, undefined);
  return pieces;
}

const textOf = (events: readonly JsonObject[]) =>
  events.map((event) => (event['type'] === TEXT ? event['delta'] : '')).join('');
const others = (events: readonly JsonObject[]) => events.filter(({ type }) => type !== TEXT);

const PLAIN: Form = {
  hasName: true,
  hasType: true,
  hasNumber: true,
  hasPadding: true,
  space: ' ',
  newline: '\n',
};

describe('the lane for native events', () => {
  it('says the same as the events, in any form and any split of their bytes', () => {
    const form = fc.record({
      hasName: fc.boolean(),
      hasType: fc.boolean(),
      hasNumber: fc.boolean(),
      hasPadding: fc.boolean(),
      space: fc.constantFrom('', ' '),
      newline: fc.constantFrom('\n', '\n', '\r\n'),
    });
    const texts = fc.array(
      fc.oneof(
        fc.string({ unit: 'binary', maxLength: 8 }),
        fc.constantFrom('"', '\\', '\n', '\u0007', '“Don’t”', '🎉', 'data: {}\n\n'),
      ),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(form, texts, fc.array(fc.nat(), { maxLength: 12 }), (shape, said, cuts) => {
        const events = eventsOf(said, shape);
        const read = readAll(events.map((event) => encode(event, shape)).join(''), cuts);
        assert.equal(textOf(read), said.join('').toWellFormed());
        assert.deepEqual(
          others(read),
          others(events).map((event) => JSON.parse(JSON.stringify(event).toWellFormed())),
        );
      }),
      { numRuns: 400 },
    );
  });

  it('makes one event of a run, with the number of its last', () => {
    const events = eventsOf(['Hello', ' a', ' b', ' c'], PLAIN);
    const read = readAll(events.map((event) => encode(event, PLAIN)).join(''), []);
    const deltas = read.filter(({ type }) => type === TEXT);
    assert.deepEqual(
      deltas.map(({ delta, sequence_number }) => [delta, sequence_number]),
      [
        ['Hello', 2],
        [' a b c', 5],
      ],
    );
  });

  it('leaves to the reducer what comes twice, what repeats all that was said, and another item', () => {
    const [created, added, first, second, third, done] = eventsOf(['Hello', ' you', ' there'], PLAIN);
    assert.ok(created && added && first && second && third && done);
    const whole = { ...third, delta: 'Hello you' };
    const other = { ...third, item_id: 'msg_2' };
    for (const odd of [second, whole, other]) {
      const events: JsonObject[] = [created, added, first, second, odd, done];
      const read = readAll(events.map((event) => encode(event, PLAIN)).join(''), []);
      assert.deepEqual(read.at(-2), odd);
      assert.equal(read.length, events.length);
    }
  });
});
