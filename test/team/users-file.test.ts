import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashOf, type UserRecord } from '../../src/team/user-records.ts';
import { usersFile } from '../../src/team/users-file.ts';

const NAMES = ['anna', 'ben', 'carla', 'dora', 'emil', 'finn', 'gina', 'hugo'];

function user(id: string): UserRecord {
  return {
    id,
    token: hashOf(id),
    models: ['*'],
    requestsPerMinute: 0,
    tokensPerMinute: 0,
    budget: '',
    since: '2026-11-29T00:00:00.000Z',
  };
}

describe('the file of users', () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'codex-relay-users-'));
    path = join(folder, 'users.json');
  });
  afterEach(() => rm(folder, { recursive: true }));
  const names = async () => (await usersFile(path).read()).map(({ id }) => id);

  it('loses nobody of those that are added at the same time', async () => {
    await Promise.all(NAMES.map((name) => usersFile(path).put(user(name))));
    assert.deepEqual(await names(), NAMES);
  });

  it('lets nobody in again who is revoked while others are added', async () => {
    const [first = '', second = '', ...others] = NAMES;
    await usersFile(path).put(user(first));
    await usersFile(path).put(user(second));
    const removed = [first, second].map((name) => usersFile(path).remove(name));
    const added = others.map((name) => usersFile(path).put(user(name)));
    assert.deepEqual(await Promise.all(removed), [true, true]);
    await Promise.all(added);
    assert.deepEqual(await names(), others);
    assert.deepEqual(await readdir(folder), ['users.json'], 'no lock is left');
  });

  it('is not held up by a process that was killed in the middle of a change', async () => {
    const lock = `${path}.lock`;
    await writeFile(lock, '');
    await utimes(lock, new Date(0), new Date(0));
    await usersFile(path).put(user('anna'));
    assert.deepEqual(await names(), ['anna']);
  });

  it('is free again after a change that failed', async () => {
    await writeFile(path, '{}');
    await assert.rejects(usersFile(path).put(user('anna')), /cannot be read/);
    await rm(path);
    await usersFile(path).put(user('anna'));
    assert.deepEqual(await names(), ['anna']);
  });
});
