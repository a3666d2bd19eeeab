/** Whatever a Responses endpoint sends, and wherever the network cuts it: the rules of `event-rules.ts` hold. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isObject, type Json, type JsonObject } from '../../../src/json.ts';
import { NativeStreamReader } from '../../../src/relay/exchange/native-stream.ts';
import type { NativeReducer } from '../../../src/translate/native/native-reducer.ts';
import type { OutputItem, ResponseEvent, ResponsesRequest } from '../../../src/wire/responses.ts';
import { assertEventRules, withJoinedDeltas } from '../../support/event-rules.ts';
import {
  eventsOf,
  FULL,
  type NativeStreamOptions,
  nativeStreamFor,
} from '../../support/native-translating.ts';
import {
  call,
  customCall,
  nativeEvents,
  openThought,
  type Said,
  sse,
  text,
  thought,
} from '../../support/native-upstream.ts';
import { PROFILE } from '../../support/translating.ts';

const TOOLS: Partial<ResponsesRequest> = {
  tools: [
    { type: 'function', name: 'run' },
    { type: 'function', name: 'running' },
    { type: 'custom', name: 'patch' },
    { type: 'namespace', name: 'mcp__tiny', tools: [{ type: 'function', name: 'echo' }] },
    { type: 'tool_search' },
  ],
};
/** Options that lead other ways through the reducer. */
const OPTIONS: NativeStreamOptions[] = [
  {},
  { native: FULL, isCodex: true },
  { native: { missingTerminal: 'complete', serverCalls: ['xs_'] } },
];

const words = fc.string({ unit: 'grapheme', maxLength: 8 });
const odd: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>(
    null,
    '',
    0,
    1,
    2,
    1.5,
    true,
    {},
    [],
    'a',
    'run',
    'xs_1',
    '{}',
    '{"a":1}',
    '\ud83d',
    '"',
  ),
  words,
  fc.constantFrom<Json>([{ type: 'output_text', text: 'x' }], { type: 'text', text: 'y' }, ['z']),
);
const itemType = fc.constantFrom(
  ...[
    'message',
    'reasoning',
    'function_call',
    'custom_tool_call',
    'tool_search_call',
    'web_search_call',
    'odd',
  ],
);
const item: fc.Arbitrary<JsonObject> = fc
  .record(
    {
      type: itemType,
      id: odd,
      call_id: odd,
      name: fc.constantFrom('run', 'patch', 'echo', 'mcp__tiny__echo', 'nobody', ''),
      namespace: odd,
      arguments: odd,
      input: odd,
      content: odd,
      summary: odd,
      encrypted_content: odd,
      role: fc.constantFrom('assistant', 'user'),
      action: odd,
      status: odd,
    },
    { requiredKeys: ['type'] },
  )
  .map((value) => value as JsonObject);
const response = fc.record(
  {
    status: fc.constantFrom('completed', 'incomplete', 'failed', 'in_progress', 'cancelled'),
    output: fc.oneof(fc.array(item, { maxLength: 3 }), odd),
    usage: odd,
    error: odd,
    incomplete_details: fc.oneof(odd, fc.constantFrom({ reason: 'max_output_tokens' }, { reason: 'x' })),
  },
  { requiredKeys: [] },
);
const eventType = fc.constantFrom(
  ...[
    'response.created',
    'response.output_item.added',
    'response.output_item.done',
    'response.output_item.done',
    'response.output_text.delta',
    'response.output_text.done',
    'response.refusal.delta',
    'response.content_part.done',
    'response.reasoning_text.delta',
    'response.reasoning_summary_text.delta',
    'response.reasoning_summary_text.done',
    'response.function_call_arguments.delta',
    'response.function_call_arguments.done',
    'response.custom_tool_call_input.delta',
    'response.custom_tool_call_input.done',
    'response.output_text.annotation.added',
    'response.odd',
  ],
);
const anyEvent: fc.Arbitrary<JsonObject> = fc
  .record(
    {
      type: eventType,
      sequence_number: odd,
      output_index: odd,
      content_index: odd,
      summary_index: odd,
      item_id: odd,
      delta: odd,
      text: odd,
      arguments: odd,
      input: odd,
      part: odd,
      item,
      annotation: fc.constantFrom<Json>({ url: 'u' }, null),
    },
    { requiredKeys: ['type'] },
  )
  .map((value) => value as JsonObject);
