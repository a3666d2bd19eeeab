/** The history of both backends: an index and limits over records that lie in a storage. */

import { LRUCache } from 'lru-cache';
import { messageOf } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { ProviderReasoning } from '../translate/reasoning/reasoning.ts';
import type { InputItem } from '../wire/responses.ts';
import {
  encodeRecord,
  keyOf,
  type RecordHeader,
  readReasoning,
  readSession,
  reasoningHeader,
  reasoningKey,
  sessionHeader,
  sessionKey,
} from './records.ts';
import { type RecordKind, Retention } from './retention.ts';
import type { HistoryLimits, HistoryStore, RetainedReasoning, StoredTurn } from './store.ts';

/** Where the text of records lies. Keys are `folder/file.json`. */
export interface RecordStorage {
  /** Spaces per level of the JSON that is written. */
  readonly indent: number;
  /** Undefined when there is no such record. Rejects when it cannot be read. */
  read(key: string): Promise<string | undefined>;
  /** Resolves when the record is durable. Writes and removals of one key happen in the order of the calls. */
  write(key: string, text: string, usedAt: number): Promise<void>;
  /** Notes that the record was used; never rejects. */
  touch(key: string, usedAt: number): void;
  /** Removes what is there. Rejects when something could not be removed. */
  remove(keys: readonly string[]): Promise<void>;
  /** Removes what is set aside as damaged. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

/** A record that a storage held when it was opened. */
export interface FoundRecord {
  header: RecordHeader;
  bytes: number;
  lastUsed: number;
}

export interface RetainedHistoryOptions {
  limits: HistoryLimits;
  storage: RecordStorage;
  logger: Logger;
  /** Milliseconds since the epoch. */
  clock: () => number;
}

/** Conversations in use stay parsed, so that continuing one does not read all of it again. */
const CACHE_SHARE = 1 / 32;
const READS_AT_ONCE = 16;

export class RetainedHistory implements HistoryStore {
  readonly #retention: Retention;
  readonly #storage: RecordStorage;
  readonly #logger: Logger;
  readonly #clock: () => number;
  readonly #items: LRUCache<string, readonly InputItem[]>;
  readonly #headers = new Map<string, RecordHeader>();
  /** Keys of reasoning records; of two turns with one call id, the later. */
  readonly #byCallId = new Map<string, string>();
  readonly #byFingerprint = new Map<string, string>();
  readonly #byResponse = new Map<string, string>();
  readonly #unfinished = new Set<Promise<unknown>>();

  constructor({ limits, storage, logger, clock }: RetainedHistoryOptions) {
    this.#retention = new Retention(limits);
    this.#storage = storage;
    this.#logger = logger;
    this.#clock = clock;
    this.#items = new LRUCache({ maxSize: Math.ceil(this.#retention.maxBytes * CACHE_SHARE) });
  }

  /** How much is retained: bytes of stored JSON, and the number of records. */
  get size(): { bytes: number; records: number } {
    return { bytes: this.#retention.bytes, records: this.#headers.size };
  }

  /** Takes in what an earlier process left, and applies the limits to it. */
  async load(found: readonly FoundRecord[]): Promise<void> {
    const now = this.#clock();
    const entries = found.map(({ header, bytes, lastUsed }) => ({
      ...indexed(header),
      bytes,
      lastUsed: Math.min(lastUsed, now),
    }));
    const circular = new Set(this.#retention.load(entries));
    for (const key of circular) this.#logger.warn(`history: ${key} continues itself: skipped`);
    const ordered = found.toSorted((a, b) => a.lastUsed - b.lastUsed);
    for (const { header } of ordered) if (!circular.has(keyOf(header))) this.#index(header);
    await this.#enforceLimits();
  }

  async conversation(responseId: string): Promise<readonly InputItem[] | undefined> {
    const key = sessionKey(responseId);
    this.#expire();
    const keys = this.#retention.lineage(key);
    if (keys === undefined) return undefined;
    this.#use(key);
    return this.#itemsOf(keys);
  }

  async turn(responseId: string): Promise<StoredTurn | undefined> {
    const key = sessionKey(responseId);
    return this.#isAlive(key) ? this.#read(key, readSession) : undefined;
  }

  record(turn: StoredTurn): Promise<void> {
    const { response, input } = turn;
    return this.#retain(sessionHeader(turn), { input, response }, `response ${response.id}`, (key) => {
      this.#remember(key, itemsOf(turn));
    });
  }

