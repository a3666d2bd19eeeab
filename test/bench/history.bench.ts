/** What history costs a turn, in memory and on disk, how much disk it takes, and how long a directory takes to open. */
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDiskStore } from '../../src/history/disk-store.ts';
import { createMemoryStore } from '../../src/history/memory-store.ts';
import { encodeRecord, sessionHeader, sessionKey } from '../../src/history/records.ts';
import { DEFAULT_HISTORY_LIMITS, type HistoryStore } from '../../src/history/store.ts';
import { turnOf } from '../history/support.ts';
import { ms, type Row } from './report.ts';
import { median } from './statistics.ts';

export interface HistoryEffort {
  /** How many turns a conversation has before a turn is measured. */
  depths: readonly number[];
  /** How many turns are measured at each depth. */
  samples: number;
  /** How many records are in a directory that is opened. */
  directories: readonly number[];
  opens: number;
}

export const FULL_HISTORY: HistoryEffort = {
  depths: [1, 100, 1000],
  samples: 50,
  directories: [256, 10_000],
  opens: 5,
};
export const QUICK_HISTORY: HistoryEffort = { depths: [1, 10], samples: 3, directories: [16], opens: 1 };

const MEMORY = 'memory';
const DISK = 'disk';
export const HISTORY_COLUMNS = [MEMORY, DISK];

/** Of a turn's answer: a paragraph or a tool call. */
const ANSWER_CHARACTERS = 1500;
const LIMITS = { ...DEFAULT_HISTORY_LIMITS, maxSessions: 100_000 };

export async function measureHistory(effort: HistoryEffort): Promise<Row[]> {
  const place = await mkdtemp(join(tmpdir(), 'codex-relay-bench-'));
  try {
    const turns = await measureTurns(effort, join(place, 'turns'));
    const opens: Row[] = [];
    for (const records of effort.directories) {
      opens.push(await measureOpen(join(place, `${records}`), records, effort.opens));
    }
    return [...turns, ...opens];
  } finally {
    await rm(place, { recursive: true });
  }
}

async function measureTurns({ depths, samples }: HistoryEffort, directory: string): Promise<Row[]> {
  const disk = await openDisk(directory);
  const inMemory = await timeTurns(createMemoryStore(LIMITS), depths, samples);
  const onDisk = await timeTurns(disk, depths, samples);
  await disk.close();
  const rows = depths.map((depth, at) => turnRow(depth, inMemory[at], onDisk[at]));
  const sizes = await fileSizes(join(directory, 'sessions'));
  const perTurn = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
  return [
    ...rows,
    {
      measure: `space of a turn whose answer has ${ANSWER_CHARACTERS} characters`,
      cells: new Map([[DISK, `${Math.round(perTurn)} bytes`]]),
    },
  ];
}

function turnRow(depth: number, memory: number | undefined, disk: number | undefined): Row {
  const cells = new Map([
    [MEMORY, ms(memory ?? Number.NaN)],
    [DISK, ms(disk ?? Number.NaN)],
  ]);
  return { measure: `a turn at depth ${depth.toLocaleString('en')}`, cells };
}

/** Looking up a conversation of each depth and recording one more turn of it, many times over. */
async function timeTurns(store: HistoryStore, depths: readonly number[], samples: number): Promise<number[]> {
  const results: number[] = [];
  let last: string | null = null;
  let depth = 0;
  for (const target of depths) {
    for (; depth < target; depth++) {
      const id = `resp_${depth}`;
      await store.record(turnOf(id, last, ANSWER_CHARACTERS));
      last = id;
    }
    const times: number[] = [];
    for (let at = 0; at < samples; at++) {
      const turn = turnOf(`resp_${target}x${at}`, last, ANSWER_CHARACTERS);
      const startedAt = performance.now();
      await store.conversation(last ?? '');
      await store.record(turn);
      times.push(performance.now() - startedAt);
    }
    results.push(median(times));
  }
  return results;
}

async function measureOpen(directory: string, records: number, opens: number): Promise<Row> {
  await mkdir(join(directory, 'sessions'), { recursive: true });
  for (let at = 0; at < records; at++) {
    const turn = turnOf(`resp_${at}`, at % 10 === 0 ? null : `resp_${at - 1}`, ANSWER_CHARACTERS);
    const text = encodeRecord(sessionHeader(turn), turn, 2);
    await writeFile(join(directory, sessionKey(turn.response.id)), text);
  }
  const times: number[] = [];
  for (let at = 0; at < opens; at++) {
    const startedAt = performance.now();
    const store = await openDisk(directory);
    times.push(performance.now() - startedAt);
    await store.close();
  }
  const cells = new Map([[DISK, ms(median(times))]]);
  return { measure: `opening a directory of ${records.toLocaleString('en')} records`, cells };
}

function openDisk(directory: string): Promise<HistoryStore> {
  return openDiskStore({ directory, limits: LIMITS });
}

async function fileSizes(folder: string): Promise<number[]> {
  const names = await readdir(folder);
  return Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
}
