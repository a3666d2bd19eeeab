/**
 * The fast lane for ordinary events of the Responses API; `delta-lane.ts` is the one for chunks. The deltas of one item
 * differ in their text, their number, and the padding that hides its length:
 *
 *     data: {"type":"response.output_text.delta","sequence_number":8,"item_id":"msg_1","delta":"Hel","obfuscation":"x1"}
 *
 * What surrounds these is learned from one event, proved, and compared from then on; the text is cut out, and a run of
 * events becomes one event with all their text. An event is taken only if its number follows the one before and its
 * text is shorter than everything the item has said so far: repeated events and repeated texts are the reducer's
 * business.
 */
import { isObject, type JsonObject, parseJson } from '../../json.ts';
import { endOfString, stringOf } from './json-string.ts';
import type { Lane } from './piece-kind.ts';

/** Events whose `delta` simply continues the text. */
const TYPES: ReadonlySet<unknown> = new Set([
  'response.output_text.delta',
  'response.reasoning_text.delta',
  'response.reasoning_summary_text.delta',
  'response.function_call_arguments.delta',
  'response.custom_tool_call_input.delta',
]);

/** What differs from event to event. */
const KEYS = {
  delta: /"delta"\s*:\s*"/g,
  obfuscation: /"obfuscation"\s*:\s*"/g,
  sequence_number: /"sequence_number"\s*:\s*(?=\d)/g,
} as const;
type Key = keyof typeof KEYS;

/** Replace them when a pattern is put to the proof. */
const PROBE: Readonly<Record<Key, string | number>> = {
  delta: 'another text of codex-relay',
  obfuscation: 'other padding',
  sequence_number: 987_654_321,
};

/** Learning costs about four times what one delta in the lane saves. */
const COST_OF_LEARNING = 4;
const FIRST_CREDIT = 16 * COST_OF_LEARNING;
const MOST_CREDIT = 4 * FIRST_CREDIT;

const [ZERO, NINE] = [0x30, 0x39];

interface Hole {
  key: Key;
  /** Where its value stands in the event that was learned from. */
  start: number;
  end: number;
}

interface Pattern {
  /** The event that was learned from. */
  event: JsonObject;
  /** From the start of an event to its first hole. */
  before: string;
  /** The holes in the order of the text, each with what follows it. */
  holes: readonly { key: Key; behind: string }[];
}

export class EventLane implements Lane<JsonObject> {
  #pattern: Pattern | undefined;
  /** Spent on learning, earned by deltas. */
  #credit = FIRST_CREDIT;
  /** The current item, and how many characters it has said. */
  #item: unknown;
  #length = 0;
  #number = 0;
  #said = '';
  #isSpeaking = false;
  /** The text of the event that is being read. */
  #part = '';

  get isOpen(): boolean {
    return this.#credit > 0;
  }

  read(text: string, at: number): number {
    const pattern = this.#pattern;
    if (pattern === undefined) return at;
    let next = at;
    for (;;) {
      const end = this.#readOne(pattern, text, next);
      if (end === -1) break;
      this.#said += this.#part;
      this.#length += this.#part.length;
      this.#number += 1;
      this.#credit += 1;
      next = end;
    }
    this.#isSpeaking ||= next > at;
    return next;
  }

  begins(text: string): boolean {
    const before = this.#pattern?.before;
    if (before === undefined || text === '') return false;
    return text.length < before.length ? before.startsWith(text) : text.startsWith(before);
  }

  take(): JsonObject | undefined {
    const pattern = this.#pattern;
    if (!this.#isSpeaking || pattern === undefined) return undefined;
    const { event } = pattern;
    const numbered = 'sequence_number' in event ? { sequence_number: this.#number } : {};
    const piece = { ...event, ...numbered, delta: this.#said };
    this.#said = '';
    this.#isSpeaking = false;
    this.#credit = Math.min(this.#credit, MOST_CREDIT);
    return piece;
  }

  learn(text: string, event: JsonObject | undefined): void {
    const { delta, sequence_number: number } = event ?? {};
    if (typeof number === 'number') this.#number = number;
    if (event === undefined || typeof delta !== 'string' || !TYPES.has(event['type'])) {
      this.#pattern = undefined;
      return;
    }
    // Without an id it may belong to any item: events belong together only if they name the same one.
    const item = event['item_id'] ?? event['output_index'];
    if (item !== this.#item) {
      this.#item = item;
      this.#length = 0;
    }
    this.#length += delta.length;
    if (item === undefined || delta === '') return;
    this.#credit -= COST_OF_LEARNING;
    this.#pattern = patternOf(text, event);
  }

  /**
   * @returns the end of the event that begins at `at`; -1 if it does not fit the pattern, is incomplete or out of
   *   sequence
   */
  #readOne({ before, holes }: Pattern, text: string, at: number): number {
    if (text.slice(at, at + before.length) !== before) return -1;
    let start = at + before.length;
    for (const { key, behind } of holes) {
      const end = key === 'sequence_number' ? endOfDigits(text, start) : endOfString(text, start);
      if (end === -1 || text.slice(end, end + behind.length) !== behind) return -1;
      if (key === 'sequence_number') {
        if (numberIn(text, start, end) !== this.#number + 1) return -1;
      } else if (key === 'delta') {
        const said = stringOf(text.slice(start, end));
        if (said === undefined || said.length >= this.#length) return -1;
        this.#part = said;
      }
      start = end + behind.length;
    }
    return start;
  }
}

function patternOf(text: string, event: JsonObject): Pattern | undefined {
  const data = /^(?:event:[^\r\n]*\n)?data:(?=[^\r\n]*\n\n$)/.exec(text)?.[0].length;
  if (data === undefined) return undefined;
  const holes: Hole[] = [];
  for (const key of Object.keys(KEYS) as Key[]) {
    if (!(key in event)) continue;
    const [match, ...others] = text.matchAll(KEYS[key]);
    if (match === undefined || others.length > 0) return undefined;
    const start = match.index + match[0].length;
    const end = key === 'sequence_number' ? endOfDigits(text, start) : endOfString(text, start);
    if (end === -1) return undefined;
    holes.push({ key, start, end });
  }
  holes.sort((one, other) => one.start - other.start);
  const before = text.slice(0, holes[0]?.start);
  const pieces = holes.map(({ key, end }, at) => ({ key, behind: text.slice(end, holes[at + 1]?.start) }));
  const probe = before + pieces.map(({ key, behind }) => PROBE[key] + behind).join('');
  const expected = { ...event };
  for (const { key } of holes) expected[key] = PROBE[key];
  const proof = parseJson(probe.slice(data));
  // The event's `type` may come from the name in its frame, and so be missing from the data.
  if (!isObject(proof) || JSON.stringify({ ...proof, type: event['type'] }) !== JSON.stringify(expected))
    return undefined;
  return { event, before, holes: pieces };
}

/** The end of the digits that begin at `start`; -1 if there are none. */
function endOfDigits(text: string, start: number): number {
  let at = start;
  for (let code = text.charCodeAt(at); code >= ZERO && code <= NINE; code = text.charCodeAt(at)) at += 1;
  return at === start ? -1 : at;
}

function numberIn(text: string, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at++) value = value * 10 + text.charCodeAt(at) - ZERO;
  return value;
}
