/** Conversations, assembled from their records. Those in use stay parsed, so that each record is read only once. */
import { LRUCache } from 'lru-cache';
import type { InputItem, OutputItem } from '../wire/responses.ts';
import { ItemIndex } from './item-index.ts';
import type { SessionRecord } from './records.ts';

/** The items in a record itself. */
export interface OwnItems {
  /** How many of the preceding items, at most, belong to the same conversation. */
  kept: number;
  items: readonly InputItem[];
}

/** What conversations are read from. */
export type TurnItems = Pick<SessionRecord, 'header' | 'input'> & {
  response: { output: readonly OutputItem[] };
};

export interface RecordSource {
  has(key: string): boolean;
  /** The keys from the first record of a conversation to the given one; undefined if one is missing. */
  lineage(key: string): readonly string[] | undefined;
  /** The record and the length of its text; undefined if it cannot be read. */
  read(key: string): Promise<{ record: SessionRecord; length: number } | undefined>;
}

const READS_AT_ONCE = 16;

export class StoredConversations {
  readonly #source: RecordSource;
  readonly #parsed: LRUCache<string, OwnItems>;
  readonly #itemKeys = new ItemIndex();

  /** @param cacheSize characters of JSON */
  constructor(source: RecordSource, cacheSize: number) {
    this.#source = source;
    this.#parsed = new LRUCache({ maxSize: cacheSize });
  }

  /** All items of the conversation that ends with the record. */
  async whole(key: string): Promise<readonly InputItem[] | undefined> {
    for (;;) {
      const keys = this.#source.lineage(key);
      const items = keys && (await this.#joined(keys));
      // In the meantime, a deletion may have moved what one record repeats of another.
      const isSettled = items !== undefined || keys?.join() === this.#source.lineage(key)?.join();
      if (isSettled) return items;
    }
  }

  async own(key: string): Promise<OwnItems | undefined> {
    const known = this.#parsed.get(key);
    if (known !== undefined) return known;
    const read = await this.#source.read(key);
    if (read === undefined) return undefined;
    // A record that was removed while it was read must not be cached.
    if (!this.#source.has(key)) return ownItemsOf(read.record);
    return this.remember(key, read.record, read.length);
  }

  /** @param length of the record's text */
  remember(key: string, record: SessionRecord, length: number): OwnItems {
    const own = ownItemsOf(record);
    this.#parsed.set(key, own, { size: length });
    this.#itemKeys.add(
      key,
      own.items.flatMap(({ id }) => id ?? []),
    );
    return own;
  }

  forget(key: string): void {
    this.#parsed.delete(key);
    this.#itemKeys.remove(key);
  }

  /** The record that holds an item, as far as records were written or read here. */
  keyOfItem(id: string): string | undefined {
    return this.#itemKeys.keyOf(id);
  }

  async #joined(keys: readonly string[]): Promise<readonly InputItem[] | undefined> {
    const parts = keys.map((key) => this.#parsed.get(key));
    const missing = parts.flatMap((part, at) => (part === undefined ? [at] : []));
    for (let from = 0; from < missing.length; from += READS_AT_ONCE) {
      const batch = missing.slice(from, from + READS_AT_ONCE);
      await Promise.all(
        batch.map(async (at) => {
          parts[at] = await this.own(keys[at] ?? '');
        }),
      );
    }
    const whole: InputItem[] = [];
    for (const part of parts) {
      if (part === undefined) return undefined;
      whole.length = Math.min(whole.length, part.kept);
      for (const item of part.items) whole.push(item);
    }
    return whole;
  }
}

export function ownItemsOf({ header, input, response }: TurnItems): OwnItems {
  const kept = header.continues === null ? (header.repeats?.items ?? 0) : Number.POSITIVE_INFINITY;
  return { kept, items: [...input, ...response.output] };
}
