/** Encodes requests. */
import { isObject } from '../../json.ts';
import { wellFormedJson } from '../../wire/well-formed-json.ts';

/** The field that holds the conversation: of Chat Completions, and of the Responses API. */
type ListField = 'messages' | 'input';

/** A request of either API. */
export interface RequestBody {
  model: string;
  messages?: readonly object[];
  input?: readonly object[];
}

/** How many bodies are remembered, for as many threads taking turns. */
const MAX_KEPT = 4;
/** Their total size in bytes; a larger body is encoded anew every time. */
const MAX_KEPT_BYTES = 4 * 1024 * 1024;

interface Kept {
  /** The body without its messages (or items): as an object, and as text. */
  settings: object;
  frame: string;
  messages: readonly object[];
  bytes: Buffer<ArrayBuffer>;
  /** Where in `bytes` each message ends, preceded by where the first one begins. */
  ends: number[];
}

/**
 * Encodes requests exactly as `JSON.stringify` does. Each request of a thread repeats the one before it and adds a
 * little (the prefix is stable, or the provider's own cache would miss), so what was encoded then is only copied.
 * Comparing two messages costs a tenth of encoding one.
 */
export class BodyEncoder {
  readonly #list: ListField;
  /** The most recently used comes last. */
  readonly #kept: Kept[] = [];

  constructor(list: ListField) {
    this.#list = list;
  }

  encode(body: RequestBody): Buffer<ArrayBuffer> {
    const { model, [this.#list]: messages = [], ...rest } = body;
    const settings = { model, [this.#list]: [], ...rest };
    const [known, shared] = this.#longestPrefix(messages);
    const frame =
      known !== undefined && isSame(known.settings, settings) ? known.frame : wellFormedJson(settings);
    // Unambiguous: inside a string its quotes would be escaped, and only the model's name comes before it.
    const empty = `"${this.#list}":[]`;
    const inside = frame.indexOf(empty) + empty.length - 1;
    const opening = Buffer.from(frame.slice(0, inside));
    const parts = [opening];
    const ends = [opening.length];
    if (known !== undefined && shared > 0) {
      const { bytes, ends: before } = known;
      const [from = 0] = before;
      parts.push(bytes.subarray(from, before[shared]));
      for (let at = 1; at <= shared; at++) ends.push((before[at] ?? 0) - from + opening.length);
    }
    let end = ends.at(-1) ?? 0;
    for (let at = shared; at < messages.length; at++) {
      // V8 stores a string with even one character outside Latin-1 (Codex's instructions have some) at two bytes a
      // character, which is slow to build and to encode. Message by message, few strings are affected.
      const bytes = Buffer.from((at === 0 ? '' : ',') + wellFormedJson(messages[at] ?? {}));
      parts.push(bytes);
      end += bytes.length;
      ends.push(end);
    }
    parts.push(Buffer.from(frame.slice(inside)));
    const bytes = Buffer.concat(parts);
    // A thread that goes on replaces its own earlier entry.
    if (known !== undefined && shared === known.messages.length)
      this.#kept.splice(this.#kept.indexOf(known), 1);
    this.#keep({ settings, frame, messages, bytes, ends });
    return bytes;
  }

  #longestPrefix(messages: readonly object[]): [kept: Kept | undefined, shared: number] {
    let best: [Kept | undefined, number] = [undefined, 0];
    for (const kept of this.#kept) {
      const shared = sharedMessages(kept.messages, messages);
      if (shared > best[1]) best = [kept, shared];
    }
    return best;
  }

  #keep(next: Kept): void {
    if (next.bytes.length > MAX_KEPT_BYTES) return;
    this.#kept.push(next);
    let total = this.#kept.reduce((sum, { bytes }) => sum + bytes.length, 0);
    while (this.#kept.length > MAX_KEPT || total > MAX_KEPT_BYTES) {
      total -= this.#kept.shift()?.bytes.length ?? 0;
    }
  }
}

function sharedMessages(one: readonly unknown[], other: readonly unknown[]): number {
  const most = Math.min(one.length, other.length);
  let shared = 0;
  while (shared < most && isSame(one[shared], other[shared])) shared++;
  return shared;
}

/** Whether two values are the same JSON, with their fields in the same order. */
function isSame(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (Array.isArray(one)) {
    return (
      Array.isArray(other) &&
      one.length === other.length &&
      one.every((entry, at) => isSame(entry, other[at]))
    );
  }
  if (!isObject(one) || !isObject(other)) return false;
  const [names, others] = [Object.keys(one), Object.keys(other)];
  return (
    names.length === others.length &&
    names.every((name, at) => name === others[at] && isSame(one[name], other[name]))
  );
}
