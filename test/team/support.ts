/** Users for relays under test. */
import { createMemoryStore } from '../../src/history/memory-store.ts';
import type { HistoryStore } from '../../src/history/store.ts';
import { limitsFor } from '../../src/team/limits.ts';
import { openSpending, type Spending } from '../../src/team/spending.ts';
import { hashOf, type UserRecord, type UserSource } from '../../src/team/user-records.ts';
import { openUsers } from '../../src/team/users.ts';
import type { Prices } from '../../src/usage/cost.ts';
import { recordingLogger } from '../history/support.ts';

export function userNamed(id: string, rights: Partial<UserRecord> = {}): UserRecord {
  return {
    id,
    token: hashOf(tokenOf(id)),
    models: ['*'],
    requestsPerMinute: 0,
    tokensPerMinute: 0,
    budget: '',
    since: '2026-11-28T00:00:00.000Z',
    ...rights,
  };
}

function tokenOf(id: string): string {
  return `crt_token-of-${id}`;
}

export function as(id: string): Record<string, string> {
  return { authorization: `Bearer ${tokenOf(id)}` };
}

/** A list that the test changes. */
export function sourceOf(users: UserRecord[]): UserSource {
  return {
    read: async () => [...users],
    put: async (user) => void users.push(user),
    remove: async () => false,
    close: async () => {},
  };
}

const FREE: Prices = { list: { costOf: () => undefined }, own: new Map() };

/** Users with histories in memory, who are counted by this relay alone. */
export async function usersOf(
  source: UserSource,
  prices: Prices = FREE,
): Promise<{ users: Awaited<ReturnType<typeof openUsers>>; spending: Spending; log: readonly string[] }> {
  const logger = recordingLogger();
  const spending = await openSpending({ prices, connection: undefined, folder: '/nowhere', logger });
  const users = await openUsers({
    source,
    historyOf: async (): Promise<HistoryStore> => createMemoryStore(),
    limitsOf: (user) => limitsFor(user, undefined),
    budgetOf: (user) => spending.guardOf(user),
    logger,
  });
  return { users, spending, log: logger.lines };
}
