/** What summing the ledger costs, beside a plain read of its files. */
import { createReadStream } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { headLine, newFileName } from '../../src/usage/ledger-files.ts';
import { LedgerReader } from '../../src/usage/ledger-reader.ts';
import { loadPriceList } from '../../src/usage/price-list.ts';
import { encodeRecord, type UsageRecord } from '../../src/usage/record.ts';
import { summarise } from '../../src/usage/summary.ts';
import { recordWith } from '../usage/support.ts';
import type { Row } from './report.ts';
import { interleaved, medians } from './statistics.ts';

export interface UsageEffort {
  records: number;
  rounds: number;
}

export const FULL_USAGE: UsageEffort = { records: 1_000_000, rounds: 5 };
export const QUICK_USAGE: UsageEffort = { records: 1_000, rounds: 1 };

const PLAIN = 'reading their bytes';
const SUMMED = 'summing them';
export const USAGE_COLUMNS = [PLAIN, SUMMED];

const FILES = 16;
const MINUTE_MS = 60_000;
const MODELS: readonly Partial<UsageRecord>[] = [
  { upstream: 'deepseek', service: 'deepseek', model: 'deepseek-v4-pro' },
  { upstream: 'kimi', service: 'kimi', model: 'kimi-k3' },
  { upstream: 'openrouter', service: 'openrouter', model: 'anthropic/claude-sonnet-4.5', statedUsd: 0.0123 },
  { upstream: 'ollama', service: 'local', model: 'qwen3:8b' },
];

export async function measureUsage({ records, rounds }: UsageEffort): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'codex-relay-bench-'));
  try {
    await writeLedger(folder, records);
    const prices = { list: await loadPriceList(), own: new Map() };
    let grown = 0;
    const sum = async () => {
      const before = process.memoryUsage.rss();
      await summarise(new LedgerReader(folder).read(), { by: 'day', prices, since: 0 });
      grown = Math.max(grown, process.memoryUsage.rss() - before);
    };
    const measured = await interleaved(
      [
        { name: PLAIN, work: () => readPlain(folder) },
        { name: SUMMED, work: sum },
      ],
      rounds,
      ({ work }) => timed(work),
    );
    const taken = medians(measured, (milliseconds) => milliseconds);
    const shown = (name: string) => `${(taken.get(name) ?? Number.NaN).toFixed(0)} ms`;
    return [
      {
        measure: `usage: summing ${records.toLocaleString('en')} records `,
        cells: new Map([
          [PLAIN, shown(PLAIN)],
          [SUMMED, `${shown(SUMMED)}, ${Math.round(grown / 2 ** 20)} MiB more resident`],
        ]),
      },
    ];
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function writeLedger(folder: string, records: number): Promise<void> {
  const perFile = Math.ceil(records / FILES);
  for (let file = 0; file < FILES; file++) {
    let text = headLine('bench');
    for (let at = file * perFile; at < Math.min(records, (file + 1) * perFile); at++) {
      text += encodeRecord(
        recordWith({ ...MODELS[at % MODELS.length], time: 1.76e12 + (at * MINUTE_MS) / 3 }),
      );
    }
    await writeFile(join(folder, newFileName(1e12 + file)), text);
  }
}

async function readPlain(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    for await (const _ of createReadStream(join(folder, name))) void _;
  }
}

async function timed(work: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}
