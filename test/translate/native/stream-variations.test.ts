/**
 * Streams as servers write them that know the Responses API from hearsay: written out event by event, each with what a
 * client gets. Each is also cut all over: what was cut is never an answer, and no call is half.
 */
import assert from 'node:assert/strict';
import type { Json, JsonObject } from '../../../src/json.ts';
import { NativeStreamReader } from '../../../src/relay/exchange/native-stream.ts';
import type { NativeReducer } from '../../../src/translate/native/native-reducer.ts';
import type { OutputItem, ResponseEvent, ResponsesRequest } from '../../../src/wire/responses.ts';
import { assertEventRules } from '../../support/event-rules.ts';
import { nativeStreamFor } from '../../support/native-translating.ts';
import { sse, USAGE } from '../../support/native-upstream.ts';
import { PROFILE } from '../../support/translating.ts';

const TOOLS: Partial<ResponsesRequest> = {
  tools: [
    { type: 'function', name: 'run' },
    { type: 'function', name: 'exec' },
    { type: 'custom', name: 'apply_patch' },
    { type: 'tool_search', execution: 'client' },
  ],
};

type Index = number | string | null;

const added = (output_index: Index, item: JsonObject) => itemEvent('added', output_index, item);
const done = (output_index: Index, item: JsonObject) => itemEvent('done', output_index, item);
const itemEvent = (what: string, output_index: Index, item: JsonObject): JsonObject => ({
  type: `response.output_item.${what}`,
  ...(output_index !== null && { output_index }),
  item,
});
const event = (name: string, output_index: Index, item_id: Json, more: JsonObject): JsonObject => ({
  type: `response.${name}`,
  ...(output_index !== null && { output_index }),
  ...(item_id !== null && { item_id }),
  ...more,
});
const says = (index: Index, id: Json, delta: string) => event('output_text.delta', index, id, { delta });
const args = (index: Index, id: Json, delta: string) =>
  event('function_call_arguments.delta', index, id, { delta });
const end = (output: JsonObject[] = [], more: JsonObject = {}): JsonObject => ({
  type: 'response.completed',
  response: { id: 'r', status: 'completed', output, usage: USAGE, ...more },
});
const message = (id: Json, text: string): JsonObject => ({
  type: 'message',
  id,
  role: 'assistant',
  content: text === '' ? [] : [{ type: 'output_text', text, annotations: [] }],
});
const call = (id: Json, call_id: Json, name: string, given: Json): JsonObject => ({
  type: 'function_call',
  id,
  call_id,
  name,
  arguments: given,
});
const custom = (fields: JsonObject): JsonObject => ({
  type: 'custom_tool_call',
  id: 'ctc',
  call_id: 'c1',
  name: 'apply_patch',
  ...fields,
});
const thinking = (id: Json, text: string, sealed: Json): JsonObject => ({
  type: 'reasoning',
  id,
  summary: text === '' ? [] : [{ type: 'summary_text', text }],
  encrypted_content: sealed,
});
const said = (index: Index, id: Json, text: string) => [
  added(index, message(id, '')),
  says(index, id, text),
  done(index, message(id, text)),
];
const called = (index: Index, id: Json, callId: Json, name: string, given: string) => [
  added(index, call(id, callId, name, '')),
  args(index, id, given),
  done(index, call(id, callId, name, given)),
];

type Variation = readonly [what: string, events: JsonObject[], expected: string[]];

const RUN = call('f', 'c1', 'run', '{"a":1}');
const EXEC = call('f', 'c1', 'exec', '{"b":2}');

