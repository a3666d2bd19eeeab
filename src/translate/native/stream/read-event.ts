/** Takes one event of a provider's stream apart: what it says, and about which item. Any field may be missing. */
import { asObject, type Json, type JsonObject } from '../../../json.ts';
import type { UrlCitation } from '../../../wire/responses.ts';
import { citations, jsonText, shapedPart, textIn } from './item-shape.ts';

/** What kind of text a delta carries. */
export type Channel = 'output_text' | 'refusal' | 'summary' | 'thinking' | 'arguments' | 'input';

/** Which item an event belongs to, as far as the provider says. */
export interface Place {
  index: number | undefined;
  id: string | undefined;
}

export interface SaidPart {
  channel: Channel;
  /** Which part of the item it belongs to. */
  part: number | undefined;
  text: string;
  /** Whether the text is the whole of its part, not only what is new. */
  isWhole: boolean;
  /** The name of the tool, if the event of a call repeats it. */
  name?: string;
}

export type ReadEvent =
  | { kind: 'item'; place: Place; item: JsonObject; isDone: boolean }
  | { kind: 'text'; place: Place; said: SaidPart }
  | { kind: 'citation'; place: Place; citation: UrlCitation }
  /** The final response from the provider; `type` tells how it ended, if the response itself does not. */
  | { kind: 'end'; response: JsonObject; type: string }
  | { kind: 'error' };

interface TextEvent {
  channel: Channel;
  /** The field that holds the text. */
  field: string;
  isWhole: boolean;
}

const text = (channel: Channel, field: string): [TextEvent, TextEvent] => [
  { channel, field: 'delta', isWhole: false },
  { channel, field, isWhole: true },
];

/** Reasoning events have two names: in 2025 they had no `_text`. */
const TEXTS: readonly [event: string, both: [TextEvent, TextEvent]][] = [
  ['output_text', text('output_text', 'text')],
  ['refusal', text('refusal', 'refusal')],
  ['reasoning_summary_text', text('summary', 'text')],
  ['reasoning_summary', text('summary', 'text')],
  ['reasoning_text', text('thinking', 'text')],
  ['reasoning', text('thinking', 'text')],
  ['function_call_arguments', text('arguments', 'arguments')],
  ['custom_tool_call_input', text('input', 'input')],
];

const TEXT_EVENTS: ReadonlyMap<string, TextEvent> = new Map(
  TEXTS.flatMap(([event, [delta, done]]): [string, TextEvent][] => [
    [`response.${event}.delta`, delta],
    [`response.${event}.done`, done],
  ]),
);

const ENDS: ReadonlySet<string> = new Set([
  'response.completed',
  'response.incomplete',
  'response.failed',
  'response.cancelled',
  'response.done',
]);

/** Undefined for events that say nothing (`response.in_progress`, pings) and for unknown ones. */
export function readEvent(event: JsonObject): ReadEvent | undefined {
  const { type } = event;
  if (typeof type !== 'string') return undefined;
  const said = TEXT_EVENTS.get(type);
  if (said !== undefined) return readText(event, said);
  switch (type) {
    case 'response.output_item.added':
    case 'response.output_item.done': {
      const item = asObject(event['item']);
      if (item === undefined) return undefined;
      const isDone = type.endsWith('done');
      return { kind: 'item', place: placeOf(event, item['id'] ?? event['item_id']), item, isDone };
    }
    case 'response.content_part.done':
    case 'response.reasoning_part.done':
      return readPart(event);
    case 'response.reasoning_summary_part.done': {
      const part = { ...event, text: textIn(event['part']) };
      return readText(part, { channel: 'summary', field: 'text', isWhole: true });
    }
    case 'response.output_text.annotation.added': {
      const [citation] = citations(event['annotation']);
      return citation && { kind: 'citation', place: placeOf(event, event['item_id']), citation };
    }
    case 'error':
    case 'response.error':
      return { kind: 'error' };
    default:
      // The fields of the response may be the event's own.
      return ENDS.has(type)
        ? { kind: 'end', response: asObject(event['response']) ?? event, type }
        : undefined;
  }
}

function readText(event: JsonObject, { channel, field, isWhole }: TextEvent): ReadEvent {
  const value = event[field] ?? (isWhole ? undefined : event['text']);
  const said = channel === 'arguments' ? jsonText(value) : textIn(value);
  const part = numberOf(event[channel === 'summary' ? 'summary_index' : 'content_index']);
  const { name } = event;
  const named = isWhole && typeof name === 'string' ? { name } : {};
  return {
    kind: 'text',
    place: placeOf(event, event['item_id']),
    said: { channel, part, text: said, isWhole, ...named },
  };
}

/**
 * A finished part, whose content has usually been sent by then. DeepSeek (2026-08) also sends reasoning as such a part.
 */
function readPart(event: JsonObject): ReadEvent | undefined {
  const place = placeOf(event, event['item_id']);
  const part = numberOf(event['content_index']);
  const value = asObject(event['part']);
  const isThought = value?.['type'] === 'reasoning_text';
  const shaped = shapedPart(value);
  const channel = isThought ? 'thinking' : shaped?.type;
  if (channel === undefined) return undefined;
  const said = shaped?.text ?? textIn(value);
  return { kind: 'text', place, said: { channel, part, text: said, isWhole: true } };
}

function placeOf(event: JsonObject, id: Json | undefined): Place {
  return {
    index: numberOf(event['output_index']),
    id: typeof id === 'string' && id !== '' ? id : undefined,
  };
}

function numberOf(value: Json | undefined): number | undefined {
  if (typeof value === 'string' && /^\d{1,4}$/.test(value)) return Number(value);
  return typeof value === 'number' ? value : undefined;
}
