/**
 * Decides which records stay and which go, without knowing where they are kept.
 *
 * Every record in use has a claim to stay, and claims are ordered by last use. A record that loses its claim (too old,
 * too many, too much) goes, unless a later turn of its conversation still needs it: it then goes together with the last
 * turn that does. So continuing a conversation of any length costs one step, and each record loses its claim only once.
 * A plain LRU cache cannot do this, because it would drop the beginning of a conversation that is still going on.
 */
import type { HistoryLimits } from './store.ts';

export type RecordKind = 'session' | 'reasoning';

export interface Entry {
  readonly key: string;
  readonly kind: RecordKind;
  /** Size of the stored JSON. */
  readonly bytes: number;
  /** Key of the record that this one continues or repeats, which need not exist. */
  readonly parent: string | undefined;
  /** Milliseconds since the epoch. */
  lastUsed: number;
}

type Retained = { -readonly [Field in keyof Entry]: Entry[Field] };

const HOUR_MS = 3_600_000;
const MEBIBYTE = 1024 * 1024;

/**
 * Reasoning is kept for each answer, and a conversation has many answers. Without a limit, start-up would become slow.
 */
export const REASONING_PER_SESSION = 64;

export class Retention {
  readonly maxBytes: number;
  readonly #ttlMs: number;
  readonly #maxCount: Readonly<Record<RecordKind, number>>;
  readonly #entries = new Map<string, Retained>();
  /** How many records build on the record with this key. */
  readonly #children = new Map<string, number>();
  /** Ordered by use, least recently used first. */
  readonly #claims: Readonly<Record<RecordKind, Map<string, Retained>>> = {
    session: new Map(),
    reasoning: new Map(),
  };
  #bytes = 0;

  constructor(limits: HistoryLimits) {
    this.maxBytes = limits.maxMemoryMb * MEBIBYTE;
    this.#ttlMs = limits.ttlHours * HOUR_MS;
    this.#maxCount = {
      session: limits.maxSessions,
      reasoning: limits.maxSessions * REASONING_PER_SESSION,
    };
  }

  get bytes(): number {
    return this.#bytes;
  }

  get keys(): string[] {
    return [...this.#entries.keys()];
  }

  has(key: string): boolean {
    return this.#entries.has(key);
  }

  /** When the record was last used; undefined if there is none. */
  lastUsed(key: string): number | undefined {
    return this.#entries.get(key)?.lastUsed;
  }

  /** The total size of a record and everything it builds on, which the budget must hold. */
  chainBytes(bytes: number, parent: string | undefined): number {
    let sum = bytes;
    let steps = 0;
    for (let at = parent; at !== undefined && steps <= this.#entries.size; steps++) {
      const before = this.#entries.get(at);
      sum += before?.bytes ?? 0;
      at = before?.parent;
    }
    return sum;
  }

  /** Adds a record as the most recently used one, replacing any with the same key. */
  add(entry: Entry): void {
    this.#forget(entry.key);
    const retained = { ...entry };
    this.#entries.set(entry.key, retained);
    this.#bytes += entry.bytes;
    this.#addChild(entry.parent);
    this.#claim(retained);
  }

  /** Changes a record's size and parent without touching its claim. */
  rebase(key: string, { bytes, parent }: Pick<Entry, 'bytes' | 'parent'>): void {
    const retained = this.#entries.get(key);
    if (retained === undefined) return;
    this.#bytes += bytes - retained.bytes;
    this.#removeChild(retained.parent);
    this.#addChild(parent);
    retained.bytes = bytes;
    retained.parent = parent;
  }

  /**
   * Adds what an earlier process left. @returns keys of records that continue each other in a circle, which are not
   * added
   */
  load(entries: readonly Entry[]): string[] {
    const { ordered, circular } = parentsFirst(entries);
    for (const entry of ordered) this.add(entry);
    for (const { key } of ordered.toSorted((a, b) => a.lastUsed - b.lastUsed)) {
      const retained = this.#entries.get(key);
      if (retained !== undefined) this.#claim(retained);
    }
    return circular;
  }

  touch(key: string, now: number): void {
    const retained = this.#entries.get(key);
    if (retained === undefined) return;
    retained.lastUsed = now;
    this.#claim(retained);
  }

  /** The keys from the first turn of a conversation to the given one; undefined if one is missing. */
  lineage(key: string): string[] | undefined {
    const keys: string[] = [];
    for (let at: string | undefined = key; at !== undefined; ) {
      const retained = this.#entries.get(at);
      if (retained === undefined || keys.length > this.#entries.size) return undefined;
      keys.push(at);
      at = retained.parent;
    }
    return keys.reverse();
  }

  /** Removes a record. @returns its key, and those of earlier turns that only it still needed */
  remove(key: string): string[] {
    const removed: string[] = [];
    let retained = this.#entries.get(key);
    while (retained !== undefined) {
      this.#forget(retained.key);
      removed.push(retained.key);
      const parent: Retained | undefined =
        retained.parent === undefined ? undefined : this.#entries.get(retained.parent);
      const isFree = parent !== undefined && !this.#isNeeded(parent.key) && !this.#isClaimed(parent);
      retained = isFree ? parent : undefined;
    }
    return removed;
  }

  /** Applies the limits. @returns the keys of the removed records */
  trim(now: number): string[] {
    const removed: string[] = [];
    for (const kind of ['session', 'reasoning'] as const) {
      for (const oldest of this.#claims[kind].values()) {
        const isTooMany = this.#claims[kind].size > this.#maxCount[kind];
        if (!isTooMany && now - oldest.lastUsed < this.#ttlMs) break;
        removed.push(...this.#release(oldest));
      }
    }
    while (this.#bytes > this.maxBytes) {
      const oldest = this.#leastRecent();
      if (oldest === undefined) break;
      removed.push(...this.#release(oldest));
    }
    return removed;
  }

  #leastRecent(): Retained | undefined {
    const [session] = this.#claims.session.values();
    const [reasoning] = this.#claims.reasoning.values();
    if (session === undefined || reasoning === undefined) return session ?? reasoning;
    return session.lastUsed <= reasoning.lastUsed ? session : reasoning;
  }

  #release(retained: Retained): string[] {
    this.#claims[retained.kind].delete(retained.key);
    return this.#isNeeded(retained.key) ? [] : this.remove(retained.key);
  }

  #claim(retained: Retained): void {
    const claims = this.#claims[retained.kind];
    claims.delete(retained.key);
    claims.set(retained.key, retained);
  }

  #isClaimed(retained: Retained): boolean {
    return this.#claims[retained.kind].has(retained.key);
  }

  #isNeeded(key: string): boolean {
    return this.#children.has(key);
  }

  #forget(key: string): void {
    const retained = this.#entries.get(key);
    if (retained === undefined) return;
    this.#entries.delete(key);
    this.#claims[retained.kind].delete(key);
    this.#bytes -= retained.bytes;
    this.#removeChild(retained.parent);
  }

  #addChild(parent: string | undefined): void {
    if (parent !== undefined) this.#children.set(parent, (this.#children.get(parent) ?? 0) + 1);
  }

  #removeChild(parent: string | undefined): void {
    if (parent === undefined) return;
    const left = (this.#children.get(parent) ?? 0) - 1;
    if (left > 0) this.#children.set(parent, left);
    else this.#children.delete(parent);
  }
}

/**
 * Sorts each entry after the one that it builds on. Circles, which only occur in a damaged directory, are listed
 * separately.
 */
function parentsFirst(entries: readonly Entry[]): { ordered: Entry[]; circular: string[] } {
  const waiting = new Map(entries.map((entry) => [entry.key, entry]));
  const ordered: Entry[] = [];
  const circular: string[] = [];
  for (const entry of entries) {
    const chain: Entry[] = [];
    for (let at: Entry | undefined = entry; at !== undefined && waiting.delete(at.key); ) {
      chain.push(at);
      at = at.parent === undefined ? undefined : waiting.get(at.parent);
    }
    const top = chain.at(-1);
    const isCircular = top?.parent !== undefined && chain.some(({ key }) => key === top.parent);
    if (isCircular) circular.push(...chain.map(({ key }) => key));
    else ordered.push(...chain.reverse());
  }
  return { ordered, circular };
}
