/** Users in a file that only its owner can read. */
import { mkdir, open, readFile, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { codeOf, whereCode } from '../node-errors.ts';
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
    await writeAtomic({ path, text: `${JSON.stringify({ users: ordered }, null, 2)}\n`, mode: 0o600 });
  };
  return {
    read,
    put: (user) =>
      alone(path, async () => write([...(await read()).filter(({ id }) => id !== user.id), user])),
    remove: (id) =>
      alone(path, async () => {
        const users = await read();
        const left = users.filter((user) => user.id !== id);
        if (left.length === users.length) return false;
        await write(left);
        return true;
      }),
    close: async () => {},
  };
}

const PAUSE_MS = 20;
/** A change takes milliseconds: whoever has held on for so long was killed in the middle of it. */
const GONE_AFTER_MS = 10_000;

/**
 * Makes a change while no other process makes one: of two that begin with the same text, the later would undo the
 * earlier, and let somebody in again who has just been revoked.
 */
async function alone<T>(path: string, change: () => Promise<T>): Promise<T> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const lock = `${path}.lock`;
  while (!(await isTaken(lock))) await pause(PAUSE_MS);
  try {
    return await change();
  } finally {
    await rm(lock, { force: true });
  }
}

/** Whether the lock is ours now. */
async function isTaken(lock: string): Promise<boolean> {
  const file = await open(lock, 'wx', 0o600).catch(whereCode(['EEXIST'], undefined));
  if (file !== undefined) {
    await file.close();
    return true;
  }
  const found = await stat(lock).catch(whereCode(['ENOENT'], undefined));
  if (found !== undefined && Date.now() - found.mtimeMs > GONE_AFTER_MS) await rm(lock, { force: true });
  return false;
}
