/** The history for both backends: an index and limits over the records in a storage. */

import { messageOf } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { ProviderReasoning } from '../translate/reasoning/reasoning.ts';
import type { InputItem } from '../wire/responses.ts';
import { ReasoningIndex } from './reasoning-index.ts';
import type { FoundRecord, RecordStorage } from './record-storage.ts';
import {
  encodeRecord,
  keyOf,
  parentOf,
  type RecordHeader,
  type Repeats,
  readReasoning,
  readSession,
  reasoningHeader,
  sessionHeader,
  sessionKey,
} from './records.ts';
import { InputDigests, InputIndex } from './repeated-input.ts';
import { Retention } from './retention.ts';
import type { HistoryLimits, HistoryStore, RetainedReasoning, StoredExchange } from './store.ts';
import { StoredConversations } from './stored-conversations.ts';

export interface RetainedHistoryOptions {
  limits: HistoryLimits;
  storage: RecordStorage;
  logger: Logger;
  /** Milliseconds since the epoch. */
  clock: () => number;
}

/** The share for conversations in use, which stay parsed so that continuing one does not mean reading it all again. */
const CACHE_SHARE = 1 / 32;
/** The largest share of the budget for records that repeat each other. */
const CHAIN_SHARE = 1 / 4;

export class RetainedHistory implements HistoryStore {
  readonly #retention: Retention;
  readonly #storage: RecordStorage;
  readonly #logger: Logger;
  readonly #clock: () => number;
  readonly #conversations: StoredConversations;
  readonly #headers = new Map<string, RecordHeader>();
  readonly #reasoningKeys = new ReasoningIndex();
  /** Only what this process recorded: after a restart, the next request of a conversation is stored in full. */
  readonly #inputs = new InputIndex();
  readonly #unfinished = new Set<Promise<unknown>>();
  #lastDeletion: Promise<unknown> = Promise.resolve();

  constructor({ limits, storage, logger, clock }: RetainedHistoryOptions) {
    this.#retention = new Retention(limits);
    this.#storage = storage;
    this.#logger = logger;
    this.#clock = clock;
    const source = {
      has: (key: string) => this.#retention.has(key),
      lineage: (key: string) => this.#retention.lineage(key),
      read: (key: string) => this.#read(key, withLength),
    };
    this.#conversations = new StoredConversations(source, Math.ceil(this.#retention.maxBytes * CACHE_SHARE));
  }

