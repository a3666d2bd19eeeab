/** Conversations from the store. A relay keeps what it has read of one, and later reads only what others have added. */
import { LRUCache } from 'lru-cache';
import type { Logger } from '../../logger.ts';
import type { InputItem } from '../../wire/responses.ts';
import { parentOf } from '../records.ts';
import { type OwnItems, ownItemsOf, type TurnItems } from '../stored-conversations.ts';
import { unpack } from './packed.ts';
import { asBytes, asList, textOf } from './replies.ts';
import { readItems } from './session-text.ts';

/** A record that was read or written here. */
interface Known extends OwnItems {
  /** '' if it begins a conversation. */
  parent: string;
}

/** Runs the script `WALK` with its arguments from the sixth on. */
export type Walk = (last: string, from: string, wanted: number, epoch: string) => Promise<unknown>;

const CACHE_CHARACTERS = 32 * 1024 * 1024;
/** How many records are requested first, and at most; nearly always one or none is missing. */
const [FIRST, MOST] = [4, 512];
const GROWTH = 8;

export class SharedConversations {
  readonly #walk: Walk;
  readonly #logger: Logger;
  readonly #known = new LRUCache<string, Known>({ maxSize: CACHE_CHARACTERS });
  /** The store's epoch in which `#known` was read. */
  #epoch = '0';

  constructor(walk: Walk, logger: Logger) {
    this.#walk = walk;
    this.#logger = logger;
  }

  /** All items of the conversation that ends with the record; undefined if it does not exist or is incomplete. */
  async whole(key: string): Promise<readonly InputItem[] | undefined> {
    for (;;) {
      const items = await this.#wholeIn(this.#epoch, key);
      if (items !== 'another epoch') return items;
    }
  }

  /** @param epoch of the store when the record was written or read; in a later epoch it may have changed */
  remember(key: string, record: TurnItems, length: number, epoch: string): void {
    if (epoch === this.#epoch) this.#known.set(key, knownFrom(record), { size: length });
  }

  clear(): void {
    this.#known.clear();
  }

  async #wholeIn(epoch: string, key: string): Promise<readonly InputItem[] | undefined | 'another epoch'> {
    /** From the end of the conversation to its beginning. */
    const parts: Known[] = [];
    let from = this.#gather(key, parts);
    let wanted = FIRST;
    let asked = this.#walk(key, from, wanted, epoch);
    for (;;) {
      const [current, isThere, next, texts] = asList(await asked);
      if (isThere !== 1) return undefined;
      if (textOf(current) !== epoch) {
        this.#begin(textOf(current));
        return 'another epoch';
      }
      if (from === '') return joined(parts);
      // The next batch is requested while this one is read.
      const before: Known[] = [];
      const first = from;
      from = this.#gather(textOf(next), before);
      wanted = Math.min(GROWTH * wanted, MOST);
      asked = this.#walk(key, from, wanted, epoch);
      // Whoever awaits it below is told. Until then a failure has no handler, which would end the process.
      asked.catch(() => undefined);
      if (!(await this.#read(first, asBytes(texts), epoch, parts))) {
        await asked;
        return undefined;
      }
      for (const part of before) parts.push(part);
    }
  }

  /** In a new epoch something was deleted or replaced, so forget everything known here. */
  #begin(epoch: string): void {
    if (epoch !== this.#epoch) this.#known.clear();
    this.#epoch = epoch;
  }

  /** Adds the known records, from this one towards the beginning. @returns the first unknown one; '': none */
  #gather(key: string, parts: Known[]): string {
    let at = key;
    for (let known = this.#known.get(at); known !== undefined; known = this.#known.get(at)) {
      parts.push(known);
      at = known.parent;
    }
    return at;
  }

  /** Reads the texts of a record and of those before it. False if one cannot be read. */
  async #read(first: string, texts: Buffer, epoch: string, parts: Known[]): Promise<boolean> {
    let key = first;
    for (const packed of piecesOf(texts)) {
      const unpacked = unpack(packed);
      const text = typeof unpacked === 'object' ? await unpacked : unpacked;
      const record = text === undefined ? undefined : readItems(text);
      if (text === undefined || record === undefined) {
        this.#logger.warn(`history: ${key} is damaged: skipped`);
        return false;
      }
      const known = knownFrom(record);
      parts.push(known);
      if (epoch === this.#epoch) this.#known.set(key, known, { size: text.length });
      key = known.parent;
    }
    return true;
  }
}

/** Splits the bytes into pieces, each of which is preceded by its length in four bytes. */
function piecesOf(bytes: Buffer): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + 4 + bytes.readUInt32LE(at);
    pieces.push(bytes.subarray(at + 4, end));
    at = end;
  }
  return pieces;
}

function knownFrom(record: TurnItems): Known {
  return { ...ownItemsOf(record), parent: parentOf(record.header) ?? '' };
}

function joined(parts: readonly Known[]): InputItem[] {
  const whole: InputItem[] = [];
  for (const { kept, items } of parts.toReversed()) {
    whole.length = Math.min(whole.length, kept);
    for (const item of items) whole.push(item);
  }
  return whole;
}
