/**
 * `npm run soak -- [--minutes 10] [--streams 200]`: so many streams at once through the built relay, some of which
 * are cut, stalled, refused, garbled, read slowly or left. Prints what the relay holds; ends with 1 when something
 * grew, was lost, or came out otherwise than it should.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { median } from '../bench/statistics.ts';
import { assertKept, playStream } from './client.ts';
import { HEADLINE, type Reading, rowOf, whatGrew } from './judge.ts';
import { startRelayProcess } from './relay-process.ts';
import { FATES, type Fate, type Order, startSoakUpstream } from './upstream.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    streams: { type: 'string', default: '200' },
  },
});
const seconds = Number(values.minutes) * 60;
assert.ok(seconds > 0 && seconds <= 86_400, '--minutes takes a number up to 1440');
const streams = Number(values.streams);
assert.ok(Number.isInteger(streams) && streams > 0, '--streams takes a whole number');

/** A busy machine may pause for seconds without a stall; a short run has no time for long ones. */
const STALL_MS = Math.min(15_000, Math.max(3000, seconds * 250));
/** Stored responses beyond this push out the oldest, so that the history stays one size. */
const MAX_SESSIONS = 500;
const READINGS = Math.min(12, Math.ceil(seconds / 5));
/** After the last stream; clients keep idle connections for some seconds. */
const QUIET_MS = Math.min(6000, seconds * 1000);
const SHOWN_PROBLEMS = 10;

const fates = Object.entries(FATES).flatMap(([fate, share]) => Array<Fate>(share).fill(fate as Fate));
const upstream = await startSoakUpstream();
const directory = await mkdtemp(join(tmpdir(), 'codex-relay-soak-'));
const settings = { upstream: upstream.url, directory, stallMs: STALL_MS, maxSessions: MAX_SESSIONS };
let relay = await startRelayProcess(settings);

const problems: string[] = [];
const completed: { id: string; order: Order }[] = [];
const counts: Partial<Record<Fate, number>> = {};
let [nextId, ended] = [0, 0];
let delays: number[] = [];
const beginning = performance.now();
const elapsed = () => (performance.now() - beginning) / 1000;

try {
  const idle = await relay.held();
  say(`${streams} streams at once for ${seconds} s\n${HEADLINE}`);
  const playing = Array.from({ length: streams }, () => playOn());
  const readings = await readOn();
  await Promise.all(playing);

  await checkHistory();
  await sleep(QUIET_MS);
  const after = await relay.held();
  await relay.stop();
  relay = await startRelayProcess(settings);
  await checkHistory();
  problems.push(...whatGrew(readings));
  say(
    `\n${nextId} streams: ${Object.entries(counts)
      .map(([fate, count]) => `${count} ${fate}`)
      .join(', ')}.`,
  );
  say(
    `${Math.min(completed.length, MAX_SESSIONS / 2)} of ${completed.length} stored responses were looked up, before and after a restart.`,
  );
  say(
    `Sockets and files: ${idle.sockets} and ${idle.files} before, ${after.sockets} and ${after.files} when all was quiet again.`,
  );
} finally {
  await relay.stop();
  await upstream.stop();
  await rm(directory, { recursive: true, force: true });
}
for (const problem of problems.slice(0, SHOWN_PROBLEMS)) say(`PROBLEM ${problem}`);
say(problems.length === 0 ? 'Flat, and nothing lost.' : `${problems.length} problems.`);
process.exitCode = problems.length === 0 ? 0 : 1;

/** One stream after the other until the time is up. */
async function playOn(): Promise<void> {
  while (elapsed() < seconds) {
    const id = nextId++;
    const fate = fates[(id * 37) % fates.length] ?? 'whole';
    const order = { id, fate, chunks: 20 + (id % 20), pauseMs: 20 + (id % 5) * 10 };
    counts[fate] = (counts[fate] ?? 0) + 1;
    try {
      const response = await playStream(relay.url, order, (delay) => delays.push(delay));
      if (response !== undefined) completed.push({ id: response, order });
    } catch (error) {
      problems.push(
        `stream ${id} (${fate}): ${error instanceof Error ? error.message.slice(0, 300) : error}`,
      );
    }
    ended += 1;
  }
}

async function readOn(): Promise<Reading[]> {
  const readings: Reading[] = [];
  let cpuSeconds = 0;
  for (let count = 1; count <= READINGS; count++) {
    await sleep(Math.max(0, ((seconds / READINGS) * count - elapsed()) * 1000));
    const held = await relay.held();
    const sorted = delays.toSorted((left, right) => left - right);
    const reading = {
      ...held,
      seconds: elapsed(),
      ended,
      delayMedian: median(sorted),
      delay95: sorted[Math.floor(sorted.length * 0.95)] ?? Number.NaN,
      cpuPerStream: ((held.cpuSeconds - cpuSeconds) * 1000) / Math.max(1, ended),
    };
    readings.push(reading);
    say(rowOf(reading));
    cpuSeconds = held.cpuSeconds;
    [ended, delays] = [0, []];
  }
  return readings;
}

/** The newest that were completed, of which none was pushed out. */
async function checkHistory(): Promise<void> {
  for (const { id, order } of completed.slice(-MAX_SESSIONS / 2)) {
    await assertKept(relay.url, id, order).catch((error: Error) => problems.push(`lost: ${error.message}`));
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