const IDS: readonly Variation[] = [
  [
    'all messages under one id',
    [...said(0, 'm', 'one'), ...said(1, 'm', 'two'), end([message('m', 'one'), message('m', 'two')])],
    ['one', 'two'],
  ],
  [
    'all messages under one id and one index',
    [...said(0, 'm', 'one'), ...said(0, 'm', 'two'), end()],
    ['one', 'two'],
  ],
  [
    'all messages under one id, without an index',
    [...said(null, 'm', 'one'), ...said(null, 'm', 'two'), end([message('m', 'one'), message('m', 'two')])],
    ['one', 'two'],
  ],
  [
    'finished messages alone, under one id',
    [done(0, message('m', 'one')), done(1, message('m', 'two')), end()],
    ['one', 'two'],
  ],
  [
    'a finished message that is told again',
    [done(null, message('m', 'one')), done(null, message('m', 'one')), end()],
    ['one'],
  ],
  ['empty ids', [...said(0, '', 'one'), ...said(1, '', 'two'), end()], ['one', 'two']],
  [
    'all thinking under one id',
    [
      added(0, thinking('r', '', null)),
      done(0, thinking('r', 'A', 'e1')),
      done(1, RUN),
      added(2, thinking('r', '', null)),
      done(2, thinking('r', 'B', 'e2')),
      ...said(3, 'm', 'x'),
      end(),
    ],
    ['thinks A (e1)', 'run {"a":1} c1', 'thinks B (e2)', 'x'],
  ],
  [
    'all calls under one id, told at the same time',
    [
      added(0, call('f', 'c1', 'run', '')),
      added(1, call('f', 'c2', 'exec', '')),
      args(0, 'f', '{"a":1}'),
      args(1, 'f', '{"b":2}'),
      end(),
    ],
    ['run {"a":1} c1', 'exec {"b":2} c2'],
  ],
  [
    'all calls under one id and one call id',
    [...called(0, 'f', 'c1', 'run', '{"a":1}'), ...called(1, 'f', 'c1', 'exec', '{"b":2}'), end([RUN, EXEC])],
    ['run {"a":1} c1', 'exec {"b":2} call_1'],
  ],
  [
    'finished calls alone, under one call id',
    [done(null, { ...RUN, id: null }), done(null, { ...EXEC, id: null }), end()],
    ['run {"a":1} c1', 'exec {"b":2} call_1'],
  ],
  [
    'a call that begins twice, without an id and an index',
    [
      ...[1, 2].map(() => added(null, call(null, 'c1', 'run', ''))),
      args(null, null, '{"a":1}'),
      done(null, { ...RUN, id: null }),
      end(),
    ],
    ['run {"a":1} c1'],
  ],
  [
    'a final response alone, with calls under one call id',
    [end([RUN, { ...EXEC, id: 'g' }])],
    ['run {"a":1} c1', 'exec {"b":2} call_1'],
  ],
  [
    'other ids in each event of calls that are told at the same time',
    [
      added(0, call('a1', 'c1', 'run', '')),
      added(1, call('b1', 'c2', 'exec', '')),
      args(1, 'b2', '{"b"'),
      args(0, 'a2', '{"a"'),
      args(1, 'b3', ':2}'),
      args(0, 'a3', ':1}'),
      end(),
    ],
    ['run {"a":1} c1', 'exec {"b":2} c2'],
  ],
  [
    'searches and calls of the provider, without ids and indexes',
    [
      done(null, { type: 'web_search_call', action: { type: 'search', query: 'q' } }),
      done(null, { type: 'mcp_call', name: 'n' }),
      done(null, message(null, 'x')),
      end(),
    ],
    ['web_search_call ws_1', 'mcp_call mcp_1', 'x'],
  ],
];

