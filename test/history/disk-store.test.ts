/** What only the disk store promises: what is in its directory, and what becomes of a directory in disorder. */
import assert from 'node:assert/strict';
import {
  chmod,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  rmdir,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { openDiskStore } from '../../src/history/disk-store.ts';
import { DEFAULT_HISTORY_LIMITS } from '../../src/history/store.ts';
import {
  type Bench,
  diskBench,
  itemsOf,
  reasoningOf,
  recordingLogger,
  temporaryDirectory,
  turnOf,
  wholeTurnOf,
} from './support.ts';

const REASONING = {
  responseId: 'resp_other',
  callIds: ['call_1', 'call_2'],
  fingerprint: 'a'.repeat(64),
  reasoning: reasoningOf('hm'),
};

async function filesIn(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1)).sort();
}

function warnings({ logger }: Pick<Bench, 'logger'>): string[] {
  return logger.lines.filter((line) => line.startsWith('warn'));
}

describe('disk store', () => {
  it('brings everything back after a restart', async () => {
    await using bench = await diskBench();
    const [a, b] = [turnOf('resp_a'), turnOf('resp_b', 'resp_a')];
    await bench.store.record(a);
    await bench.store.record(b);
    await bench.store.retainReasoning(REASONING);
    await bench.restart();
    assert.deepEqual(await bench.store.exchange('resp_a'), a);
    assert.deepEqual(await bench.store.conversation('resp_b'), itemsOf(a, b));
    for (const callId of REASONING.callIds) {
      assert.deepEqual(await bench.store.reasoningByCallId(callId), REASONING.reasoning);
    }
    assert.deepEqual(await bench.store.reasoningByFingerprint(REASONING.fingerprint), REASONING.reasoning);
    assert.deepEqual(warnings(bench), []);
  });

  it('keeps one file per entry, in folders by kind, that a person can read', async () => {
    await using bench = await diskBench();
    await bench.store.record(turnOf('resp_a'));
    await bench.store.retainReasoning(REASONING);
    await bench.store.retainReasoning({ ...REASONING, callIds: [] });
    const files = (await filesIn(bench.directory)).filter((file) => !file.startsWith('lock.'));
    const [hidden, byCall = '', session, byTurn] = files;
    assert.deepEqual(
      [hidden, session, byTurn],
      ['.gitignore', 'sessions/resp_a.json', `turns/${'a'.repeat(64)}.json`],
    );
    assert.match(byCall, /^reasoning\/call_1-[0-9a-f]{16}\.json$/);

    const text = await readFile(join(bench.directory, 'sessions/resp_a.json'), 'utf8');
    assert.match(text, /^ {6}"content": "question of resp_a"$/m);
    const { record, input, response } = JSON.parse(text);
    assert.deepEqual(record, {
      format: 'codex-relay-history',
      version: 1,
      kind: 'session',
      id: 'resp_a',
      continues: null,
    });
    assert.deepEqual({ input, response }, turnOf('resp_a'));
  });

  it('says in a record what it repeats of another, and where it is', async () => {
    await using bench = await diskBench();
    const a = turnOf('resp_a', null, 5_000);
    const b = wholeTurnOf('resp_b', itemsOf(a));
    await bench.store.record(a);
    await bench.store.record(b);
    const text = await readFile(join(bench.directory, 'sessions/resp_b.json'), 'utf8');
    const { record, input, response } = JSON.parse(text);
    assert.deepEqual(record.repeats, { response: 'resp_a', items: 2 });
    assert.deepEqual({ input, response }, { input: b.input.slice(2), response: b.response });
    await bench.restart();
    assert.deepEqual(await bench.store.exchange('resp_b'), b);
    await bench.store.delete('resp_a');
    await bench.restart();
    assert.deepEqual(await bench.store.exchange('resp_b'), b);
    assert.deepEqual(await readdir(join(bench.directory, 'sessions')), ['resp_b.json']);
  });

  it('misses a record that was removed by hand in every conversation that repeats it, and says so', async () => {
    await using bench = await diskBench();
    const a = turnOf('resp_a', null, 5_000);
    for (const turn of [a, wholeTurnOf('resp_b', itemsOf(a))]) await bench.store.record(turn);
    await rm(join(bench.directory, 'sessions/resp_a.json'));
    await bench.restart();
    assert.equal(await bench.store.exchange('resp_b'), undefined);
    assert.match(warnings(bench).join(), /resp_b\.json repeats resp_a, which cannot be read/);
    assert.equal(await bench.store.conversation('resp_b'), undefined);
    assert.equal(await bench.store.delete('resp_b'), true);
  });

  it('lets nobody else read it, and keeps it out of git', async () => {
    await using bench = await diskBench();
    await bench.store.record(turnOf('resp_a'));
    const mode = async (path: string) => (await stat(join(bench.directory, path))).mode & 0o777;
    if (process.platform !== 'win32') {
      for (const folder of ['.', 'sessions', 'reasoning', 'turns']) assert.equal(await mode(folder), 0o700);
      assert.equal(await mode('sessions/resp_a.json'), 0o600);
    }
    assert.equal(await readFile(join(bench.directory, '.gitignore'), 'utf8'), '*\n');
  });

  it('closes folders that others could read, but does not change the user’s directory', async function () {
    if (process.platform === 'win32') this.skip(); // no such modes there
    await using place = await temporaryDirectory();
    await mkdir(join(place.path, 'sessions'), { mode: 0o755 });
    await chmod(place.path, 0o755);
    const store = await open(place.path);
    assert.equal((await stat(join(place.path, 'sessions'))).mode & 0o777, 0o700);
    assert.equal((await stat(place.path)).mode & 0o777, 0o755);
    assert.ok(!(await readdir(place.path)).includes('.gitignore'));
    await store.close();
  });

  it('removes files with what is evicted or deleted', async () => {
    await using bench = await diskBench({ maxSessions: 2 });
    for (const id of ['resp_a', 'resp_b', 'resp_c']) {
      bench.now += 1;
      await bench.store.record(turnOf(id));
    }
    await bench.store.delete('resp_b');
    assert.deepEqual(await readdir(join(bench.directory, 'sessions')), ['resp_c.json']);
    await bench.store.clear();
    assert.deepEqual(await readdir(join(bench.directory, 'sessions')), []);
  });

  it('applies the limits to what it finds', async () => {
    await using bench = await diskBench({ ttlHours: 1 });
    await bench.store.record(turnOf('resp_old'));
    bench.now += 3_600_000;
    await bench.store.record(turnOf('resp_new'));
    await bench.restart();
    assert.deepEqual(await readdir(join(bench.directory, 'sessions')), ['resp_new.json']);
  });

  it('finds records that were reformatted, and refuses one under a wrong name', async () => {
    await using bench = await diskBench();
    await bench.store.record(turnOf('resp_a'));
    const file = join(bench.directory, 'sessions', 'resp_a.json');
    const text = await readFile(file, 'utf8');
    await writeFile(file, JSON.stringify(JSON.parse(text)));
    await writeFile(join(bench.directory, 'sessions', 'resp_copy.json'), text);
    await bench.restart();
    assert.deepEqual(await bench.store.exchange('resp_a'), turnOf('resp_a'));
    assert.equal(await bench.store.exchange('resp_copy'), undefined);
    assert.equal(warnings(bench).length, 1);
  });

  it('rejects a record that the disk refuses, and goes on', async () => {
    await using bench = await diskBench();
    await bench.store.record(turnOf('resp_a'));
    const sessions = join(bench.directory, 'sessions');
    await rename(sessions, `${sessions}.away`);
    await writeFile(sessions, 'in the way');
    await assert.rejects(bench.store.record(turnOf('resp_b')), /EEXIST|ENOTDIR/);
    await rm(sessions);
    await rename(`${sessions}.away`, sessions);
    assert.equal(await bench.store.exchange('resp_b'), undefined);
    await bench.store.record(turnOf('resp_b'));
    assert.deepEqual(await bench.store.exchange('resp_b'), turnOf('resp_b'));
    assert.deepEqual(await readdir(sessions), ['resp_a.json', 'resp_b.json']);
  });

  it('starts again if its directory is removed in the meantime', async () => {
    await using bench = await diskBench();
    await bench.store.record(turnOf('resp_a'));
    await rm(bench.directory, { recursive: true });
    await bench.store.record(turnOf('resp_b'));
    assert.equal(await bench.store.exchange('resp_a'), undefined);
    assert.deepEqual(await bench.store.exchange('resp_b'), turnOf('resp_b'));
  });

  it('says which directory cannot be used, and why', async () => {
    await using place = await temporaryDirectory();
    const file = join(place.path, 'file');
    await writeFile(file, '');
    await assert.rejects(open(file), (error: Error) => {
      assert.match(error.message, /^The history directory .*file cannot be used: EEXIST|ENOTDIR/);
      return true;
    });
  });

  describe('after a crash', () => {
    it('opens with a record cut at any byte, sets it aside and names it', async () => {
      await using bench = await diskBench();
      await bench.store.record(turnOf('resp_whole'));
      await bench.store.record(turnOf('resp_cut'));
      const cut = join(bench.directory, 'sessions', 'resp_cut.json');
      const text = await readFile(cut);
      await bench.store.close();
      const step = 97;
      for (let length = 0; length < text.length; length += length < 200 ? 7 : step) {
        await writeFile(cut, text.subarray(0, length));
        const logger = recordingLogger();
        const store = await open(bench.directory, logger);
        assert.equal(await store.exchange('resp_cut'), undefined, `cut at ${length}`);
        assert.deepEqual(await store.exchange('resp_whole'), turnOf('resp_whole'));
        const [said, ...more] = warnings({ logger });
        assert.match(said ?? '', /resp_cut\.json was half written .* moved to .*damaged/);
        assert.deepEqual(more, []);
        await store.close();
      }
      const damaged = await readdir(join(bench.directory, 'damaged'));
      assert.ok(damaged.length > 40);
      assert.ok(damaged.every((name) => name.startsWith('sessions-resp_cut.json.')));
    });

    it('opens with a draft that was never finished, at any byte', async () => {
      await using bench = await diskBench();
      await bench.store.record(turnOf('resp_a'));
      const file = join(bench.directory, 'sessions', 'resp_a.json');
      const text = await readFile(file);
      const lengths = [0, 1, 500, text.length];
      for (const length of lengths) await writeFile(`${file}.${length}.tmp`, text.subarray(0, length));
      await bench.restart();
      assert.deepEqual(await bench.store.exchange('resp_a'), turnOf('resp_a'));
      assert.deepEqual(await readdir(join(bench.directory, 'sessions')), ['resp_a.json']);
      assert.equal((await readdir(join(bench.directory, 'damaged'))).length, lengths.length);
      assert.equal(warnings(bench).length, lengths.length);
      await bench.store.clear();
      assert.ok(!(await readdir(bench.directory)).includes('damaged'));
    });

    it('takes over from a process that no longer runs', async () => {
      await using bench = await diskBench();
      await bench.store.record(turnOf('resp_a'));
      await bench.store.close();
      const lock = (await readdir(bench.directory)).find((name) => name.startsWith('lock.')) ?? '';
      const owner = join(bench.directory, lock, 'owner.json');
      const gone = { pid: 2 ** 22 - 1, since: new Date().toISOString(), process_start: '1' };
      const reused = { pid: process.ppid, since: '2000-01-01T00:00:00Z', process_start: '1' };
      for (const text of [JSON.stringify(gone), JSON.stringify(reused), '{"pid":', '']) {
        const [last] = (await readdir(bench.directory)).filter((name) => name.startsWith('lock.'));
        await writeFile(owner.replace(lock, last ?? ''), text);
        const logger = recordingLogger();
        const store = await open(bench.directory, logger);
        assert.deepEqual(await store.exchange('resp_a'), turnOf('resp_a'), text);
        assert.deepEqual(warnings({ logger }), []);
        await store.close();
      }
    });
  });

  describe('with files that are not its own', () => {
    const strangers: Readonly<Record<string, string>> = {
      'sessions/notes.txt': 'mine',
      'sessions/broken.json': '{"role": "user", "content',
      'sessions/other.json': '{"id": "resp_other", "messages": []}',
      'sessions/resp_newer.json': JSON.stringify(
        { record: { format: 'codex-relay-history', version: 2, kind: 'session', id: 'resp_newer' } },
        null,
        2,
      ).concat('\n'),
      'sessions/list.json': '[]',
      'sessions/null.json': 'null',
      'turns/binary.json': '\u0000\u0001\ufffd',
      'reasoning/.hidden': '',
    };

    it('opens, says so once per folder, and leaves them byte for byte', async () => {
      await using bench = await diskBench();
      await bench.store.record(turnOf('resp_a'));
      for (const [path, text] of Object.entries(strangers)) {
        await writeFile(join(bench.directory, path), text);
      }
      await mkdir(join(bench.directory, 'sessions', 'folder.json'));
      await bench.restart();
      assert.deepEqual(await bench.store.conversation('resp_a'), itemsOf(turnOf('resp_a')));
      assert.equal(warnings(bench).length, 2);
      assert.match(warnings(bench)[0] ?? '', /5 files in .*sessions are not records of this version/);
      await bench.store.clear();
      for (const [path, text] of Object.entries(strangers)) {
        assert.equal(await readFile(join(bench.directory, path), 'utf8'), text, path);
      }
    });

    it('never writes over one', async () => {
      await using bench = await diskBench();
      const file = join(bench.directory, 'sessions', 'resp_newer.json');
      await writeFile(file, strangers['sessions/resp_newer.json'] ?? '');
      await bench.restart();
      await assert.rejects(bench.store.record(turnOf('resp_newer')), /not a record of this version/);
      assert.equal(await readFile(file, 'utf8'), strangers['sessions/resp_newer.json']);
    });

    it('does not follow links out of its directory', async function () {
      if (process.platform === 'win32') this.skip(); // links need rights there
      await using bench = await diskBench();
      await bench.store.record(turnOf('resp_a'));
      const outside = join(bench.directory, '..', 'outside.json');
      await rename(join(bench.directory, 'sessions', 'resp_a.json'), outside);
      await symlink(outside, join(bench.directory, 'sessions', 'resp_a.json'));
      await bench.restart();
      assert.equal(await bench.store.exchange('resp_a'), undefined);
      assert.ok((await stat(outside)).isFile());
    });

    it('skips a record that is found to be damaged or missing when it is read', async () => {
      await using bench = await diskBench();
      for (const id of ['resp_a', 'resp_b', 'resp_c']) await bench.store.record(turnOf(id));
      await bench.restart();
      const file = (id: string) => join(bench.directory, 'sessions', `${id}.json`);
      const text = await readFile(file('resp_a'), 'utf8');
      await writeFile(file('resp_a'), text.replace('"input": [', '"input": [,'));
      await rm(file('resp_b'));
      assert.equal(await bench.store.conversation('resp_a'), undefined);
      assert.equal(await bench.store.exchange('resp_b'), undefined);
      assert.deepEqual(await bench.store.exchange('resp_c'), turnOf('resp_c'));
      const said = warnings(bench).join('\n');
      assert.match(said, /resp_a\.json is damaged/);
      assert.match(said, /resp_b\.json is gone/);
      assert.ok((await stat(file('resp_a'))).isFile());
    });

    it('finds a record again that could not be read for a while, and all that continues it', async () => {
      await using bench = await diskBench();
      const turns = [turnOf('resp_a'), turnOf('resp_b', 'resp_a')];
      for (const turn of turns) await bench.store.record(turn);
      for (const id of ['resp_a', 'resp_b']) {
        await bench.restart();
        const file = join(bench.directory, 'sessions', `${id}.json`);
        await rename(file, `${file}.away`);
        // Reading fails, as it does with too many open files, and the record is not gone.
        await mkdir(file);
        assert.equal(await bench.store.conversation('resp_b'), undefined);
        assert.match(warnings(bench).join('\n'), new RegExp(`${id}\\.json cannot be read`));
        await rmdir(file);
        await rename(`${file}.away`, file);
        assert.deepEqual(await bench.store.conversation('resp_b'), itemsOf(...turns));
      }
    });

    it('accepts that nothing is left to remove in a folder that is gone', async () => {
      for (const gone of ['sessions', '.']) {
        await using bench = await diskBench();
        for (const id of ['resp_a', 'resp_b']) await bench.store.record(turnOf(id));
        await rm(join(bench.directory, gone), { recursive: true });
        assert.equal(await bench.store.delete('resp_a'), true);
        await bench.store.clear();
        assert.equal(await bench.store.conversation('resp_b'), undefined);
        await bench.store.record(turnOf('resp_c'));
        assert.deepEqual(await bench.store.conversation('resp_c'), itemsOf(turnOf('resp_c')));
      }
    });

    it('refuses records that continue each other in a circle', async () => {
      await using bench = await diskBench();
      await bench.store.record(turnOf('resp_a', 'resp_b'));
      await bench.store.record(turnOf('resp_b', 'resp_a'));
      await bench.store.record(turnOf('resp_self', 'resp_self'));
      await bench.store.record(turnOf('resp_tail', 'resp_b'));
      assert.equal(await bench.store.conversation('resp_tail'), undefined);
      await bench.restart();
      assert.equal(await bench.store.conversation('resp_a'), undefined);
      assert.equal(await bench.store.conversation('resp_self'), undefined);
      assert.equal(await bench.store.conversation('resp_tail'), undefined);
      assert.equal(warnings(bench).length, 3);
    });

    it('puts new records after those whose files have dates in the future', async () => {
      await using bench = await diskBench({ maxSessions: 2 });
      await bench.store.record(turnOf('resp_a'));
      bench.now -= 60_000;
      await bench.restart();
      for (const id of ['resp_b', 'resp_c']) {
        bench.now += 1;
        await bench.store.record(turnOf(id));
      }
      assert.equal(await bench.store.exchange('resp_a'), undefined);
    });

    it('opens a directory whose record was cut in the middle of its body', async () => {
      await using bench = await diskBench();
      await bench.store.record(turnOf('resp_long', null, 100_000));
      await truncate(join(bench.directory, 'sessions', 'resp_long.json'), 50_000);
      await bench.restart();
      assert.equal(await bench.store.exchange('resp_long'), undefined);
      assert.equal((await readdir(join(bench.directory, 'damaged'))).length, 1);
    });
  });
});

function open(directory: string, logger = recordingLogger()) {
  return openDiskStore({ directory, limits: DEFAULT_HISTORY_LIMITS, logger, clock: () => 1_700_000_000_000 });
}
