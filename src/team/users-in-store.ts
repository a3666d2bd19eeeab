/** Users in the store that relays share: one hash, keyed by name, small enough to be read whole. */
import { type Connection, WRITE_PATIENCE_MS } from '../redis/connection.ts';
import { decodeUser, type UserSource } from './user-records.ts';

const KEY = 'codex-relay:{users}';

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
      await connection.attempt(() => client.hset(KEY, user.id, JSON.stringify(user)), WRITE_PATIENCE_MS);
    },
    remove: async (id) => (await connection.attempt(() => client.hdel(KEY, id), WRITE_PATIENCE_MS)) > 0,
    close: () => connection.close(),
  };
}