const PLACES: readonly Variation[] = [
  [
    'indexes as text, and no ids',
    [
      added('0', call(null, 'c1', 'run', '')),
      added('1', call(null, 'c2', 'exec', '')),
      args('0', null, '{"a":1}'),
      args('1', null, '{"b":2}'),
      end(),
    ],
    ['run {"a":1} c1', 'exec {"b":2} c2'],
  ],
  [
    'wrong indexes beside the right ids',
    [
      added(0, message('m', '')),
      says(3, 'm', 'He'),
      says(4, 'm', 'llo'),
      done(9, message('m', 'Hello')),
      end(),
    ],
    ['Hello'],
  ],
  [
    'the end of an item before its beginning',
    [done(0, message('m', 'x')), added(0, message('m', '')), says(0, 'm', 'x'), end()],
    ['x'],
  ],
  [
    'a text that comes before and after its item',
    [
      says(0, 'm', 'He'),
      added(0, message('m', '')),
      says(0, 'm', 'l'),
      done(0, message('m', 'Hello')),
      says(0, 'm', 'lo'),
      end(),
    ],
    ['Hello'],
  ],
  ['a message that only begins', [added(0, message('m', 'x')), end()], ['x']],
  [
    'a message that begins with its first words',
    [added(0, message('m', 'He')), says(0, 'm', 'llo'), done(0, message('m', 'Hello')), end()],
    ['Hello'],
  ],
  [
    'a message that begins with all its words',
    [
      added(0, message('m', 'Hello')),
      says(0, 'm', 'He'),
      says(0, 'm', 'llo'),
      done(0, message('m', 'Hello')),
      end(),
    ],
    ['Hello'],
  ],
  ['a call that only begins', [added(0, RUN), end()], ['run {"a":1} c1']],
  [
    'a call that begins with a draft of its arguments',
    [added(0, call('f', 'c1', 'run', { a: '' })), args(0, 'f', '{"a":1}'), done(0, RUN), end()],
    ['run {"a":1} c1'],
  ],
  [
    'a name in the final response alone',
    [
      added(0, call('f', 'c1', '', '')),
      args(0, 'f', '{"a":1}'),
      done(0, call('f', 'c1', '', '{"a":1}')),
      end([RUN]),
    ],
    ['run {"a":1} c1'],
  ],
  [
    'a custom tool whose name is in the final response alone',
    [
      added(0, custom({ name: '', input: '' })),
      done(0, custom({ name: '', input: 'p' })),
      end([custom({ input: 'p' })]),
    ],
    ['apply_patch <p> c1'],
  ],
  [
    'a call without events of its item',
    [event('function_call_arguments.done', 0, 'f', { arguments: '{"a":1}', name: 'run' }), end()],
    ['run {"a":1} call_1'],
  ],
  [
    'arguments that are spelled otherwise at their end',
    [added(0, call('f', 'c1', 'run', '')), args(0, 'f', '{"a": 1}'), done(0, RUN), end([RUN])],
    ['run {"a": 1} c1'],
  ],
  [
    'the response in the event itself',
    [{ type: 'response.completed', output: [message('m', 'x')], usage: USAGE }],
    ['x'],
  ],
  ['the text beside an empty output', [end([], { output_text: 'x' })], ['x']],
  ['the text beside the output', [end([message('m', 'x')], { output_text: 'x' })], ['x']],
  ...[{}, [], '', { code: null, message: null }, { code: '', message: '' }].map(
    (error): Variation => [
      `an error that says nothing: ${JSON.stringify(error)}`,
      [...said(0, 'm', 'x'), end([], { error })],
      ['x'],
    ],
  ),
];

const PARTS: readonly Variation[] = [
  [
    'parts of a text without their numbers',
    [
      added(0, message('m', '')),
      says(0, 'm', 'A'),
      event('output_text.done', 0, 'm', { text: 'A' }),
      says(0, 'm', 'B'),
      event('output_text.done', 0, 'm', { text: 'B' }),
      done(0, { ...message('m', ''), content: ['A', 'B', 'C'] }),
      end(),
    ],
    ['ABC'],
  ],
  [
    'parts of a text of which the last was not told to its end',
    [
      added(0, message('m', '')),
      event('output_text.delta', 0, 'm', { content_index: 0, delta: 'A' }),
      event('output_text.delta', 0, 'm', { content_index: 1, delta: 'B' }),
      done(0, { ...message('m', ''), content: ['A', 'BC', 'D'] }),
      end(),
    ],
    ['A | BC | D'],
  ],
  [
    'thinking beside an empty content',
    [
      done(0, { type: 'reasoning', id: 'r', summary: [], content: [], text: 'Hm' }),
      ...said(1, 'm', 'x'),
      end(),
    ],
    ['thinks Hm ()', 'x'],
  ],
  [
    'thinking in everything that can hold it, empty',
    [
      done(0, { type: 'reasoning', id: 'r', summary: null, content: null, encrypted_content: null }),
      ...said(1, 'm', 'x'),
      end(),
    ],
    ['x'],
  ],
];

const CUSTOM: readonly Variation[] = [
  ['its input in an object', [done(0, custom({ input: { input: 'p' } })), end()], ['apply_patch <p> c1']],
  [
    'the arguments of a function',
    [done(0, custom({ arguments: '{"input":"p"}' })), end()],
    ['apply_patch <p> c1'],
  ],
  ['text for arguments', [done(0, call('f', 'c1', 'apply_patch', 'p')), end()], ['apply_patch <p> c1']],
  [
    'deltas of a function',
    [added(0, custom({ input: '' })), args(0, 'ctc', 'p'), done(0, custom({ input: 'p' })), end()],
    ['apply_patch <p> c1'],
  ],
  ['no input', [done(0, custom({ input: '' })), end()], ['apply_patch <> c1']],
  ['JSON for a function', [done(0, custom({ name: 'run', input: '{"a":1}' })), end()], ['run {"a":1} c1']],
  [
    'the name of no tool',
    [
      added(0, custom({ name: 'nobody', input: '' })),
      done(0, custom({ name: 'nobody', input: 'a"b\n' })),
      end(),
    ],
    ['nobody {"input":"a\\"b\\n"} c1'],
  ],
];

