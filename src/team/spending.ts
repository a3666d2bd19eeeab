/** What each user has spent and may spend: from the store if relays share one, else from the relay's own ledger. */
import { randomUUID } from 'node:crypto';
import { RelayError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { type Connection, scriptOf, WRITE_PATIENCE_MS } from '../redis/connection.ts';
import type { SpendGuard } from '../relay/gateway-options.ts';
import { type Limit, parseLimits } from '../usage/budget-limits.ts';
import { dayOf, monthOf, startOf } from '../usage/calendar.ts';
import { costOf, isForNothing, type Prices } from '../usage/cost.ts';
import { LedgerReader } from '../usage/ledger-reader.ts';
import type { UsageRecord } from '../usage/record.ts';
import type { UserRecord } from './user-records.ts';

/** Longer than a month; after that nobody asks for it. */
const KEPT_SECONDS = 40 * 86_400;
const LOOK_AGAIN_MS = 1_000;

/**
 * Adds to sums. 1 names the addition, 2 is the amount, 3 for how many seconds the sums are kept; the others name the sums.
 * A relay that got no answer asks again for less than a minute, so an addition is remembered for that long and made once.
 */
const ADD = scriptOf(`
if not redis.call('SET', KEYS[1] .. ':added:' .. ARGV[1], '', 'NX', 'EX', 60) then return 0 end
for at = 4, #ARGV do redis.call('HINCRBYFLOAT', KEYS[1], ARGV[at], ARGV[2]) end
redis.call('EXPIRE', KEYS[1], ARGV[3])
return 1
`);

export interface Spending {
  /** Counts a request that has ended. */
  add(record: UsageRecord): void;
  guardOf(user: UserRecord): SpendGuard;
}

export interface SpendingOptions {
  prices: Prices;
  /** Undefined: this relay counts alone, starting with what it spent earlier, from `folder`. */
  connection: Connection | undefined;
  folder: string;
  logger: Logger;
}

export async function openSpending(options: SpendingOptions): Promise<Spending> {
  const { prices, connection, folder, logger } = options;
  const sums = connection === undefined ? new OwnSums() : new SharedSums(connection, logger);
  if (connection === undefined) {
    const since = startOf('month', Date.now());
    for await (const records of new LedgerReader(folder, logger).read({ since })) {
      for (const record of records) if (record.time >= since) count(record, prices, sums);
    }
  }
  return {
    add: (record) => count(record, prices, sums),
    guardOf: (user) => guardOf(user, sums, prices),
  };
}

interface Sums {
  add(user: string, names: readonly string[], usd: number): void;
  read(user: string, names: readonly string[]): Promise<readonly number[]>;
}

function count(record: UsageRecord, prices: Prices, sums: Sums): void {
  const { user, upstream, time } = record;
  const cost = costOf(record, prices);
  if (user === undefined || typeof cost !== 'number' || cost === 0) return;
  const names = ['', upstream].flatMap((name) => [`${name} ${dayOf(time)}`, `${name} ${monthOf(time)}`]);
  sums.add(user, names, cost);
}

function guardOf({ id, budget }: UserRecord, sums: Sums, prices: Prices): SpendGuard {
  const limits = budget === '' ? [] : (parseLimits(budget) ?? []);
  return {
    async allow(target) {
      const { upstream } = target;
      const own = limits.filter((limit) => (limit.upstream ?? upstream) === upstream);
      if (own.length === 0 || isForNothing(target, prices)) return;
      const spent = await sums.read(id, own.map(nameOf));
      const at = own.findIndex(({ usd }, position) => (spent[position] ?? 0) >= usd);
      const limit = own[at];
      if (limit !== undefined) throw usedUp(id, limit, spent[at] ?? 0);
    },
  };
}

function nameOf({ span, upstream = '' }: Limit): string {
  const now = Date.now();
  return `${upstream} ${span === 'day' ? dayOf(now) : monthOf(now)}`;
}

function usedUp(id: string, { usd, span, upstream }: Limit, spent: number): RelayError {
  const of = upstream === undefined ? '' : ` for ${upstream}`;
  const message =
    `${id} has used up the budget of $${usd.toFixed(2)} a ${span}${of} ($${spent.toFixed(2)} spent), so nothing was ` +
    `sent: wait until ${span === 'day' ? 'tomorrow' : 'next month'}, or ask whoever runs the relay.`;
  // Not 429, which clients would retry in vain.
  return new RelayError('insufficient_quota', message, { status: 402 });
}

class OwnSums implements Sums {
  readonly #spent = new Map<string, number>();

  add(user: string, names: readonly string[], usd: number): void {
    for (const name of names) {
      const key = `${user} ${name}`;
      this.#spent.set(key, (this.#spent.get(key) ?? 0) + usd);
    }
  }

  async read(user: string, names: readonly string[]): Promise<readonly number[]> {
    return names.map((name) => this.#spent.get(`${user} ${name}`) ?? 0);
  }
}

/**
 * A hash for each user and month. While the store is away, the last known sums count, plus what was added here since.
 */
class SharedSums implements Sums {
  readonly #connection: Connection;
  readonly #logger: Logger;
  readonly #read = new Map<string, { at: number; spent: ReadonlyMap<string, number> }>();

  constructor(connection: Connection, logger: Logger) {
    this.#connection = connection;
    this.#logger = logger;
  }

  add(user: string, names: readonly string[], usd: number): void {
    this.#addHere(user, names, usd);
    const args = [randomUUID(), usd, KEPT_SECONDS, ...names];
    this.#connection.run(ADD, keyOf(user), args, WRITE_PATIENCE_MS).catch((error: Error) => {
      this.#logger.error(`users: $${usd.toFixed(4)} that ${user} spent were not counted: ${error.message}`);
    });
  }

  #addHere(user: string, names: readonly string[], usd: number): void {
    const spent = new Map(this.#read.get(user)?.spent);
    for (const name of names) spent.set(name, (spent.get(name) ?? 0) + usd);
    this.#read.set(user, { at: Number.NEGATIVE_INFINITY, spent });
  }

  async read(user: string, names: readonly string[]): Promise<readonly number[]> {
    const spent = await this.#spentBy(user);
    return names.map((name) => spent.get(name) ?? 0);
  }

  async #spentBy(user: string): Promise<ReadonlyMap<string, number>> {
    const known = this.#read.get(user);
    if (known !== undefined && performance.now() - known.at < LOOK_AGAIN_MS) return known.spent;
    try {
      const all = await this.#connection.attempt(() => this.#connection.client.hgetall(keyOf(user)), 0);
      const spent = new Map(Object.entries(all).map(([name, usd]) => [name, Number(usd)]));
      this.#read.set(user, { at: performance.now(), spent });
      return spent;
    } catch {
      // Codex must be able to go on while the store is away, which the log has already reported.
      return known?.spent ?? new Map();
    }
  }
}

function keyOf(user: string): string {
  return `codex-relay:spent:{${user}}:${monthOf(Date.now())}`;
}
