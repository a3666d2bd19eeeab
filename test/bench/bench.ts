/**
 * `npm run bench`: the relay beside the provider that it talks to, in one run on one machine. Prints one table.
 * `--quick` runs every measure once with little load, to show that they work; its numbers mean nothing.
 */
import { availableParallelism, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { startContenders } from './contenders.ts';
import { measureFirstToken } from './first-token.ts';
import { FULL_HISTORY, measureHistory, QUICK_HISTORY } from './history.bench.ts';
import { measureGrowth, measurePeak } from './memory.ts';
import { script, smallRequest } from './requests.ts';
import { measureStartUp } from './start-up.ts';
import { type Row, renderTable } from './table.ts';
import { measureThroughput } from './throughput.ts';
import { FULL_USAGE, measureUsage, QUICK_USAGE } from './usage.bench.ts';

const FULL = {
  firstToken: { warmUp: 500, batches: 7, megabytes: 8 },
  throughput: { rounds: 9, size: 1 },
  requests: 10_000,
  startUps: 7,
};
const QUICK: typeof FULL = {
  firstToken: { warmUp: 2, batches: 1, megabytes: 0.1 },
  throughput: { rounds: 1, size: 0.02 },
  requests: 100,
  startUps: 1,
};

const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false } } });
const effort = values.quick ? QUICK : FULL;

print(`Node ${process.version}, ${availableParallelism()} processors, load ${load()}\n`);
const startedAt = performance.now();
const contenders = await startContenders();
const rows: Row[] = [];
try {
  rows.push(...(await measureFirstToken(contenders, effort.firstToken)));
  rows.push(...(await measureThroughput(contenders, effort.throughput)));
  const question = await contenders.question(smallRequest(script(1, 1)));
  rows.push(await measureStartUp(contenders.upstreamUrl, question, effort.startUps));
  rows.push(...(await measureGrowth(contenders, effort.requests)));
  rows.push(await measurePeak(contenders));
  rows.push(...(await measureHistory(values.quick ? QUICK_HISTORY : FULL_HISTORY)));
  rows.push(...(await measureUsage(values.quick ? QUICK_USAGE : FULL_USAGE)));
} finally {
  await contenders.stop();
}
print(renderTable(rows));
const seconds = Math.round((performance.now() - startedAt) / 1000);
print(
  `\n${seconds} s, load ${load()}. Client, relay and provider share the processors with all else that runs.`,
);

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function load(): string {
  return loadavg()[0]?.toFixed(2) ?? '';
}