  /** How much is retained, in bytes of stored JSON and number of records. */
  get size(): { bytes: number; records: number } {
    return { bytes: this.#retention.bytes, records: this.#headers.size };
  }

  /** Loads what an earlier process left, and applies the limits to it. */
  async load(found: readonly FoundRecord[]): Promise<void> {
    const now = this.#clock();
    const entries = found.map(({ header, bytes, lastUsed }) => ({
      key: keyOf(header),
      kind: header.kind,
      parent: parentOf(header),
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
    if (this.#retention.lineage(key) === undefined) return undefined;
    this.#use(key);
    return this.#conversations.whole(key);
  }

  async exchange(responseId: string): Promise<StoredExchange | undefined> {
    const key = sessionKey(responseId);
    if (!this.#isAlive(key)) return undefined;
    const stored = await this.#read(key, readSession);
    if (stored === undefined) return undefined;
    const { header, input, response } = stored;
    if (header.repeats === undefined) return { response, input };
    const whole = await this.#conversations.whole(key);
    if (whole === undefined) {
      this.#logger.warn(`history: ${key} repeats ${header.repeats.response}, which cannot be read: skipped`);
      return undefined;
    }
    return { response, input: whole.slice(0, whole.length - response.output.length) };
  }

  async item(id: string, responseId: string | undefined): Promise<InputItem | undefined> {
    const made = responseId === undefined ? undefined : sessionKey(responseId);
    const key = this.#conversations.keyOfItem(id) ?? made;
    if (key === undefined || !this.#isAlive(key)) return undefined;
    const own = await this.#conversations.own(key);
    return own?.items.find((item) => item.id === id);
  }

  record(turn: StoredExchange): Promise<boolean> {
    return this.#tracked(async () => {
      const { response, input } = turn;
      // A request that continues a response contains only what is new.
      if (response.previous_response_id !== null) return this.#retainTurn(turn);
      const digests = new InputDigests(input);
      const repeats = await this.#findRepeated(digests);
      let isKept = await this.#retainTurn(turn, repeats);
      // What it repeats may have been removed while it was written.
      const isWhole = repeats === undefined || this.#retention.has(sessionKey(repeats.response));
      if (!isWhole) isKept = await this.#retainTurn(turn);
      const key = sessionKey(response.id);
      if (this.#retention.has(key)) this.#inputs.add(key, digests);
      return isKept;
    });
  }

  delete(responseId: string): Promise<boolean> {
    return this.#tracked(() => {
      // One after the other, because two neighbours in a chain change the same records.
      const deletion = this.#lastDeletion.then(() => this.#delete(responseId));
      this.#lastDeletion = deletion.catch(() => undefined);
      return deletion;
    });
  }

  get hasReasoning(): boolean {
    return !this.#reasoningKeys.isEmpty;
  }

  retainReasoning(entry: RetainedReasoning): Promise<void> {
    const header = reasoningHeader(entry);
    return this.#tracked(async () => {
      await this.#retain(header, { reasoning: entry.reasoning }, 'reasoning of an answer');
    });
  }

  reasoningByCallId(callId: string): Promise<ProviderReasoning | undefined> {
    return this.#reasoning(this.#reasoningKeys.byCallId(callId));
  }

  reasoningByFingerprint(fingerprint: string): Promise<ProviderReasoning | undefined> {
    return this.#reasoning(this.#reasoningKeys.byFingerprint(fingerprint));
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

  /** Returns whether it was kept. */
  async #retainTurn(turn: StoredExchange, repeats?: Repeats): Promise<boolean> {
    const { response } = turn;
    const input = turn.input.slice(repeats?.items ?? 0);
    const header = sessionHeader(turn, repeats);
    const length = await this.#retain(header, { input, response }, `response ${response.id}`);
    const key = keyOf(header);
    if (length === undefined) return false;
    if (this.#retention.has(key)) this.#conversations.remember(key, { header, input, response }, length);
    return true;
  }

  /** Returns the length of the record's text; undefined if it was too large to be kept. */
  async #retain(header: RecordHeader, body: object, what: string): Promise<number | undefined> {
    const text = encodeRecord(header, body, this.#storage.indent);
    const bytes = Buffer.byteLength(text);
    const [key, kind, parent] = [keyOf(header), header.kind, parentOf(header)];
    const needed = this.#retention.chainBytes(bytes, parent);
    if (needed > this.#retention.maxBytes) {
      const sizes = `${mebibytes(needed)} of the whole budget of ${mebibytes(this.#retention.maxBytes)} MiB`;
      this.#logger.warn(`history: ${what} is not kept: with what it continues it needs ${sizes}`);
      return undefined;
    }
    const lastUsed = this.#clock();
    await this.#storage.write(key, text, lastUsed);
    this.#unindex(key);
    this.#index(header);
    this.#retention.add({ key, kind, parent, bytes, lastUsed });
    await this.#enforceLimits();
    return text.length;
  }

  async #delete(responseId: string): Promise<boolean> {
    const key = sessionKey(responseId);
    const isKnown = this.#isAlive(key);
    await this.#detachRepeats(key);
    const keys = [key, this.#reasoningKeys.byResponse(responseId) ?? []].flat();
    const removed = this.#drop(keys.flatMap((each) => this.#retention.remove(each)));
    if (removed.length > 0) await this.#storage.remove(removed);
    return isKnown;
  }

  /** Which part of the input repeats a recorded one and its answer; undefined if that is not worth a reference. */
  async #findRepeated(digests: InputDigests): Promise<Repeats | undefined> {
    const found = this.#inputs.find(digests);
    if (found === undefined) return undefined;
    const { key, items } = found;
    // A chain is kept or dropped as a whole, so one that gets too large ends here and a new one begins.
    if (this.#retention.chainBytes(0, key) > this.#retention.maxBytes * CHAIN_SHARE) return undefined;
    const header = this.#headers.get(key);
    const own = await this.#conversations.own(key);
    if (header?.kind !== 'session' || own === undefined) return undefined;
    const repeated = digests.countSame(items, own.items.slice(items - own.kept));
    return digests.isWorth(repeated) ? { response: header.id, items: repeated } : undefined;
  }

  /** To be called before a record is removed: copies into the others what they repeat of it. */
  async #detachRepeats(key: string): Promise<void> {
    this.#inputs.remove(key);
    for (let child = this.#repeating(key); child !== undefined; child = this.#repeating(key)) {
      if (!(await this.#moveRepeated(key, child))) return;
    }
  }

  /** A record that repeats the one with this key. */
  #repeating(key: string): string | undefined {
    for (const [child, header] of this.#headers) {
      const base = header.kind === 'session' ? header.repeats : undefined;
      if (base !== undefined && sessionKey(base.response) === key) return child;
    }
    return undefined;
  }

  /** Makes `child` repeat what the record `key` repeats. False if one of the two cannot be read. */
  async #moveRepeated(key: string, child: string): Promise<boolean> {
    const [own, stored] = await Promise.all([this.#conversations.own(key), this.#read(child, readSession)]);
    const above = this.#headers.get(key);
    if (own === undefined || stored === undefined || above?.kind !== 'session') return false;
    const { header, input, response } = stored;
    const moved = own.items.slice(0, (header.repeats?.items ?? 0) - own.kept);
    const turn = { input: [...moved, ...input], response };
    const changed = sessionHeader(turn, above.repeats);
    const text = encodeRecord(changed, turn, this.#storage.indent);
    const lastUsed = this.#retention.lastUsed(child);
    if (lastUsed === undefined) return true;
    await this.#storage.write(child, text, lastUsed);
    if (!this.#retention.has(child)) return true;
    this.#headers.set(child, changed);
    this.#retention.rebase(child, { bytes: Buffer.byteLength(text), parent: parentOf(changed) });
    this.#conversations.remember(child, { header: changed, ...turn }, text.length);
    return true;
  }

  #enforceLimits(): Promise<void> {
    return this.#discard(this.#drop(this.#retention.trim(this.#clock())));
  }

  /** To be called before a read, so that expired records are not found. Their files are removed in the background. */
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
      // Nobody waits for this. The record is no longer in the index, and the next start will find the file again.
      this.#logger.warn(`history: a record that is no longer needed stays: ${messageOf(error)}`);
    }
  }

  // --------------------------------------------------------------------------------------------- reading

  async #reasoning(key: string | undefined): Promise<ProviderReasoning | undefined> {
    return key !== undefined && this.#isAlive(key) ? this.#read(key, readReasoning) : undefined;
  }

  /** Whether there is such a record; asking renews its claim to stay. */
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

  /**
   * Undefined, with a line in the log, if the record cannot be read. A record that is gone or damaged is removed from
   * the index, but not from disk; others stay, because too many open files or a drive that is away will pass.
   */
  async #read<T>(key: string, decode: (text: string) => T | undefined): Promise<T | undefined> {
    const header = this.#headers.get(key);
    const { value, problem, isLost } = await this.#decoded(key, decode);
    if (value !== undefined) return value;
    // It was removed or replaced while it was being read.
    if (this.#headers.get(key) !== header) return undefined;
    this.#logger.warn(`history: ${key} ${problem}: skipped`);
    if (isLost) this.#drop(this.#retention.remove(key));
    return undefined;
  }

  async #decoded<T>(
    key: string,
    decode: (text: string) => T | undefined,
  ): Promise<{ value?: T | undefined; problem?: string; isLost?: boolean }> {
    try {
      const text = await this.#storage.read(key);
      if (text === undefined) return { problem: 'is gone', isLost: true };
      return { value: decode(text), problem: 'is damaged', isLost: true };
    } catch (error) {
      return { problem: `cannot be read (${messageOf(error)})` };
    }
  }

  // ------------------------------------------------------------------------------------------------ index

  #index(header: RecordHeader): void {
    this.#headers.set(keyOf(header), header);
    if (header.kind === 'reasoning') this.#reasoningKeys.add(header);
  }

  #unindex(key: string): void {
    const header = this.#headers.get(key);
    this.#headers.delete(key);
    this.#conversations.forget(key);
    this.#inputs.remove(key);
    if (header?.kind === 'reasoning') this.#reasoningKeys.remove(header);
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
    // Callers handle their own errors; here it only matters that the work has ended.
    while (this.#unfinished.size > 0) await Promise.allSettled(this.#unfinished);
  }
}

function withLength(text: string) {
  const record = readSession(text);
  return record && { record, length: text.length };
}

function mebibytes(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(1);
}
