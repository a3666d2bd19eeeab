/** A history in Redis or Valkey, shared by any number of relays. Its rules are in the scripts. */
import { createHash, randomUUID } from 'node:crypto';
import type { Logger } from '../../logger.ts';
import {
  type Argument,
  type Connection,
  READ_PATIENCE_MS,
  type Script,
  WRITE_PATIENCE_MS,
} from '../../redis/connection.ts';
import type { ProviderReasoning } from '../../translate/reasoning/reasoning.ts';
import type { InputItem } from '../../wire/responses.ts';
import {
  encodeRecord,
  keyOf,
  parentOf,
  type RecordHeader,
  type Repeats,
  readReasoning,
  reasoningHeader,
  type SessionRecord,
  sessionHeader,
  sessionKey,
} from '../records.ts';
import { InputDigests } from '../repeated-input.ts';
import { REASONING_PER_SESSION } from '../retention.ts';
import type { HistoryLimits, HistoryStore, RetainedReasoning, StoredExchange } from '../store.ts';
import { ownItemsOf } from '../stored-conversations.ts';
import { pack, unpack } from './packed.ts';
import { asBytes, asList, textOf } from './replies.ts';
import { CLEAR, DELETE, DETACH, FIND_INPUT, READ, STORE, TRIM, WALK } from './scripts.ts';
import { bytesOf, readItems, readTurn, sessionText } from './session-text.ts';
import { SharedConversations } from './shared-conversations.ts';

export interface RedisHistoryOptions {
  connection: Connection;
  /** Name of the history. Nothing in one history is ever found in another. */
  name: string;
  limits: HistoryLimits;
  logger: Logger;
  /** Milliseconds since the epoch. Default: the store's own clock, which all relays share. */
  clock?: () => number;
  /** Called for each write. */
  onWrite?: () => void;
}

const MEBIBYTE = 1024 * 1024;
const HOUR_MS = 3_600_000;
/** As in memory: records that repeat each other take at most this share of the budget. */
const CHAIN_SHARE = 1 / 4;
/** How many digests are looked up first, and after that; the input nearly always repeats the one before. */
const [FIRST, MOST] = [4, 128];
/**
 * Others may change the same records at the same time. What is still repeated after these attempts becomes unreadable.
 */
const DELETE_ATTEMPTS = 100;
/** Whether reading a record renews its claim to stay. What a write has to know first is only seen. */
const [SEEN, USED] = [0, 1] as const;
type Use = 0 | 1;

export class RedisHistory implements HistoryStore {
  /** Always true, because another relay may have retained some. */
  readonly hasReasoning = true;
  readonly #connection: Connection;
  readonly #name: string;
  readonly #limits: readonly [ttl: number, sessions: number, reasoning: number, bytes: number];
  readonly #logger: Logger;
  readonly #clock: () => number;
  readonly #onWrite: () => void;
  readonly #conversations: SharedConversations;

  constructor({
    connection,
    name,
    limits,
    logger,
    clock = () => -1,
    onWrite = () => {},
  }: RedisHistoryOptions) {
    this.#onWrite = onWrite;
    this.#connection = connection;
    this.#name = name;
    this.#logger = logger;
    this.#clock = clock;
    this.#conversations = new SharedConversations((...args) => this.#run(WALK, args), logger);
    const { ttlHours, maxSessions, maxMemoryMb } = limits;
    const reasoning = maxSessions * REASONING_PER_SESSION;
    this.#limits = [Math.round(ttlHours * HOUR_MS), maxSessions, reasoning, maxMemoryMb * MEBIBYTE];
  }

  async conversation(responseId: string): Promise<readonly InputItem[] | undefined> {
    return this.#conversations.whole(sessionKey(responseId));
  }