const anyEnd: fc.Arbitrary<JsonObject> = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('response.completed', 'response.incomplete', 'response.failed', 'response.done'),
      response,
    )
    .map(([type, end]) => ({ type, response: end }) as JsonObject),
  odd.map((error) => ({ type: 'error', error })),
  fc.constant<JsonObject>({ choices: [] }),
  response.map((whole) => ({ object: 'response', ...whole }) as JsonObject),
);

/** An answer as its provider means it. */
const answer: fc.Arbitrary<Said[]> = fc
  .array(
    fc.oneof(
      words.map((said) => text('a', `${said}b`)),
      words.map((said) => thought(`${said}c`, 'sealed')),
      words.map((said) => openThought(`${said}d`)),
      words.map((cmd) => call('run', { cmd })),
      words.map((cmd) => call('mcp__tiny__echo', { cmd })),
      words.map((input) => customCall('patch', `${input}\n`)),
    ),
    { minLength: 1, maxLength: 5 },
  )
  .map((said) => [...said, text('end')]);

type Mutation = (events: JsonObject[]) => JsonObject[];
const at = fc.nat(40);
const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  at.map(
    (where): Mutation =>
      (events) =>
        events.filter((_, place) => place !== where % events.length),
  ),
  at.map(
    (where): Mutation =>
      (events) =>
        events.flatMap((event, place) => (place === where % events.length ? [event, event] : [event])),
  ),
  at.map(
    (where): Mutation =>
      (events) =>
        events.slice(0, where % (events.length + 1)),
  ),
  fc.tuple(at, at).map(
    ([from, to]): Mutation =>
      (events) => {
        const moved = [...events];
        const [event] = moved.splice(from % events.length, 1);
        if (event !== undefined) moved.splice(to % events.length, 0, event);
        return moved;
      },
  ),
  fc
    .tuple(
      at,
      fc.constantFrom(
        'item_id',
        'output_index',
        'content_index',
        'delta',
        'item',
        'text',
        'response',
        'arguments',
      ),
      odd,
    )
    .map(
      ([where, field, value]): Mutation =>
        (events) =>
          events.map((event, place) =>
            place === where % events.length && field in event ? { ...event, [field]: value } : event,
          ),
    ),
  fc.tuple(at, fc.constantFrom('id', 'call_id', 'name', 'content', 'summary', 'arguments', 'type'), odd).map(
    ([where, field, value]): Mutation =>
      (events) =>
        events.map((event, place) =>
          place === where % events.length && isObject(event['item'])
            ? { ...event, item: { ...event['item'], [field]: value } }
            : event,
        ),
  ),
  fc.tuple(at, fc.oneof(anyEvent, anyEnd)).map(
    ([where, event]): Mutation =>
      (events) =>
        events.toSpliced(where % (events.length + 1), 0, event),
  ),
);

/** What of a stream its provider may leave out or change without a loss. */
const HARMLESS: [what: string, change: (event: JsonObject, at: number) => JsonObject | undefined][] = [
  ['as it is', (event) => event],
  [
    'no item ids',
    ({ item_id: _, item: own, ...event }) => (isObject(own) ? { ...event, item: withoutId(own) } : event),
  ],
  ['no indexes', ({ output_index: _, content_index: __, summary_index: ___, ...event }) => event],
  ['other ids in every event', (event, place) => withIds(event, `id_${place}`)],
  ['one index for all', (event) => ('output_index' in event ? { ...event, output_index: 0 } : event)],
  ['no deltas', (event) => (/delta$/.test(String(event['type'])) ? undefined : event)],
  ['no parts', (event) => (/part\.(added|done)$/.test(String(event['type'])) ? undefined : event)],
  [
    'finished items alone',
    (event) => (/item\.done|completed/.test(String(event['type'])) ? event : undefined),
  ],
  ['nothing but the final response', (event) => (event['type'] === 'response.completed' ? event : undefined)],
];

