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
  for (const [what, events, expected] of [...IDS]) {
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
});
