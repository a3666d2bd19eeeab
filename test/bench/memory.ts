/** What is resident, and what remains in memory after many requests. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { ask } from './client.ts';
import { memoryOf } from './processes.ts';
import { atMost, mb, numbers, type Row } from './report.ts';
import { codexRequest, streamOf } from './requests.ts';
import { addressOf, type Bench, end, RELAY, spawnRelay, type Target } from './targets.ts';

const METER = new URL('meter.mjs', import.meta.url).href;

const AT_ONCE = 16;
/** Of the live heap between the first and the last reading; what is below is noise of a collection. */
const NO_GROWTH_MB = 1;

/** @param limit what the relay may take, in megabytes */
export function measureResident(name: string, { targets }: Bench, limit: number): Row {
  return residentRow(name, targets, limit, 'residentMb');
}

/** To be read when everything else was measured. */
export function measurePeak({ targets }: Bench, limit: number): Row {
  return residentRow('resident: peak of all that', targets, limit, 'peakMb');
}

function residentRow(
  name: string,
  targets: readonly Target[],
  limit: number,
  field: 'residentMb' | 'peakMb',
): Row {
  const values = new Map(targets.map((target) => [target.name, memoryOf(target.pid)?.[field] ?? Number.NaN]));
  return numbers(name, values, mb, atMost(limit, ' MB'));
}

/** In a process of its own, which is made to collect its garbage. @param requests after a tenth as many to warm up */
export async function measureGrowth(bench: Bench, requests: number): Promise<Row> {
  const { responses } = await bench.question(codexRequest(streamOf('text', 4), 2, 40_000, ''));
  const { cli = '' } = bench.targets.find(({ name }) => name === RELAY) ?? {};
  const relay = spawnRelay(cli, bench.upstreamUrl, ['--import', METER]);
  try {
    const url = `${await addressOf(relay)}/v1/responses`;
    await send(url, responses, Math.ceil(requests / 10));
    const before = await liveHeap(relay);
    await send(url, responses, requests);
    const grown = ((await liveHeap(relay)) - before) / 1e6;
    return numbers(
      'live heap after thousands of requests',
      new Map([[RELAY, grown]]),
      (value) => `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(1)} MB`,
      { text: 'no growth', test: (value) => value < NO_GROWTH_MB },
    );
  } finally {
    await end(relay);
  }
}

async function liveHeap(relay: ChildProcess): Promise<number> {
  relay.send('collect');
  const [heapBytes] = (await once(relay, 'message')) as [number];
  return heapBytes;
}

async function send(url: string, body: Buffer, requests: number): Promise<void> {
  let left = requests;
  const worker = async () => {
    while (left-- > 0) await ask(url, body);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