describe('the reducer of native streams', () => {
  it('keeps the rules of events, whatever comes', () => {
    fc.assert(
      fc.property(
        fc.array(anyEvent, { maxLength: 14 }),
        fc.array(anyEnd, { maxLength: 2 }),
        fc.constantFrom(...OPTIONS),
        (events, ends, options) => {
          assertEventRules(eventsOf(nativeStreamFor(TOOLS, options), [...events, ...ends]));
        },
      ),
      { numRuns: 1500 },
    );
  });

  it('keeps the rules of events, whatever becomes of a good stream', () => {
    fc.assert(
      fc.property(
        answer,
        fc.array(mutation, { minLength: 1, maxLength: 4 }),
        fc.constantFrom(...OPTIONS),
        (said, mutations, options) => {
          const events = mutations.reduce(
            (mutated, mutate) => (mutated.length === 0 ? mutated : mutate(mutated)),
            nativeEvents(...said),
          );
          assertEventRules(eventsOf(nativeStreamFor(TOOLS, options), events));
        },
      ),
      { numRuns: 1500 },
    );
  });

  it('says the same wherever the network cuts it', () => {
    fc.assert(
      fc.property(answer, fc.array(fc.nat(60), { minLength: 1 }), (said, cuts) => {
        const bytes = Buffer.from(sse(nativeEvents(...said)).join(''));
        const whole = read(nativeStreamFor(TOOLS), [bytes]);
        assertEventRules(whole);
        assert.deepEqual(
          withJoinedDeltas(read(nativeStreamFor(TOOLS), pieces(bytes, cuts))),
          withJoinedDeltas(whole),
        );
      }),
      { numRuns: 150 },
    );
  });

  for (const [what, change] of HARMLESS) {
    it(`loses nothing: ${what}`, () => {
      fc.assert(
        fc.property(answer, (said) => {
          const events = nativeEvents(...said);
          const expected = outputOf(eventsOf(nativeStreamFor(TOOLS), events));
          const changed = events.map(change).filter((event) => event !== undefined);
          const told = eventsOf(nativeStreamFor(TOOLS), changed);
          assertEventRules(told);
          assert.deepEqual(outputOf(told), expected);
        }),
        { numRuns: 200 },
      );
    });
  }

  it('passes on event by event whatever needs no repair', () => {
    fc.assert(
      fc.property(answer, (said) => {
        const events = nativeEvents(...said);
        const told = eventsOf(nativeStreamFor(TOOLS), events);
        const plain = said.every(({ item: { type } }) => type === 'message' || type === 'function_call');
        if (plain)
          assert.deepEqual(
            told.map(({ type }) => type),
            events.map(({ type }) => type),
          );
      }),
    );
  });
});

function withoutId({ id: _, ...rest }: JsonObject): JsonObject {
  return rest;
}

function withIds(event: JsonObject, id: string): JsonObject {
  const { item: own } = event;
  return {
    ...event,
    ...('item_id' in event ? { item_id: id } : {}),
    ...(isObject(own) ? { item: { ...own, id } } : {}),
  };
}

/** What is said and called, without ids that are made anew. */
function outputOf(events: readonly ResponseEvent[]): unknown[] {
  const last = events.at(-1);
  assert.ok(last !== undefined && 'response' in last);
  assert.equal(last.response.status, 'completed', last.response.error?.message);
  return last.response.output.map((own: OutputItem) => ({ ...own, id: undefined }));
}

function read(stream: NativeReducer, chunks: readonly Uint8Array[]): ResponseEvent[] {
  const reader = new NativeStreamReader(PROFILE);
  const events = stream.start();
  for (const bytes of chunks) for (const piece of reader.feed(bytes)) events.push(...stream.feed(piece));
  for (const piece of reader.end()) events.push(...stream.feed(piece));
  return [...events, ...stream.finish()];
}

function pieces(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const found: Uint8Array[] = [];
  for (let from = 0, turn = 0; from < bytes.length; turn++) {
    const length = (cuts[turn % cuts.length] ?? 0) + 1;
    found.push(bytes.subarray(from, from + length));
    from += length;
  }
  return found;
}
