/**
 * The fast lane for ordinary deltas. Nearly all events of one stream differ only in one string:
 *
 *     data: {"id":"c1","choices":[{"index":0,"delta":{"content":"Hel"},"finish_reason":null}]}
 *     data: {"id":"c1","choices":[{"index":0,"delta":{"content":"lo"},"finish_reason":null}]}
 *
 * What comes before and after that string is learned from one event that was read in the ordinary way. From then on, an
 * event that begins and ends with the same characters is not parsed: its string is cut out. A run of such events
 * becomes one chunk with all their text, so whatever arrives in one read also leaves as one event.
 *
 * Nothing is guessed. A pattern is accepted only if the event, with its string replaced by another, parses to the same
 * chunk with that other string: then any string may stand there. A string is accepted only if it is valid. Whatever
 * differs from the pattern in a single character, is cut off by the end of a read, or cannot be decoded, is left to the
 * ordinary road, from the start of its event. A chunk can become a pattern only if two of them mean the same as one
 * with both texts: it holds no calls, usage, finish reason or error, and its text is known to continue what came
 * before, not to repeat it.
 *
 * Where events have no such pattern (say, an id or padding that changes every time), the lane closes for the rest of
 * the stream and costs nothing more.
 */
import { type Json, parseJson } from '../../json.ts';
import type { ChatChunk, ChatDelta } from '../../wire/chat.ts';
import { endOfString, stringOf } from './json-string.ts';
import type { Lane } from './piece-kind.ts';

/** The fields of a delta whose text simply continues. */
const FIELDS = ['content', 'reasoning_content', 'reasoning'] as const;
type Field = (typeof FIELDS)[number];

const KEY: Readonly<Record<Field, RegExp>> = {
  content: /"content"\s*:\s*"/g,
  reasoning_content: /"reasoning_content"\s*:\s*"/g,
  reasoning: /"reasoning"\s*:\s*"/g,
};

/** Replaces the text when a pattern is put to the proof. */
const PROBE = 'another text of codex-relay';

/** Learning costs about four times what one delta in the lane saves. */
const COST_OF_LEARNING = 4;
const FIRST_CREDIT = 16 * COST_OF_LEARNING;
const MOST_CREDIT = 4 * FIRST_CREDIT;

/** The fields of a delta that are never thinking; providers have many names for those that are. */
const NO_THOUGHTS: ReadonlySet<string> = new Set([
  'content',
  'role',
  'refusal',
  'tool_calls',
  'extra_content',
]);

interface Pattern {
  field: Field;
  /** From `data:` to the quotation mark before the text. */
  before: string;
  /** From the quotation mark after the text to the end of the blank line. */
  behind: string;
  /** What stands between two texts: `behind` and `before`. */
  between: string;
  chunk(text: string): ChatChunk;
}

export class DeltaLane implements Lane<ChatChunk> {
  #pattern: Pattern | undefined;
  /** Spent on learning, earned by deltas. */
  #credit = FIRST_CREDIT;
  /**
   * The longest text so far of a field whose texts may each repeat the one before; and the fields whose texts add up.
   */
  readonly #last = new Map<Field, string>();
  readonly #adding = new Set<Field>();
  /**
   * The first field that may hold thinking, and whether there was a second: it may repeat the first, piece by piece.
   */
  #place: string | undefined;
  #hasPlaces = false;
  #hasText = false;
  #said = '';
  #isSpeaking = false;

  /** False once the stream has shown that it has no pattern. */
  get isOpen(): boolean {
    return this.#credit > 0;
  }

  /**
   * Reads events of the pattern, from `at` on, where an event begins.
   * @returns where the first event begins that does not fit the pattern or is incomplete
   */
  read(text: string, at: number): number {
    const pattern = this.#pattern;
    if (pattern === undefined) return at;
    const { before, behind, between } = pattern;
    // `startsWith` compares character by character and takes four times as long as `===`.
    if (text.slice(at, at + before.length) !== before) return at;
    let next = at;
    let start = at + before.length;
    for (;;) {
      const end = endOfString(text, start);
      if (end === -1) break;
      const goesOn = text.slice(end, end + between.length) === between;
      if (!goesOn && text.slice(end, end + behind.length) !== behind) break;
      const part = stringOf(text.slice(start, end));
      if (part === undefined) break;
      this.#said += part;
      this.#credit += 1;
      next = end + behind.length;
      if (!goesOn) break;
      start = end + between.length;
    }
    this.#isSpeaking ||= next > at;
    return next;
  }

  /** A chunk is a single line: an event that is cut off has no whole line to be held back. */
  begins(): boolean {
    return false;
  }