const REPEATED: readonly Variation[] = [
  [
    'a delta that is sent again',
    [
      added(0, message('m', '')),
      { ...says(0, 'm', 'A whole sentence.'), sequence_number: 1 },
      { ...says(0, 'm', 'A whole sentence.'), sequence_number: 2 },
      done(0, message('m', 'A whole sentence.')),
      end(),
    ],
    ['A whole sentence.'],
  ],
  [
    'deltas that grow',
    [
      added(0, message('m', '')),
      ...['A whole', 'A whole sentence', 'A whole sentence that grows'].map((text) => says(0, 'm', text)),
      done(0, message('m', 'A whole sentence that grows')),
      end(),
    ],
    ['A whole sentence that grows'],
  ],
  [
    'all that was said as the last delta',
    [
      added(0, message('m', '')),
      ...['A whole ', 'sentence', 'A whole sentence'].map((text) => says(0, 'm', text)),
      event('output_text.done', 0, 'm', { text: 'A whole sentence' }),
      end(),
    ],
    ['A whole sentence'],
  ],
  [
    'a text that says the same again',
    [
      added(0, message('m', '')),
      ...['Knock', ' knock. ', 'Knock knock. ', 'Who?'].map((text) => says(0, 'm', text)),
      done(0, message('m', 'Knock knock. Knock knock. Who?')),
      end(),
    ],
    ['Knock knock. Knock knock. Who?'],
  ],
  [
    'a text that says the same again at its end, which nobody confirms',
    [...['Knock', ' knock. ', 'Knock knock. '].map((text) => says(0, 'm', text)), end()],
    ['Knock knock. Knock knock. '],
  ],
  ...(['reasoning_text', 'reasoning_summary_text'] as const).flatMap((name): Variation[] => {
    const thinks = (delta: string) => event(`${name}.delta`, 0, 'r', { delta });
    const whole = { text: 'A whole thought.' };
    const told = (...deltas: string[]) => [added(0, thinking('r', '', null)), ...deltas.map(thinks)];
    const rest = [...said(1, 'm', 'x'), end()];
    return [
      [
        `${name} that grows`,
        [...told('A whole', 'A whole thou', 'A whole thought.'), ...rest],
        ['thinks A whole thought. ()', 'x'],
      ],
      [
        `${name} that is sent again`,
        [...told('A whole thought.', 'A whole thought.'), event(`${name}.done`, 0, 'r', whole), ...rest],
        ['thinks A whole thought. ()', 'x'],
      ],
      [
        `${name} that says the same again`,
        [...told('Hm. ', 'Hm. ', 'Well.'), done(0, thinking('r', '', 'e')), ...rest],
        ['thinks Hm. Hm. Well. (e)', 'x'],
      ],
    ];
  }),
  ['the same twice', [says(0, 'm', 'ha'), says(0, 'm', 'ha'), end()], ['haha']],
];

/** Ends that contradict themselves, with the state that a client is told. */
const ENDS: readonly [what: string, end: JsonObject, status: string][] = [
  ['a failure that is completed', { type: 'response.failed', response: { status: 'completed' } }, 'failed'],
  ['an end that failed', { type: 'response.completed', response: { status: 'failed' } }, 'failed'],
  [
    'an end that is incomplete',
    { type: 'response.completed', response: { status: 'incomplete' } },
    'incomplete',
  ],
  [
    'a cut that is completed',
    { type: 'response.incomplete', response: { status: 'completed' } },
    'incomplete',
  ],
  ['capitals', { type: 'response.completed', response: { status: 'INCOMPLETE' } }, 'incomplete'],
  ['a word that is no state', { type: 'response.completed', response: { status: 'ok' } }, 'completed'],
];

/** Calls that their provider says were cut off: whatever the response says, nobody may run them. */
const CUT_CALLS: readonly JsonObject[] = [
  call('f', 'c1', 'run', ''),
  call('f', 'c1', 'run', '{}'),
  call('f', 'c1', 'run', '{"a":'),
  call('f', 'c1', 'apply_patch', '{"input":"*** Begin'),
  custom({ input: '*** Begin' }),
  custom({ input: '' }),
];

