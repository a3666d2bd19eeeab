/** Two thousand turns in one conversation cost two thousand times one turn, wherever they are stored. */
import assert from 'node:assert/strict';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { openDiskStore } from '../../src/history/disk-store.ts';
import { createMemoryStore } from '../../src/history/memory-store.ts';
import type { RecordStorage } from '../../src/history/record-storage.ts';
import { withIds } from '../../src/history/repeated-input.ts';
import { RetainedHistory } from '../../src/history/retained-history.ts';
import { DEFAULT_HISTORY_LIMITS, type HistoryStore } from '../../src/history/store.ts';
import type { InputItem } from '../../src/wire/responses.ts';
import { recordingLogger, temporaryDirectory, turnOf } from './support.ts';

const TURNS = 2000;
const PADDING = 1500;
const limits = DEFAULT_HISTORY_LIMITS;
const logger = recordingLogger();

/** Continues one conversation; tells how much is retained, and how long a turn took, at each quarter. */
async function converse(store: HistoryStore, retained: () => Promise<number>) {
  const quarters: { bytes: number; ms: number }[] = [];
  let started = performance.now();
  for (let at = 1; at <= TURNS; at++) {
    const previous = at === 1 ? null : `resp_${at - 1}`;
    if (previous !== null) assert.equal((await store.conversation(previous))?.length, 2 * (at - 1));
    await store.record(turnOf(`resp_${at}`, previous, PADDING));
    if (at % (TURNS / 4) !== 0) continue;
    quarters.push({ bytes: await retained(), ms: (performance.now() - started) / (TURNS / 4) });
    started = performance.now();
  }
  return quarters;
}

function report(name: string, quarters: Awaited<ReturnType<typeof converse>>): void {
  const cells = quarters.map(
    ({ bytes, ms }, at) =>
      `${((at + 1) * TURNS) / 4} turns ${(bytes / 1024).toFixed(0)} KiB ${ms.toFixed(2)} ms`,
  );
  process.stdout.write(`      ${name}: ${cells.join(', ')} a turn\n`);
}

/** Every quarter adds as much as the one before (the first also pays for what was there before). */
function assertLinear(quarters: Awaited<ReturnType<typeof converse>>): void {
  const added = quarters.slice(1).map(({ bytes }, at) => bytes - (quarters[at]?.bytes ?? 0));
  const [least, most] = [Math.min(...added), Math.max(...added)];
  assert.ok(least > 0 && most < 1.1 * least, `quarters added ${added.join(', ')} bytes`);
}

/** What the process holds in buffers once the garbage collector has run. */
function retainedBytes(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().arrayBuffers;
}

async function bytesIn(folder: string): Promise<number> {
  const sizes = (await readdir(folder)).map(async (name) => (await stat(join(folder, name))).size);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

describe('a conversation that its client sends whole, with every request', () => {
  const SENT = 200;
  const ITEM = 8_000;

  /** Records it; gives the size of the last input. */
  async function send(store: HistoryStore): Promise<number> {
    let items: readonly InputItem[] = [];
    for (let at = 1; at <= SENT; at++) {
      // Without ids, and the answer in the client's own words.
      const question = { type: 'message', role: 'user', content: `question ${at}` };
      const input = withIds([...items, question], null);
      const turn = { response: turnOf(`resp_${at}`, null, ITEM).response, input };
      await store.record(turn);
      const answer = { role: 'assistant', content: `answer of resp_${at} ${'x'.repeat(ITEM)}` };
      items = [...items, question, answer];
      if (at % 50 === 0) assert.deepEqual(await store.exchange(`resp_${at}`), turn);
    }
    return JSON.stringify(items).length;
  }

  it('takes less than three times the memory of its items', async () => {
    const store = createMemoryStore(limits);
    const before = retainedBytes();
    const size = await send(store);
    const retained = retainedBytes() - before;
    assert.ok(size > 1_600_000 && retained < 3 * size, `${retained} bytes for ${size}`);
  });

  it('takes less than three times the disk space of its items, and is read back after a restart', async () => {
    await using place = await temporaryDirectory();
    const store = await openDiskStore({ directory: place.path, limits, logger });
    const size = await send(store);
    const retained = await bytesIn(join(place.path, 'sessions'));
    assert.ok(retained < 3 * size, `${retained} bytes for ${size}`);
    const last = await store.exchange(`resp_${SENT}`);
    await store.close();
    const again = await openDiskStore({ directory: place.path, limits, logger });
    assert.deepEqual(await again.exchange(`resp_${SENT}`), last);
    await again.close();
  }).timeout(60_000);
});

describe(`a conversation of ${TURNS} turns`, () => {
  it('takes memory in proportion to its length', async () => {
    const store = createMemoryStore(limits);
    const before = retainedBytes();
    const quarters = await converse(store, async () => retainedBytes() - before);
    report('memory', quarters);
    assertLinear(quarters);
  });

  it('takes disk space in proportion to its length', async () => {
    await using place = await temporaryDirectory();
    const store = await openDiskStore({ directory: place.path, limits, logger });
    const quarters = await converse(store, () => bytesIn(join(place.path, 'sessions')));
    report('disk', quarters);
    assertLinear(quarters);
    await store.close();
  }).timeout(60_000);

  it('costs the storage the same at every turn, and is read once after a restart', async () => {
    const records = new Map<string, string>();
    const calls = { read: 0, write: 0, remove: 0, touch: 0 };
    const storage: RecordStorage = {
      indent: 0,
      read: async (key) => {
        calls.read += 1;
        return records.get(key);
      },
      write: async (key, text) => {
        calls.write += 1;
        records.set(key, text);
      },
      touch: () => {
        calls.touch += 1;
      },
      remove: async () => {
        calls.remove += 1;
      },
      clear: async () => {},
      close: async () => {},
    };
    const store = new RetainedHistory({ limits, storage, logger, clock: () => 0 });
    await converse(store, async () => 0);
    assert.deepEqual(calls, { read: 0, write: TURNS, touch: TURNS - 1, remove: 0 });

    const restarted = new RetainedHistory({ limits, storage, logger, clock: () => 0 });
    const found = [...records.values()].map((text) => ({
      header: JSON.parse(text).record,
      bytes: 1,
      lastUsed: 0,
    }));
    await restarted.load(found);
    for (let at = 0; at < 3; at++) {
      assert.equal((await restarted.conversation(`resp_${TURNS}`))?.length, 2 * TURNS);
    }
    assert.equal(calls.read, TURNS);
  });
});
