/**
 * API keys in VS Code's secret storage, one per provider, each bound to the origin that it was given for: when
 * a base URL moves to another host, the user is asked for the key again.
 */
import { randomBytes } from 'node:crypto';
import type { SecretStorage } from 'vscode';
import { messageOf } from '../errors.ts';
import { parseObject } from '../json.ts';

/** What the store needs to know of a provider. */
export interface KeyOwner {
  id: string;
  baseUrl: string;
}

interface StoredKey {
  origin: string;
  key: string;
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

  /** The key, only for the origin that it was given for. */
  async get(owner: KeyOwner): Promise<string | undefined> {
    const stored = await this.#read(owner.id);
    return stored?.origin === originOf(owner) ? stored.key : undefined;
  }

  async set(owner: KeyOwner, key: string): Promise<void> {
    const stored: StoredKey = { origin: originOf(owner), key };
    await unlocked(this.#secrets.store(KEY_PREFIX + owner.id, JSON.stringify(stored)));
  }

  async remove(providerId: string): Promise<void> {
    await unlocked(this.#secrets.delete(KEY_PREFIX + providerId));
  }

  /** The token that Codex sends to the relay; created once, and the same in every window. */
  async token(): Promise<string> {
    const known = await unlocked(this.#secrets.get(TOKEN));
    if (known) return known;
    const made = randomBytes(32).toString('base64url');
    await unlocked(this.#secrets.store(TOKEN, made));
    // Two windows may open at the same time: the token that was stored last is the one for both.
    return (await unlocked(this.#secrets.get(TOKEN))) ?? made;
  }

  /** Calls back when a key or the token changed, in this window or another. */
  onDidChange(listener: () => void): { dispose(): void } {
    return this.#secrets.onDidChange(({ key }) => {
      if (key === TOKEN || key.startsWith(KEY_PREFIX)) listener();
    });
  }

  async #read(providerId: string): Promise<StoredKey | undefined> {
    const text = await unlocked(this.#secrets.get(KEY_PREFIX + providerId));
    if (!text) return undefined;
    // An entry that we did not write counts as no key: the user is asked for one, which overwrites it.
    const { origin, key } = parseObject(text) ?? {};
    return typeof origin === 'string' && typeof key === 'string' && key !== '' ? { origin, key } : undefined;
  }
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