/** What the report of a request names, and nothing else. */
const REPAIRS: readonly [what: string, events: JsonObject[], expected: string[]][] = [
  ['nothing', [...said(0, 'm', 'x'), ...called(1, 'f', 'c1', 'run', '{"a":1}'), end()], []],
  ['a body without events', [{ object: 'response', output: [message('m', 'x')] }], ['json-body']],
  ['events that are missing', [says(0, 'm', 'x'), end()], ['item-events']],
  ['an unknown item', [done(0, { type: 'odd' }), ...said(1, 'm', 'x'), end()], ['unknown-item']],
  [
    'a call of the provider itself',
    [...called(0, 'f', 'xs_1', 'x_search', '{}'), ...said(1, 'm', 'x'), end()],
    ['server-call'],
  ],
  [
    'a text that came in part',
    [added(0, message('m', '')), says(0, 'm', 'H'), done(0, message('m', 'Hi')), end()],
    ['item-text'],
  ],
  [
    'a text that came otherwise',
    [added(0, message('m', '')), says(0, 'm', 'Ho'), done(0, message('m', 'Hi')), end()],
    ['item-text'],
  ],
  ['numbers', called(0, 'f', 'c1', 'run', '{"a":1.0}').concat(end()), ['arguments']],
  ['a name', called(0, 'f', 'c1', 'functions.run', '{}').concat(end()), ['tool-name']],
  [
    'a name, a call id and a usage',
    [...called(0, 'f', '', 'functions__run', '{}'), end([], { usage: { input_tokens: 2.5 } })],
    ['usage', 'tool-name', 'call-id'],
  ],
  ['a usage of nothing', [...said(0, 'm', 'x'), end([], { usage: {} })], ['usage']],
  ['no usage', [...said(0, 'm', 'x'), end([], { usage: null })], []],
  ['the end', said(0, 'm', 'x'), ['missing-end']],
  [
    'an event that came twice',
    [
      ...said(0, 'm', 'a').slice(0, 1),
      ...[1, 2, 3, 3].map((sequence_number) => ({ ...says(0, 'm', 'a'), sequence_number })),
      done(0, message('m', 'aaa')),
      end(),
    ],
    ['repeated-event'],
  ],
  ['an answer that failed', [says(0, 'm', 'x'), { type: 'error', message: 'Boom' }], []],
];

function read(stream: NativeReducer, bytes: Uint8Array): ResponseEvent[] {
  const reader = new NativeStreamReader(PROFILE);
  const events = stream.start();
  for (const piece of [...reader.feed(bytes), ...reader.end()]) events.push(...stream.feed(piece));
  events.push(...stream.finish());
  assertEventRules(events);
  return events;
}

/** An item in a few words. */
function brief(item: OutputItem): string {
  switch (item.type) {
    case 'message':
      return item.content
        .map((part) => (part.type === 'refusal' ? `refuses: ${part.refusal}` : part.text))
        .join(' | ');
    case 'reasoning': {
      const own = JSON.parse(item.encrypted_content?.slice('plain:'.length) ?? '{}');
      return `thinks ${item.summary.map(({ text }) => text).join(' | ')} (${own.item?.sealed ?? ''})`;
    }
    case 'function_call':
      return `${item.name} ${item.arguments} ${item.call_id}`;
    case 'custom_tool_call':
      return `${item.name} <${item.input}> ${item.call_id}`;
    default:
      return `${item.type} ${item.id}`;
  }
}

/** A prime, so that the cuts fall on every kind of place. */
const STRIDE = 13;

const isCall = ({ type }: OutputItem) => /^(function|custom_tool|tool_search)_call$/.test(type);

