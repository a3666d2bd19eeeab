/** Users in the store that relays share: one hash, keyed by name, small enough to be read whole. */
import { type Connection, scriptOf, WRITE_PATIENCE_MS } from '../redis/connection.ts';
import { decodeUser, type UserSource } from './user-records.ts';

const KEY = 'codex-relay:{users}';
/** Done durably: after a failover, whoever was taken out must not be let in again. */
const PUT = scriptOf(`return redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])`);
const REMOVE = scriptOf(`return redis.call('HDEL', KEYS[1], ARGV[1])`);

export function usersInStore(connection: Connection): UserSource {
  const { client } = connection;
  return {
    read: async () => {
      const all = await connection.attempt(() => client.hgetall(KEY), 0);
      return Object.values(all)
        .flatMap((text) => decodeUser(text) ?? [])
        .toSorted((left, right) => (left.id < right.id ? -1 : 1));
    },
    put: async (user) => {
      await connection.runDurably(PUT, KEY, [user.id, JSON.stringify(user)]);
    },
    remove: async (id) => {
      // Asked first: if the answer to the removal is lost, the second attempt finds nobody.
      const names = await connection.attempt(() => client.hkeys(KEY), WRITE_PATIENCE_MS);
      const removed = await connection.runDurably(REMOVE, KEY, [id]);
      return names.includes(id) || removed === 1;
    },
    close: () => connection.close(),
  };
}