  delete(responseId: string): Promise<boolean> {
    return this.#tracked(async () => {
      const key = sessionKey(responseId);
      const isKnown = this.#isAlive(key);
      const keys = [key, this.#byResponse.get(responseId) ?? []].flat();
      const removed = this.#drop(keys.flatMap((each) => this.#retention.remove(each)));
      if (removed.length > 0) await this.#storage.remove(removed);
      return isKnown;
    });
  }

  get hasReasoning(): boolean {
    return this.#byFingerprint.size > 0;
  }

  retainReasoning(entry: RetainedReasoning): Promise<void> {
    return this.#retain(reasoningHeader(entry), { reasoning: entry.reasoning }, 'reasoning of a turn');
  }

  reasoningByCallId(callId: string): Promise<ProviderReasoning | undefined> {
    return this.#reasoning(this.#byCallId.get(callId));
  }

  reasoningByFingerprint(fingerprint: string): Promise<ProviderReasoning | undefined> {
    return this.#reasoning(this.#byFingerprint.get(fingerprint));
  }

  async clear(): Promise<void> {
    await this.#settled();
    await this.#storage.remove(
      this.#drop(this.#retention.keys.flatMap((key) => this.#retention.remove(key))),
    );
    await this.#storage.clear();
  }

  async close(): Promise<void> {
    await this.#settled();
    await this.#storage.close();
  }

  // --------------------------------------------------------------------------------------------- writing

  #retain(header: RecordHeader, body: object, what: string, onKept?: (key: string) => void): Promise<void> {
    return this.#tracked(async () => {
      const text = encodeRecord(header, body, this.#storage.indent);
      const bytes = Buffer.byteLength(text);
      const { key, kind, parent } = indexed(header);
      const needed = this.#retention.chainBytes(bytes, parent);
      if (needed > this.#retention.maxBytes) {
        const sizes = `${mebibytes(needed)} of the whole budget of ${mebibytes(this.#retention.maxBytes)} MiB`;
        this.#logger.warn(`history: ${what} is not kept: with what it continues it needs ${sizes}`);
        return;
      }
      const lastUsed = this.#clock();
      await this.#storage.write(key, text, lastUsed);
      this.#unindex(key);
      this.#index(header);
      this.#retention.add({ key, kind, parent, bytes, lastUsed });
      onKept?.(key);
      await this.#enforceLimits();
    });
  }

  #enforceLimits(): Promise<void> {
    return this.#discard(this.#drop(this.#retention.trim(this.#clock())));
  }

  /** Before a read: what is too old must not be found; its files go meanwhile. */
  #expire(): void {
    const expired = this.#drop(this.#retention.trim(this.#clock()));
    if (expired.length > 0) this.#tracked(() => this.#discard(expired));
  }

  async #discard(keys: readonly string[]): Promise<void> {
    if (keys.length === 0) return;
    this.#logger.debug(`history: ${keys.length} records went by age, count or size`);
    try {
      await this.#storage.remove(keys);
    } catch (error) {
      // Nobody waits for this: the record is out of the index, and the next start finds the file again.
      this.#logger.warn(`history: a record that is no longer needed stays: ${messageOf(error)}`);
    }
  }

  // --------------------------------------------------------------------------------------------- reading

  async #reasoning(key: string | undefined): Promise<ProviderReasoning | undefined> {
    return key !== undefined && this.#isAlive(key) ? this.#read(key, readReasoning) : undefined;
  }

  /** Whether there is such a record; using it renews its claim to stay. */
  #isAlive(key: string): boolean {
    this.#expire();
    if (!this.#retention.has(key)) return false;
    this.#use(key);
    return true;
  }

  #use(key: string): void {
    const now = this.#clock();
    this.#retention.touch(key, now);
    this.#storage.touch(key, now);
  }

  async #itemsOf(keys: readonly string[]): Promise<readonly InputItem[] | undefined> {
    const turns = keys.map((key) => this.#items.get(key));
    const missing = turns.flatMap((items, at) => (items === undefined ? [at] : []));
    for (let from = 0; from < missing.length; from += READS_AT_ONCE) {
      const batch = missing.slice(from, from + READS_AT_ONCE);
      await Promise.all(
        batch.map(async (at) => {
          turns[at] = await this.#readItems(keys[at] ?? '');
        }),
      );
    }
    const items: InputItem[] = [];
    for (const turn of turns) {
      if (turn === undefined) return undefined;
      for (const item of turn) items.push(item);
    }
    return items;
  }

  async #readItems(key: string): Promise<readonly InputItem[] | undefined> {
    const turn = await this.#read(key, readSession);
    if (turn === undefined) return undefined;
    const items = itemsOf(turn);
    if (this.#retention.has(key)) this.#remember(key, items);
    return items;
  }

  #remember(key: string, items: readonly InputItem[]): void {
    this.#items.set(key, items, { size: JSON.stringify(items).length });
  }

  /** Undefined, said in the log, when the record cannot be read; it then leaves the index, not the disk. */
  async #read<T>(key: string, decode: (text: string) => T | undefined): Promise<T | undefined> {
    const header = this.#headers.get(key);
    const { value, problem } = await this.#decoded(key, decode);
    if (value !== undefined) return value;
    // Removed, or written anew, while it was being read.
    if (this.#headers.get(key) !== header) return undefined;
    this.#logger.warn(`history: ${key} ${problem}: skipped`);
    this.#drop(this.#retention.remove(key));
    return undefined;
  }

  async #decoded<T>(
    key: string,
    decode: (text: string) => T | undefined,
  ): Promise<{ value?: T | undefined; problem?: string }> {
    try {
      const text = await this.#storage.read(key);
      if (text === undefined) return { problem: 'is gone' };
      return { value: decode(text), problem: 'is damaged' };
    } catch (error) {
      return { problem: `cannot be read (${messageOf(error)})` };
    }
  }

  // ------------------------------------------------------------------------------------------------ index

  #index(header: RecordHeader): void {
    const key = keyOf(header);
    this.#headers.set(key, header);
    if (header.kind === 'session') return;
    this.#byFingerprint.set(header.fingerprint, key);
    this.#byResponse.set(header.response, key);
    for (const callId of header.call_ids) this.#byCallId.set(callId, key);
  }

  #unindex(key: string): void {
    const header = this.#headers.get(key);
    this.#headers.delete(key);
    this.#items.delete(key);
    if (header === undefined || header.kind === 'session') return;
    deleteIf(this.#byFingerprint, header.fingerprint, key);
    deleteIf(this.#byResponse, header.response, key);
    for (const callId of header.call_ids) deleteIf(this.#byCallId, callId, key);
  }

  #drop(keys: string[]): string[] {
    for (const key of keys) this.#unindex(key);
    return keys;
  }

  // ------------------------------------------------------------------------------------------ work under way

  #tracked<T>(work: () => Promise<T>): Promise<T> {
    const promise = work();
    this.#unfinished.add(promise);
    const forget = () => this.#unfinished.delete(promise);
    promise.then(forget, forget);
    return promise;
  }

  async #settled(): Promise<void> {
    // An error is its caller's: here only the end counts.
    while (this.#unfinished.size > 0) await Promise.allSettled(this.#unfinished);
  }
}

function indexed(header: RecordHeader): { key: string; kind: RecordKind; parent: string | undefined } {
  const { kind } = header;
  if (header.kind === 'reasoning') return { key: reasoningKey(header), kind, parent: undefined };
  const parent = header.continues === null ? undefined : sessionKey(header.continues);
  return { key: sessionKey(header.id), kind, parent };
}

/** What meanwhile leads to another record goes on leading there. */
function deleteIf(index: Map<string, string>, id: string, key: string): void {
  if (index.get(id) === key) index.delete(id);
}

function itemsOf({ input, response }: StoredTurn): readonly InputItem[] {
  return [...input, ...response.output];
}

function mebibytes(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(1);
}
