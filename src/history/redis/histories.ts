/** The histories in a store, one for each user, and the clean-up of those that nobody uses any more. */
import { messageOf } from '../../errors.ts';
import type { Logger } from '../../logger.ts';
import type { Connection } from '../../redis/connection.ts';
import type { HistoryLimits } from '../store.ts';
import { RedisHistory } from './redis-store.ts';

/** All histories that were written to, by the time of the last write, accurate to `NOTED_MS`. */
const INDEX = 'codex-relay:histories';
const NOTED_MS = 10 * 60_000;
const HOUR_MS = 3_600_000;
const AT_ONCE = 100;

export interface RedisHistoriesOptions {
  connection: Connection;
  /** The limits of each history. */
  limits: HistoryLimits;
  logger: Logger;
}

export class RedisHistories {
  readonly #options: RedisHistoriesOptions;
  readonly #notedAt = new Map<string, number>();
  readonly #sweeping: NodeJS.Timeout;

  constructor(options: RedisHistoriesOptions) {
    this.#options = options;
    this.#sweeping = setInterval(() => void this.#sweep(), NOTED_MS).unref();
  }

  /** @param owner '' for a relay without users */
  open(owner: string): RedisHistory {
    return this.#named(`codex-relay:{history:${owner}}`);
  }

  close(): void {
    clearInterval(this.#sweeping);
  }

  #named(name: string): RedisHistory {
    return new RedisHistory({ ...this.#options, name, onWrite: () => this.#note(name) });
  }

  #note(name: string): void {
    const now = Date.now();
    if (now - (this.#notedAt.get(name) ?? 0) < NOTED_MS) return;
    this.#notedAt.set(name, now);
    this.#options.connection.client.zadd(INDEX, now, name).catch(() => this.#notedAt.delete(name));
  }

  /** Limits are applied whenever a history is used; this is for unused ones. */
  async #sweep(): Promise<void> {
    const { connection, limits, logger } = this.#options;
    const { client } = connection;
    try {
      const idleSince = Date.now() - limits.ttlHours * HOUR_MS;
      for (const name of await client.zrangebyscore(INDEX, '-inf', idleSince, 'LIMIT', 0, AT_ONCE)) {
        const left = await this.#named(name).trim();
        if (left === 0) await client.zrem(INDEX, name);
        // Somebody still reads it, so it is checked again once it may have expired.
        else await client.zadd(INDEX, Date.now(), name);
      }
    } catch (error) {
      logger.debug(`history: what nobody uses any more was not removed: ${messageOf(error)}`);
    }
  }
}
