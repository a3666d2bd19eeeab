/**
 * Who may use a relay, from a file or the store. A team's list is short, so it is kept as a whole, reread every second,
 * and stays unchanged while it cannot be read.
 */
import { messageOf, RelayError } from '../errors.ts';
import type { HistoryStore } from '../history/store.ts';
import type { Logger } from '../logger.ts';
import type { RelayUser, RequestLimits, SpendGuard, Users } from '../relay/gateway-options.ts';
import { hashOf, names, type UserRecord, type UserSource } from './user-records.ts';

const LOOK_AGAIN_MS = 1_000;
/** Unknown tokens cause a reread at most this often. */
const LOOK_FOR_NEW_MS = 100;

export interface UsersOptions {
  source: UserSource;
  historyOf: (id: string) => Promise<HistoryStore>;
  limitsOf: (user: UserRecord) => RequestLimits;
  budgetOf: (user: UserRecord) => SpendGuard;
  logger: Logger;
}

/** Reads the users now, and again with each `look()`. Rejects if they cannot be read. */
export async function openUsers(
  options: UsersOptions,
): Promise<Users & { look(): Promise<void>; close(): Promise<void> }> {
  const users = new KnownUsers(options);
  await users.look();
  return users;
}

interface Known {
  json: string;
  user: RelayUser;
}

class KnownUsers implements Users {
  readonly #options: UsersOptions;
  /** By the hash of the token. */
  #known = new Map<string, Known>();
  readonly #histories = new Map<string, Promise<HistoryStore>>();
  #lookedAt = 0;
  #looking: Promise<void> | undefined;
  #isUnread = false;

  constructor(options: UsersOptions) {
    this.#options = options;
  }

  async find(token: string): Promise<RelayUser | undefined> {
    const age = performance.now() - this.#lookedAt;
    const hash = hashOf(token);
    const isKnown = this.#known.has(hash);
    // A known user need not wait for the list unless it is old; an unknown one may have been added a moment ago.
    if (age > (isKnown ? LOOK_AGAIN_MS : LOOK_FOR_NEW_MS)) {
      const looking = this.#lookAgain();
      if (!isKnown || age > 2 * LOOK_AGAIN_MS) await looking;
    }
    return this.#known.get(hash)?.user;
  }

  async close(): Promise<void> {
    const stores = await Promise.allSettled(this.#histories.values());
    for (const store of stores) if (store.status === 'fulfilled') await store.value.close();
  }

  /** Reads the list now; rejects if it cannot be read, or not for each user. */
  async look(): Promise<void> {
    const records = await this.#options.source.read();
    const entries = await Promise.allSettled(
      records.map(async (record): Promise<[string, Known]> => [record.token, await this.#knownFrom(record)]),
    );
    // A user who was removed must not stay because another user's history cannot be opened.
    this.#known = new Map(entries.flatMap((entry) => (entry.status === 'fulfilled' ? [entry.value] : [])));
    this.#lookedAt = performance.now();
    const failed = entries.find((entry) => entry.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  #lookAgain(): Promise<void> {
    this.#looking ??= this.look()
      .then(() => {
        this.#isUnread = false;
      })
      .catch((error: unknown) => {
        // The old list stays valid, and is reread after a while, not with each request.
        this.#lookedAt = performance.now();
        if (!this.#isUnread)
          this.#options.logger.warn(`users: the list is not known as it is now: ${messageOf(error)}`);
        this.#isUnread = true;
      })
      .finally(() => {
        this.#looking = undefined;
      });
    return this.#looking;
  }

  async #knownFrom(record: UserRecord): Promise<Known> {
    const json = JSON.stringify(record);
    const before = this.#known.get(record.token);
    if (before?.json === json) return before;
    const { limitsOf, budgetOf } = this.#options;
    return {
      json,
      user: {
        id: record.id,
        history: await this.#historyOf(record.id),
        mayUse: (upstream, model) => names(record.models, upstream, model),
        budget: budgetOf(record),
        limits: limitsOf(record),
      },
    };
  }

  #historyOf(id: string): Promise<HistoryStore> {
    const opened = this.#histories.get(id) ?? this.#options.historyOf(id);
    this.#histories.set(id, opened);
    return opened.catch((cause: unknown) => {
      this.#histories.delete(id);
      throw new RelayError(
        'internal_error',
        `users: the history of ${id} cannot be opened: ${messageOf(cause)}`,
        {
          cause,
        },
      );
    });
  }
}
