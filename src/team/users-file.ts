/** Users in a file that only its owner can read. */
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { codeOf } from '../node-errors.ts';
import { writeAtomic } from '../write-atomic.ts';
import { decodeUsers, type UserRecord, type UserSource } from './user-records.ts';

export function usersFile(file: string): UserSource {
  const path = resolve(file);
  const read = async () => {
    try {
      return decodeUsers(await readFile(path, 'utf8'), path);
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return [];
      throw error;
    }
  };
  const write = async (users: readonly UserRecord[]) => {
    const ordered = users.toSorted((left, right) => (left.id < right.id ? -1 : 1));
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeAtomic({ path, text: `${JSON.stringify({ users: ordered }, null, 2)}\n`, mode: 0o600 });
  };
  return {
    read,
    put: async (user) => write([...(await read()).filter(({ id }) => id !== user.id), user]),
    remove: async (id) => {
      const users = await read();
      const left = users.filter((user) => user.id !== id);
      if (left.length === users.length) return false;
      await write(left);
      return true;
    },
    close: async () => {},
  };
}
