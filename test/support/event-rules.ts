/** What must hold of every stream of events, whatever the provider sent (contracts 1 and 11 of the design). */
import assert from 'node:assert/strict';
import { parseObject } from '../../src/json.ts';
import type { OutputItem, ResponseEvent } from '../../src/wire/responses.ts';

const TERMINAL = new Set(['response.completed', 'response.failed', 'response.incomplete']);

export function assertEventRules(events: readonly ResponseEvent[]): void {
  const numbers = events.map((event) => event.sequence_number);
  assert.deepEqual(numbers, [...events.keys()], 'sequence numbers count up');
  assert.equal(events[0]?.type, 'response.created');
  assert.deepEqual(
    events.filter(({ type }) => TERMINAL.has(type)),
    [events.at(-1)],
    'one terminal event, the last',
  );
  for (const event of events) {
    if ('response' in event) assert.equal(Object.keys(event.response).length, 31, `${event.type}: 31 keys`);
  }
  const done = assertItems(events);
  const last = events.at(-1);
  if (last?.type === 'response.completed')
    assert.deepEqual(last.response.output, done, 'the output is what was done');
}

/** One item at a time: added, its own deltas, done; what the deltas say is what done says. */
function assertItems(events: readonly ResponseEvent[]): OutputItem[] {
  const done: OutputItem[] = [];
  let open: { index: number; item: OutputItem; text: string } | undefined;
  let nextIndex = 0;
  for (const event of events) {
    if (event.type === 'response.output_item.added') {
      assert.equal(open, undefined, 'an item begins only when the one before has ended');
      assert.equal(event.output_index, nextIndex++);
      open = { index: event.output_index, item: event.item, text: '' };
    } else if (event.type === 'response.output_item.done') {
      assert.equal(event.output_index, open?.index);
      assert.equal(event.item.id, open?.item.id);
      assert.equal(textOf(event.item), meant(event.item, open?.text ?? ''), 'deltas add up to done');
      done.push(event.item);
      open = undefined;
    } else if ('item_id' in event) {
      assert.equal(event.item_id, open?.item.id, `${event.type} belongs to the open item`);
      assert.equal(event.output_index, open?.index);
      if (open !== undefined && 'delta' in event) open.text += event.delta;
    }
  }
  const last = events.at(-1)?.type;
  if (last === 'response.completed')
    assert.equal(open, undefined, 'every item of a completed response is done');
  return done;
}

/** A search has its arguments as an object, which is empty if what was said is not one. */
function meant({ type }: OutputItem, said: string): string {
  return type === 'tool_search_call' ? JSON.stringify(parseObject(said) ?? {}) : said;
}

function textOf(item: OutputItem): string {
  switch (item.type) {
    case 'message':
      return item.content.map((part) => (part.type === 'refusal' ? part.refusal : part.text)).join('');
    case 'reasoning':
      return item.summary.map((part) => part.text).join('');
    case 'custom_tool_call':
      return item.input;
    case 'function_call':
      return item.arguments;
    case 'tool_search_call':
      return JSON.stringify(item.arguments);
    default:
      return '';
  }
}

/**
 * The events with all that one item says in one delta, and numbered anew: how many deltas there are depends on what
 * the network brings at once, what they say together does not.
 */
export function withJoinedDeltas(events: readonly ResponseEvent[]): ResponseEvent[] {
  const joined: ResponseEvent[] = [];
  for (const event of events) {
    const before = joined.at(-1);
    const goesOn =
      before !== undefined &&
      'delta' in before &&
      'delta' in event &&
      before.type === event.type &&
      before.item_id === event.item_id;
    if (goesOn) joined[joined.length - 1] = { ...before, delta: before.delta + event.delta };
    else joined.push(event);
  }
  return joined.map((event, at) => ({ ...event, sequence_number: at }));
}