describe('streams of Responses endpoints, written by hand', () => {
  const all = [
    ...IDS,
    ...PLACES,
    ...PARTS,
    ...REPEATED,
    ...CUSTOM.map(([what, ...rest]): Variation => [`a custom call with ${what}`, ...rest]),
  ];
  for (const [what, events, expected] of all) {
    it(what, () => {
      const stream = nativeStreamFor(TOOLS);
      const bytes = Buffer.from(sse(events).join(''));
      read(stream, bytes);
      const { output, status, error } = stream.response;
      assert.equal(status, 'completed', error?.message);
      assert.deepEqual(output.map(brief), expected);
      const whole = output.filter(isCall).map(brief);
      // Without the end of its last line, a stream is complete.
      for (let at = 0; at < bytes.length - 2; at += STRIDE) {
        const cut = nativeStreamFor(TOOLS);
        read(cut, bytes.subarray(0, at));
        assert.equal(cut.response.status, 'failed', `cut at ${at}`);
        const calls = cut.response.output.filter(isCall).map(brief);
        assert.deepEqual(calls, whole.slice(0, calls.length), `cut at ${at}`);
      }
    });
  }

  for (const [what, last, status] of ENDS) {
    it(`the worse of two states is true: ${what}`, () => {
      const stream = nativeStreamFor(TOOLS);
      read(stream, Buffer.from(sse([...said(0, 'm', 'x'), last]).join('')));
      assert.equal(stream.response.status, status);
    });
  }

  it('searches at the same time keep what they asked, and do not hold up words', () => {
    const search = (id: string, query?: string): JsonObject => ({
      type: 'web_search_call',
      id,
      ...(query !== undefined && { action: { type: 'search', query } }),
    });
    const stream = nativeStreamFor(TOOLS);
    const begun = [added(0, search('a')), added(1, search('b')), done(0, search('a', 'one'))];
    for (const one of [...begun, done(1, search('b', 'two')), added(2, search('c'))]) stream.feed(one);
    const told = [added(3, message('m', '')), says(3, 'm', 'x')].flatMap((one) => stream.feed(one));
    assert.ok(told.some(({ type }) => type === 'response.output_text.delta'));
    const asked = stream.response.output.map((item) => 'action' in item && item['action']);
    assert.deepEqual(asked.slice(0, 2), [
      { type: 'search', query: 'one', queries: ['one'] },
      { type: 'search', query: 'two', queries: ['two'] },
    ]);
  });

  it('a refusal is text for Codex, which shows no other', () => {
    const refused = { ...message('m', ''), content: [{ type: 'refusal', refusal: 'No.' }] };
    for (const events of [
      [done(0, refused), end()],
      [added(0, message('m', '')), event('refusal.delta', 0, 'm', { delta: 'No.' }), done(0, refused), end()],
    ]) {
      for (const [isCodex, expected] of [
        [true, 'No.'],
        [false, 'refuses: No.'],
      ] as const) {
        const stream = nativeStreamFor(TOOLS, { isCodex });
        read(stream, Buffer.from(sse(events).join('')));
        assert.deepEqual(stream.response.output.map(brief), [expected]);
      }
    }
  });

  it('a call that only begins, without arguments, is not run', () => {
    const begun = added(1, call('f', 'c1', 'run', ''));
    for (const events of [
      [begun, end()],
      [begun, end([message('m', 'x')])],
      [begun, ...called(2, 'g', 'c2', 'run', '{"a":1}'), end()],
    ]) {
      const stream = nativeStreamFor(TOOLS);
      read(stream, Buffer.from(sse([...said(0, 'm', 'x'), ...events]).join('')));
      assert.equal(stream.response.status, 'failed');
      assert.deepEqual(stream.response.output.filter(isCall), []);
    }
    const stream = nativeStreamFor(TOOLS);
    read(stream, Buffer.from(sse([begun, end([call('f', 'c1', 'run', '')])]).join('')));
    assert.deepEqual(stream.response.output.map(brief), ['run {} c1'], 'the end says that it has none');
  });

  for (const cut of CUT_CALLS) {
    for (const status of ['incomplete', 'completed']) {
      it(`a cut call is never run, in a response that is ${status}: ${JSON.stringify(cut)}`, () => {
        const own = { ...cut, status: 'incomplete' };
        const details = { incomplete_details: { reason: 'max_output_tokens' } };
        for (const events of [
          [added(1, { ...own, arguments: '', input: '' }), done(1, own), end([], { status, ...details })],
          [done(1, own), end([own], { status, ...details })],
          [end([own], { status, ...details })],
        ]) {
          const stream = nativeStreamFor(TOOLS);
          const told = read(stream, Buffer.from(sse([...said(0, 'm', 'x'), ...events]).join('')));
          assert.deepEqual(stream.response.output.filter(isCall), []);
          assert.ok(!told.some((one) => one.type === 'response.output_item.done' && isCall(one.item)));
          assert.equal(stream.response.status, status === 'completed' ? 'failed' : status);
        }
      });
    }
  }

  for (const [what, events, expected] of REPAIRS) {
    it(`reports what was changed: ${what}`, () => {
      const stream = nativeStreamFor(TOOLS, {
        native: { serverCalls: ['xs_'], missingTerminal: 'complete' },
      });
      assert.deepEqual(stream.repairs, []);
      read(stream, Buffer.from(sse(events).join('')));
      assert.deepEqual(stream.repairs, expected);
    });
  }
});
