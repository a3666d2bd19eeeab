/**
 * Clients that keep their own history send all of it with every request. Running digests of the items show what a
 * request repeats of an earlier one, so that its record only needs to hold what is new.
 */
import { createHash } from 'node:crypto';
import type { InputItem } from '../wire/responses.ts';

/** In characters of JSON; less is not worth tying two records together. */
const WORTH_REPEATING = 4096;

/** Digests of the items of one input. */
export class InputDigests {
  readonly #json: readonly string[];
  /** The digest of all items up to each position. */
  readonly #running: string[] = [];

  constructor(items: readonly InputItem[]) {
    this.#json = items.map((item) => JSON.stringify(item));
    let digest = '';
    for (const json of this.#json) {
      digest = sha256(`${digest}\n${json}`);
      this.#running.push(digest);
    }
  }

  get count(): number {
    return this.#json.length;
  }

  /** The digest of the first `count` items. */
  ofFirst(count: number): string | undefined {
    return this.#running[count - 1];
  }

  /** The position after as many of `items` as the input repeats byte for byte, starting at `from`. */
  countSame(from: number, items: readonly InputItem[]): number {
    const different = items.findIndex((item, at) => this.#json[from + at] !== JSON.stringify(item));
    return from + (different === -1 ? items.length : different);
  }

  /** Whether the first `count` items are worth a reference. */
  isWorth(count: number): boolean {
    let length = 0;
    for (const json of this.#json.slice(0, count)) {
      length += json.length;
      if (length >= WORTH_REPEATING) return true;
    }
    return false;
  }
}

/** Records by the digest of their whole input; the latest if several have the same. */
export class InputIndex {
  readonly #keys = new Map<string, string>();
  readonly #digests = new Map<string, string>();

  add(key: string, digests: InputDigests): void {
    const digest = digests.ofFirst(digests.count);
    if (digest === undefined) return;
    this.#keys.set(digest, key);
    this.#digests.set(key, digest);
  }

  remove(key: string): void {
    const digest = this.#digests.get(key);
    this.#digests.delete(key);
    if (digest !== undefined && this.#keys.get(digest) === key) this.#keys.delete(digest);
  }

  /** The record whose whole input this one begins with; the one with the most items if there are several. */
  find(digests: InputDigests): { key: string; items: number } | undefined {
    for (let items = digests.count; items > 0; items--) {
      const key = this.#keys.get(digests.ofFirst(items) ?? '');
      if (key !== undefined) return { key, items };
    }
    return undefined;
  }
}

/** The prefixes of OpenAI's own ids, by which clients recognise kinds of items. */
const ID_PREFIX: Readonly<Record<string, string>> = {
  message: 'msg',
  reasoning: 'rs',
  function_call: 'fc',
  function_call_output: 'fco',
  custom_tool_call: 'ctc',
  custom_tool_call_output: 'ctco',
  tool_search_call: 'tsc',
  tool_search_output: 'tso',
  local_shell_call: 'lsh',
  local_shell_call_output: 'lsho',
  compaction: 'cmp',
};

/**
 * The items, each with an id. An item without one gets the same id whenever it is sent again at the same place, so that
 * it is recognised.
 */
export function withIds(items: readonly InputItem[], previousResponseId: string | null): InputItem[] {
  return items.map((item, position) => {
    if (item.id) return item;
    const place = `${previousResponseId ?? ''}\n${position}\n${JSON.stringify(item)}`;
    return { ...item, id: `${prefixOf(item)}_${sha256(place).slice(0, 32)}` };
  });
}

function prefixOf({ type }: InputItem): string {
  const kind = type ?? 'message';
  return (Object.hasOwn(ID_PREFIX, kind) ? ID_PREFIX[kind] : undefined) ?? 'item';
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
