/** Real processes in one directory: killed at random moments, and two at once. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import { openDiskStore } from '../../src/history/disk-store.ts';
import { DEFAULT_HISTORY_LIMITS } from '../../src/history/store.ts';
import { reasoningOf, recordingLogger, temporaryDirectory, turnOf } from './support.ts';
import type { Acknowledged } from './writer-process.ts';

const KILLS = 200;
/** Directories that are worked in side by side. */
const LANES = 2;
const KILLS_PER_DIRECTORY = 20;

interface Writer {
  process: ChildProcess;
  /** Lines that it has said so far. */
  said: string[];
  /** Resolves when it has said that many lines. */
  saidAtLeast(count: number): Promise<void>;
  /** Resolves when it is gone and all that it said has been read. */
  kill(): Promise<void>;
}

/** A process namespace of its own, as a container has. */
const CONTAINER = ['unshare', '--pid', '--fork', '--mount-proc', '--kill-child'];

/** @param wrapper a program, with its arguments, that runs it. Default none */
function startWriter(program: string, directory: string, run: number, wrapper: string[] = []): Writer {
  const [command = '', ...args] = [...wrapper, process.execPath, program, directory, `${run}`];
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const said: string[] = [];
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => said.push(line));
  const ended = Promise.all([once(lines, 'close'), once(child, 'exit')]);
  return {
    process: child,
    said,
    async saidAtLeast(count) {
      while (said.length < count)
        await Promise.race([once(lines, 'line'), ended.then(() => assert.fail('it ended'))]);
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

function openStore(directory: string, logger = recordingLogger()) {
  const limits = { ...DEFAULT_HISTORY_LIMITS, maxSessions: 1_000_000 };
  return openDiskStore({ directory, limits, logger });
}

/** Reads back everything that was acknowledged and not deleted since. */
async function verify(directory: string, lines: readonly string[]): Promise<{ setAside: number }> {
  const acknowledged = lines.map((line) => JSON.parse(line) as Acknowledged);
  const deleted = new Set(acknowledged.flatMap((entry) => ('deleting' in entry ? [entry.deleting] : [])));
  const versions = new Map<string, number>();
  for (const entry of acknowledged) if ('rewritten' in entry) versions.set(entry.rewritten, entry.version);
  const logger = recordingLogger();
  const store = await openStore(directory, logger);
  const warnings = logger.lines.filter((line) => line.startsWith('warn'));
  for (const entry of acknowledged) {
    if ('turn' in entry && !deleted.has(entry.turn)) {
      assert.deepEqual(await store.exchange(entry.turn), turnOf(entry.turn, entry.previous, entry.padding));
    }
    if ('reasoning' in entry) {
      assert.deepEqual(
        await store.reasoningByCallId(`call_${entry.reasoning}`),
        reasoningOf(entry.reasoning),
      );
    }
  }
  for (const [name, version] of versions) {
    const found = Number((await store.reasoningByFingerprint(name))?.text.split(' ')[0]);
    // The next version may have been written and not yet acknowledged.
    assert.ok(found === version || found === version + 1, `version ${found} instead of ${version}`);
  }
  assert.ok(
    warnings.every((line) => line.includes('was half written')),
    warnings.join('\n'),
  );
  await store.close();
  return { setAside: warnings.length };
}

describe('processes in a history directory', () => {
  let program = '';
  let place: Awaited<ReturnType<typeof temporaryDirectory>>;

  before(async () => {
    place = await temporaryDirectory();
    program = join(place.path, 'writer.mjs');
    // Bundled: two hundred starts from source would take minutes.
    await build({
      entryPoints: [join(import.meta.dirname, 'writer-process.ts')],
      outfile: program,
      bundle: true,
      platform: 'node',
      format: 'esm',
    });
  });

  after(() => place[Symbol.asyncDispose]());

  it(`lose nothing that was acknowledged, killed at ${KILLS} random moments`, async () => {
    const total = { acknowledged: 0, setAside: 0, kills: 0 };
    async function work(lane: number): Promise<void> {
      let acknowledged: string[] = [];
      for (let run = 0; run < KILLS / LANES; run++) {
        const directory = join(place.path, `lane${lane}-${Math.floor(run / KILLS_PER_DIRECTORY)}`);
        if (run % KILLS_PER_DIRECTORY === 0) acknowledged = [];
        const writer = startWriter(program, directory, run);
        await writer.saidAtLeast(1 + Math.floor(Math.random() * 20));
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 4));
        await writer.kill();
        const [opened, ...lines] = writer.said;
        assert.equal(opened, 'open disk');
        acknowledged.push(...lines);
        const isLast = (run + 1) % KILLS_PER_DIRECTORY === 0;
        const { setAside } = await verify(directory, isLast ? acknowledged : lines);
        total.acknowledged += lines.length;
        total.setAside += setAside;
        total.kills += 1;
      }
    }
    await Promise.all(Array.from({ length: LANES }, (_, lane) => work(lane)));
    process.stdout.write(
      `      ${total.kills} kills, ${total.acknowledged} changes acknowledged and read back, ` +
        `${total.setAside} half-written files set aside\n`,
    );
    assert.equal(total.kills, KILLS);
    assert.ok(total.acknowledged > KILLS);
  }).timeout(180_000);

  it('do not disturb each other: the second one is told and works from memory', async () => {
    const directory = join(place.path, 'shared');
    const first = startWriter(program, directory, 1);
    await first.saidAtLeast(5);
    const second = startWriter(program, directory, 2);
    await second.saidAtLeast(5);
    assert.deepEqual([first.said[0], second.said[0]], ['open disk', 'open memory']);

    const logger = recordingLogger();
    const third = await openStore(directory, logger);
    await third.record(turnOf('resp_third'));
    assert.deepEqual(await third.exchange('resp_third'), turnOf('resp_third'));
    await third.close();
    assert.match(logger.lines.join('\n'), new RegExp(`in use by process ${first.process.pid} .*in memory`));
    const files = await readdir(join(directory, 'sessions'));
    assert.ok(files.every((file) => file.startsWith('resp_1x')));

    await Promise.all([first.kill(), second.kill()]);
    await verify(directory, first.said.slice(1));
  });

  it('of many that start at once exactly one gets the directory', async () => {
    const directory = join(place.path, 'contended');
    for (let round = 0; round < 3; round++) {
      const writers = Array.from({ length: 5 }, (_, at) => startWriter(program, directory, round * 10 + at));
      await Promise.all(writers.map((writer) => writer.saidAtLeast(1)));
      const owners = writers.filter((writer) => writer.said[0] === 'open disk');
      await Promise.all(writers.map((writer) => writer.kill()));
      assert.equal(owners.length, 1);
    }
  });

  it('within one process too only one store gets the directory, until it is closed', async () => {
    const directory = join(place.path, 'within');
    const [first, logger] = [await openStore(directory), recordingLogger()];
    const second = await openStore(directory, logger);
    assert.match(logger.lines.join('\n'), /in use by this process/);
    await second.close();
    await first.record(turnOf('resp_a'));
    await first.close();
    const third = await openStore(directory);
    assert.deepEqual(await third.exchange('resp_a'), turnOf('resp_a'));
    await third.close();
  });

  it('in two containers on one volume do not disturb each other, and nothing is lost', async function () {
    const [command = '', ...args] = CONTAINER;
    const { status, error } = spawnSync(command, [...args, 'true'], { encoding: 'utf8' });
    if (status !== 0) {
      process.stdout.write(
        `      skipped: no namespace can be made here (${error?.message ?? `${status}`})\n`,
      );
      this.skip();
    }
    const directory = join(place.path, 'volume');
    const first = startWriter(program, directory, 1, CONTAINER);
    await first.saidAtLeast(20);
    // Both ids are 2 or so: what counts is that the first still renews its lock.
    const second = startWriter(program, directory, 2, CONTAINER);
    await second.saidAtLeast(20);
    assert.equal(second.said[0], 'open memory');
    await first.kill();
    await second.kill();
    const [opened, ...lines] = first.said;
    assert.equal(opened, 'open disk');
    await verify(directory, lines);
  }).timeout(60_000);
});
