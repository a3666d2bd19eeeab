/**
 * API keys in VS Code's secret storage: one or more per provider, all bound to the origin that they were given for. If
 * a base URL moves to another host, the user is asked for a key again.
 */
import { randomBytes } from 'node:crypto';
import type { SecretStorage } from 'vscode';
import { messageOf } from '../errors.ts';
import { parseObject } from '../json.ts';

/** What the store needs to know about a provider. */
export interface KeyOwner {
  id: string;
  baseUrl: string;
}

/** The stored form; releases without support for several keys knew only `key`. */
interface StoredKeys {
  origin: string;
  /** The key that is used while it works. */
  key: string;
  /** The keys to try next, in order. */
  more?: readonly string[];
}

/** `other-origin`: there is a key, but it was given for another host. */
export type KeyStatus = 'present' | 'missing' | 'other-origin';

const KEY_PREFIX = 'codexRelay.key.';
const TOKEN = 'codexRelay.token';

export class KeyStore {
  readonly #secrets: SecretStorage;

  constructor(secrets: SecretStorage) {
    this.#secrets = secrets;
  }

  async status(owner: KeyOwner): Promise<KeyStatus> {
    const stored = await this.#read(owner.id);
    if (!stored) return 'missing';
    return stored.origin === originOf(owner) ? 'present' : 'other-origin';
  }

  /** The first key, only for the origin that it was given for. */
  async get(owner: KeyOwner): Promise<string | undefined> {
    return (await this.all(owner))[0];
  }

  /** All keys in the order in which they are tried, only for the origin that they were given for. */
  async all(owner: KeyOwner): Promise<readonly string[]> {
    const stored = await this.#read(owner.id);
    return stored?.origin === originOf(owner) ? keysOf(stored) : [];
  }

  /** Replaces the first key. Those after it stay, unless they were given for another origin. */
  async set(owner: KeyOwner, key: string): Promise<void> {
    const [, ...more] = await this.all(owner);
    await this.#write(owner, [key, ...more]);
  }

  /** Adds a key after the others. */
  async add(owner: KeyOwner, key: string): Promise<void> {
    await this.#write(owner, [...(await this.all(owner)), key]);
  }

  /** Removes one key, counted from 0; those after it move up. */
  async removeOne(owner: KeyOwner, index: number): Promise<void> {
    const left = (await this.all(owner)).filter((_, at) => at !== index);
    if (left.length === 0) await this.remove(owner.id);
    else await this.#write(owner, left);
  }

  /** Removes all keys of the provider. */
  async remove(providerId: string): Promise<void> {
    await unlocked(this.#secrets.delete(KEY_PREFIX + providerId));
  }

  /** The token that Codex sends to the relay; created once, and the same in every window. */
  async token(): Promise<string> {
    const known = await unlocked(this.#secrets.get(TOKEN));
    if (known) return known;
    const made = randomBytes(32).toString('base64url');
    await unlocked(this.#secrets.store(TOKEN, made));
    // If two windows open at the same time, both use the token that was stored last.
    return (await unlocked(this.#secrets.get(TOKEN))) ?? made;
  }

  /** Calls back when a key or the token changed, in this window or another. */
  onDidChange(listener: () => void): { dispose(): void } {
    return this.#secrets.onDidChange(({ key }) => {
      if (key === TOKEN || key.startsWith(KEY_PREFIX)) listener();
    });
  }

  async #write(owner: KeyOwner, keys: readonly string[]): Promise<void> {
    const [key = '', ...more] = new Set(keys);
    const stored: StoredKeys = { origin: originOf(owner), key, ...(more.length > 0 && { more }) };
    await unlocked(this.#secrets.store(KEY_PREFIX + owner.id, JSON.stringify(stored)));
  }

  async #read(providerId: string): Promise<StoredKeys | undefined> {
    const text = await unlocked(this.#secrets.get(KEY_PREFIX + providerId));
    if (!text) return undefined;
    // An entry that we did not write counts as missing: the user is asked for a key, which overwrites it.
    const { origin, key, more } = parseObject(text) ?? {};
    if (typeof origin !== 'string' || !isKey(key)) return undefined;
    return { origin, key, more: Array.isArray(more) ? more.filter(isKey) : [] };
  }
}

function keysOf({ key, more = [] }: StoredKeys): readonly string[] {
  return [key, ...more];
}

function isKey(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

/** Waits for the storage. @throws Error that says what to do, when the storage fails */
async function unlocked<T>(answer: Thenable<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw new Error(
      `VS Code's secret storage cannot be used: ${messageOf(error)}. Unlock the keyring of your system, then start the relay again.`,
      { cause: error },
    );
  }
}

function originOf(owner: KeyOwner): string {
  return new URL(owner.baseUrl).origin;
}
