/** Whose lock counts: only that of a process that still runs, even in another container. */
import assert from 'node:assert/strict';
import { mkdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { lockDirectory } from '../../src/history/directory-lock.ts';
import { SILENT_LOGGER } from '../../src/logger.ts';
import { temporaryDirectory } from './support.ts';

const BEAT_MS = 10;

interface Owner {
  pid: number;
  since: string;
  process_start: string | null;
  pid_namespace?: string | null;
}

/** What this process writes into its own lock. */
async function ourselves(): Promise<Owner> {
  await using place = await temporaryDirectory();
  const lock = await lockDirectory(place.path, { beatMs: BEAT_MS });
  const owner = JSON.parse(await readFile(join(place.path, 'lock.1', 'owner.json'), 'utf8')) as Owner;
  assert.ok('release' in lock);
  await lock.release();
  return owner;
}

async function tryLock(owner: Owner, beats: boolean): Promise<'held' | 'taken'> {
  await using place = await temporaryDirectory();
  await mkdir(join(place.path, 'lock.1'));
  const file = join(place.path, 'lock.1', 'owner.json');
  await writeFile(file, JSON.stringify(owner));
  const beating = beats && setInterval(() => utimes(file, new Date(), new Date()).catch(() => {}), 1);
  try {
    const lock = await lockDirectory(place.path, { beatMs: BEAT_MS });
    if ('heldBy' in lock) return 'held';
    await lock.release();
    return 'taken';
  } finally {
    if (beating) clearInterval(beating);
  }
}

describe('the lock of a history directory', () => {
  const CASES: [what: string, change: Partial<Owner>, beats: boolean, outcome: 'held' | 'taken'][] = [
    ['this very process, under another path', {}, false, 'held'],
    ['an earlier process with our id', { process_start: '1' }, false, 'taken'],
    ['a process in another container', { pid_namespace: 'pid:[1]' }, true, 'held'],
    [
      'a process with our id in another container',
      { pid_namespace: 'pid:[1]', process_start: '1' },
      true,
      'held',
    ],
    [
      'a process in a container that is gone',
      { pid_namespace: 'pid:[1]', process_start: '1' },
      false,
      'taken',
    ],
    [
      'a process in another container that left in good order',
      { pid: 0, pid_namespace: 'pid:[1]' },
      true,
      'taken',
    ],
  ];
  for (const [what, change, beats, outcome] of CASES) {
    it(`is ${outcome} where the owner is ${what}`, async function () {
      if (process.platform !== 'linux') this.skip(); // Only Linux tells when a process began.
      assert.equal(await tryLock({ ...(await ourselves()), ...change }, beats), outcome);
    });
  }

  it('is renewed as long as its owner lives, and not after that', async () => {
    await using place = await temporaryDirectory();
    const lock = await lockDirectory(place.path, { beatMs: BEAT_MS });
    assert.ok('release' in lock);
    const file = join(place.path, 'lock.1', 'owner.json');
    await utimes(file, 1, 1);
    // Resolves with the first beat; without one, the test times out.
    while ((await stat(file)).mtimeMs === 1000) await new Promise(setImmediate);
    await lock.release();
    assert.equal((JSON.parse(await readFile(file, 'utf8')) as Owner).pid, 0);
  });

  it('is not taken from an owner whose name cannot be read', async () => {
    await using place = await temporaryDirectory();
    await mkdir(join(place.path, 'lock.1', 'owner.json'), { recursive: true });
    await assert.rejects(lockDirectory(place.path, { beatMs: BEAT_MS }), { code: 'EISDIR' });
  });

  it('says once that it cannot be renewed, unless the directory is gone', async () => {
    await using place = await temporaryDirectory();
    const warnings: string[] = [];
    const logger = { ...SILENT_LOGGER, warn: (line: string) => warnings.push(line) };
    const lock = await lockDirectory(place.path, { beatMs: 1, logger });
    assert.ok('release' in lock);
    const file = join(place.path, 'lock.1', 'owner.json');
    await rm(file);
    const beats = async () => {
      for (let at = 0; at < 5; at++) await new Promise((resolve) => setTimeout(resolve, 1));
    };
    await beats();
    assert.deepEqual(warnings, []);
    await symlink('owner.json', file);
    while (warnings.length === 0) await beats();
    await beats();
    assert.match(warnings.join('\n'), /^history: .*lock\.1 cannot be renewed: ELOOP.*$/);
    await rm(file);
    await lock.release();
  });
});