  /** What was read since the last call, as one chunk. Call it after each read, before anything else is read. */
  take(): ChatChunk | undefined {
    if (!this.#isSpeaking) return undefined;
    const chunk = this.#pattern?.chunk(this.#said);
    this.#said = '';
    this.#isSpeaking = false;
    this.#credit = Math.min(this.#credit, MOST_CREDIT);
    return chunk;
  }

  /**
   * Learns from an event that was read in the ordinary way.
   * @param event with its blank line
   * @param chunk the only one that it produced
   */
  learn(event: string, chunk: ChatChunk | undefined): void {
    // What follows the end gets a closer look: it may be the answer all over again.
    if (chunk?.choices?.[0]?.finish_reason) this.#credit = 0;
    this.#notePlaces(chunk?.choices?.[0]?.delta ?? {});
    const field = chunk === undefined ? undefined : fieldOf(chunk);
    if (chunk === undefined || field === undefined || !isOneLine(event)) return;
    if (field !== 'content' && (this.#hasPlaces || this.#hasText)) return;
    const text = chunk.choices?.[0]?.delta?.[field];
    if (typeof text !== 'string' || !this.#addsUp(field, text)) return;
    this.#credit -= COST_OF_LEARNING;
    this.#pattern = patternOf(event, chunk, field) ?? this.#pattern;
  }

  #notePlaces(delta: ChatDelta): void {
    // Thinking that comes after text may be the same again.
    this.#hasText ||= !isNothing(delta.content);
    if (this.#hasText && this.#pattern?.field !== 'content') this.#pattern = undefined;
    for (const [name, value] of Object.entries(delta)) {
      if (NO_THOUGHTS.has(name) || isNothing(value)) continue;
      this.#place ??= name;
      if (name === this.#place) continue;
      this.#hasPlaces = true;
      if (this.#pattern?.field !== 'content') this.#pattern = undefined;
    }
  }

  /**
   * Whether the texts of this field are known to add up; those that may each repeat everything so far must not be
   * joined.
   */
  #addsUp(field: Field, text: string): boolean {
    const last = this.#last.get(field) ?? '';
    if (this.#adding.has(field)) return true;
    if (text.startsWith(last)) this.#last.set(field, text);
    else if (!last.startsWith(text)) this.#adding.add(field);
    return this.#adding.has(field);
  }
}

function isOneLine(event: string): boolean {
  return event.startsWith('data:') && event.indexOf('\n') === event.length - 2 && !event.includes('\r');
}

function patternOf(event: string, chunk: ChatChunk, field: Field): Pattern | undefined {
  const make = chunkMaker(chunk, field);
  const expected = JSON.stringify(make(PROBE));
  if (expected === JSON.stringify(chunk)) return undefined;
  for (const { index, 0: key } of event.matchAll(KEY[field])) {
    const start = index + key.length;
    const end = endOfString(event, start);
    const [before, behind] = [event.slice(0, start), event.slice(end)];
    const proof = parseJson((before + PROBE + behind).slice('data:'.length));
    if (end !== -1 && JSON.stringify(proof) === expected)
      return { field, before, behind, between: behind + before, chunk: make };
  }
  return undefined;
}

/** The field with the only text of a chunk; undefined where the chunk holds more than that, or nothing. */
function fieldOf(chunk: ChatChunk): Field | undefined {
  const { choices, ...envelope } = chunk;
  const [choice] = choices ?? [];
  if (choices?.length !== 1 || !choice || chunk.error || !isBare(envelope)) return undefined;
  // Not for a frame that holds the whole answer so far, nor for one of several choices.
  if (envelope['object'] === 'chat.completion' || choice.index) return undefined;
  const { delta, ...around } = choice;
  if (!delta || choice.finish_reason || choice.error || !isBare(around)) return undefined;
  const field = FIELDS.find((name) => typeof delta[name] === 'string' && delta[name] !== '');
  if (field === undefined) return undefined;
  const { [field]: _, role: __, ...rest } = delta;
  return Object.entries(rest).every(([name, value]) => saysNothing(name, value, field)) ? field : undefined;
}

/** Whether there are no objects or lists in it, such as usage or a whole message. */
function isBare(fields: object): boolean {
  return Object.values(fields).every((value) => typeof value !== 'object' || value === null);
}

function saysNothing(name: string, value: Json | object | undefined, field: Field): boolean {
  if (!isNothing(value)) return false;
  // OpenRouter wants even an empty list of details back (2026-11); it may be ignored only beside `content`.
  return name !== 'reasoning_details' || !Array.isArray(value) || field === 'content';
}

function isNothing(value: unknown): boolean {
  return (
    value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)
  );
}

function chunkMaker(chunk: ChatChunk, field: Field): (text: string) => ChatChunk {
  const [choice] = chunk.choices ?? [];
  return (text) => ({ ...chunk, choices: [{ ...choice, delta: { ...choice?.delta, [field]: text } }] });
}