  async exchange(responseId: string): Promise<StoredExchange | undefined> {
    const key = sessionKey(responseId);
    const stored = (await this.#readSession(key, USED))?.record;
    if (stored === undefined) return undefined;
    const { header, input, response } = stored;
    if (header.repeats === undefined) return { response, input };
    const whole = await this.#conversations.whole(key);
    return whole && { response, input: whole.slice(0, whole.length - response.output.length) };
  }

  async item(id: string, responseId: string | undefined): Promise<InputItem | undefined> {
    const found = await this.#read('item', nameOf(id), USED);
    const made = responseId === undefined ? undefined : sessionKey(responseId);
    const text = found?.text ?? (made && (await this.#read('', made, USED))?.text);
    const turn = text === undefined ? undefined : readItems(text);
    return turn && ownItemsOf(turn).items.find((item) => item.id === id);
  }

  async record(turn: StoredExchange): Promise<boolean> {
    const { response, input } = turn;
    // A request that continues a response contains only what is new.
    if (response.previous_response_id !== null) return this.#retainTurn(turn, []);
    const digests = new InputDigests(input);
    const digest = digests.ofFirst(digests.count);
    const names: Name[] = digest === undefined ? [] : [['input', digest]];
    const repeats = await this.#findRepeated(digests);
    return this.#retainTurn(turn, names, repeats);
  }

  async delete(responseId: string): Promise<boolean> {
    const [key, deletion] = [sessionKey(responseId), randomUUID()];
    for (let attempt = 1; ; attempt++) {
      const force = attempt === DELETE_ATTEMPTS ? 1 : 0;
      const asked = [key, nameOf(responseId), force, deletion];
      const [result, child] = asList(await this.#runDurably(DELETE, asked));
      this.#conversations.clear();
      if (result !== 2) return result === 1;
      await this.#moveRepeated(key, textOf(child));
    }
  }

  async retainReasoning(entry: RetainedReasoning): Promise<void> {
    const header = reasoningHeader(entry);
    const names: Name[] = [
      ['turn', nameOf(entry.fingerprint)],
      ['response', nameOf(entry.responseId)],
      ...entry.callIds.map((callId): Name => ['call', nameOf(callId)]),
    ];
    const items = encodeRecord(header, { reasoning: entry.reasoning }, 0);
    const written = { header, items, rest: '', bytes: Buffer.byteLength(items), names };
    // If it is lost, the next answer has to do without, so it is not waited for as long as a response.
    await this.#write(written, 'reasoning of an answer', READ_PATIENCE_MS);
  }

  reasoningByCallId(callId: string): Promise<ProviderReasoning | undefined> {
    return this.#reasoning('call', callId);
  }

  reasoningByFingerprint(fingerprint: string): Promise<ProviderReasoning | undefined> {
    return this.#reasoning('turn', fingerprint);
  }

  async clear(): Promise<void> {
    this.#conversations.clear();
    while (Number(await this.#runDurably(CLEAR, [])) > 0);
  }

  /** Applies the limits to a history that may be unused. @returns how many records are left */
  async trim(): Promise<number> {
    return Number(await this.#run(TRIM, []));
  }

  /** The connection belongs to others and stays open. */
  async close(): Promise<void> {
    this.#conversations.clear();
  }

  // --------------------------------------------------------------------------------------------- writing

  /** Returns whether it was kept. */
  async #retainTurn(turn: StoredExchange, names: readonly Name[], repeats?: Repeats): Promise<boolean> {
    const { response } = turn;
    const input = turn.input.slice(repeats?.items ?? 0);
    const header = sessionHeader(turn, repeats);
    const record = { header, input, response };
    const text = sessionText(record);
    const written = { header, ...text, bytes: bytesOf(text), names: [...names, ...itemNames(record)] };
    const kept = await this.#write(written, `response ${response.id}`);
    // What it repeats has gone in the meantime, so it is stored in full.
    if (kept === 'repeated is gone') return this.#retainTurn(turn, names);
    if (kept === 'too large') return false;
    this.#conversations.remember(keyOf(header), record, text.items.length, kept.epoch);
    return true;
  }

  /** Returns the store's epoch if the record was kept. */
  async #write(
    { header, items, rest, bytes, names }: Written,
    what: string,
    patienceMs?: number,
  ): Promise<{ epoch: string } | 'too large' | 'repeated is gone'> {
    const repeats = header.kind === 'session' && header.repeats !== undefined ? 1 : 0;
    const place = [keyOf(header), header.kind, bytes, parentOf(header) ?? '', repeats];
    const packed = [await pack(items), await pack(rest)];
    const args = [...place, ...packed, JSON.stringify(names)];
    const result = await this.#runDurably(STORE, args, patienceMs);
    this.#onWrite();
    const [outcome, needed] = asList(result);
    if (outcome === 2) return 'repeated is gone';
    if (outcome === 0) return { epoch: textOf(needed) };
    const sizes = `${mebibytes(Number(textOf(needed)))} of the whole budget of ${mebibytes(this.#limits[3])} MiB`;
    this.#logger.warn(`history: ${what} is not kept: with what it continues it needs ${sizes}`);
    return 'too large';
  }

  /** Which part of the input repeats a recorded one and its answer; undefined if that is not worth a reference. */
  async #findRepeated(digests: InputDigests): Promise<Repeats | undefined> {
    const found = await this.#findInput(digests);
    if (found === undefined || found.chain > this.#limits[3] * CHAIN_SHARE) return undefined;
    const base = await this.#readSession(found.key, SEEN);
    if (base === undefined) return undefined;
    const own = ownItemsOf(base.record);
    const repeated = digests.countSame(found.items, own.items.slice(found.items - own.kept));
    return digests.isWorth(repeated) ? { response: base.record.header.id, items: repeated } : undefined;
  }

  /** The record whose whole input this one begins with, nearly always the previous request's. */
  async #findInput(
    digests: InputDigests,
  ): Promise<{ key: string; chain: number; items: number } | undefined> {
    let count = FIRST;
    for (let items = digests.count; items > 0; items -= count, count = MOST) {
      const asked = Array.from({ length: Math.min(count, items) }, (_, at) => digests.ofFirst(items - at));
      const [position, key, chain] = asList(await this.#runForWrite(FIND_INPUT, [JSON.stringify(asked)]));
      if (typeof position === 'number') {
        return { key: textOf(key), chain: Number(textOf(chain)), items: items - position };
      }
    }
    return undefined;
  }

  /** Makes `child` repeat what the record `key` repeats. Does nothing if somebody else was faster. */
  async #moveRepeated(key: string, child: string): Promise<void> {
    const [above, below] = await Promise.all([this.#readSession(key, SEEN), this.#readSession(child, SEEN)]);
    if (above === undefined || below === undefined) return;
    const { header, input, response } = below.record;
    const own = ownItemsOf(above.record);
    const moved = own.items.slice(0, (header.repeats?.items ?? 0) - own.kept);
    const turn = { input: [...moved, ...input], response };
    const changed = sessionHeader(turn, above.record.header.repeats);
    const text = sessionText({ header: changed, ...turn });
    const versions = [child, below.version, key, above.version];
    const place = [bytesOf(text), parentOf(changed) ?? '', changed.repeats === undefined ? 0 : 1];
    const names = itemNames({ header: changed, ...turn });
    await this.#runDurably(DETACH, [...versions, ...place, await pack(text.items), JSON.stringify(names)]);
  }

  // --------------------------------------------------------------------------------------------- reading

  async #reasoning(index: string, name: string): Promise<ProviderReasoning | undefined> {
    const found = await this.#read(index, nameOf(name), USED);
    return found && readReasoning(found.text);
  }

  async #readSession(key: string, use: Use): Promise<{ record: SessionRecord; version: string } | undefined> {
    const found = await this.#read('', key, use);
    const record = found && readTurn({ items: found.text, rest: found.rest });
    return found && record && { record, version: found.version };
  }

  async #read(index: string, name: string, use: Use): Promise<Found | undefined> {
    const asked = [index, name, use];
    const answer = use === SEEN ? this.#runForWrite(READ, asked) : this.#run(READ, asked);
    const [key, bytes, version, other] = asList(await answer);
    if (key === undefined) return undefined;
    const [text, rest] = await Promise.all([unpack(asBytes(bytes)), unpack(asBytes(other))]);
    if (text !== undefined && rest !== undefined) return { text, rest, version: textOf(version) };
    this.#logger.warn(`history: ${textOf(key)} is damaged: skipped`);
    return undefined;
  }

  #run(script: Script, args: readonly Argument[], patienceMs = READ_PATIENCE_MS): Promise<unknown> {
    return this.#connection.run(script, this.#name, [this.#clock(), ...this.#limits, ...args], patienceMs);
  }

  /** Reads what a write needs, and is therefore as patient as that. */
  #runForWrite(script: Script, args: readonly Argument[]): Promise<unknown> {
    return this.#run(script, args, WRITE_PATIENCE_MS);
  }

  #runDurably(script: Script, args: readonly Argument[], patienceMs?: number): Promise<unknown> {
    const all = [this.#clock(), ...this.#limits, ...args];
    return this.#connection.runDurably(script, this.#name, all, patienceMs);
  }
}

interface Found {
  text: string;
  rest: string;
  version: string;
}

/** A record as written to the store. */
interface Written {
  header: RecordHeader;
  items: string;
  rest: string;
  /** The size of the whole record. */
  bytes: number;
  names: readonly Name[];
}

/** Another way to find a record than by its key: an index and a name in it. */
type Name = readonly [index: string, name: string];

function itemNames(record: SessionRecord): Name[] {
  return ownItemsOf(record).items.flatMap(({ id }): Name[] => (id ? [['item', nameOf(id)]] : []));
}

/** Ids made by others may be long or not valid Unicode. */
function nameOf(id: string): string {
  return createHash('sha256').update(id).digest('base64url').slice(0, 22);
}

function mebibytes(bytes: number): string {
  return (bytes / MEBIBYTE).toFixed(1);
}
