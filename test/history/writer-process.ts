/**
 * A process that works in a history directory until it is killed: `writer-process <directory> <run>`. Says
 * `open disk` or `open memory`, then one line per acknowledged change (see `Acknowledged`).
 */
import { writeSync } from 'node:fs';
import { openDiskStore } from '../../src/history/disk-store.ts';
import { DEFAULT_HISTORY_LIMITS } from '../../src/history/store.ts';
import { reasoningOf, recordingLogger, turnOf } from './support.ts';

/** A line of output, as JSON. */
export type Acknowledged =
  | { turn: string; previous: string | null; padding: number }
  /** About to be removed: from here on it may be gone. */
  | { deleting: string }
  | { reasoning: string }
  /** One record that is written again and again, each time with the next version. */
  | { rewritten: string; version: number };

const [directory = '', run = '0'] = process.argv.slice(2);
const LANES = 4;
const TURNS_PER_CHAIN = 5;

// Written at once: an acknowledgement must not die with the process.
const say = (line: string) => writeSync(1, `${line}\n`);
const acknowledge = (line: Acknowledged) => say(JSON.stringify(line));

const logger = recordingLogger();
const limits = { ...DEFAULT_HISTORY_LIMITS, maxSessions: 1_000_000 };
const store = await openDiskStore({ directory, limits, logger });
say(logger.lines.some((line) => line.includes('in use')) ? 'open memory' : 'open disk');
for (let lane = 0; lane < LANES; lane++) void write(`${run}x${lane}`);

async function write(lane: string): Promise<void> {
  let previous: string | null = null;
  for (let at = 0; ; at++) {
    const turn: string = `resp_${lane}x${at}`;
    const padding = at % 3 === 0 ? 50_000 : Math.floor(Math.random() * 3_000);
    await store.record(turnOf(turn, previous, padding));
    acknowledge({ turn, previous, padding });
    const reasoning = `${lane}x${at}`;
    await store.retainReasoning({
      responseId: 'resp_other',
      callIds: [`call_${reasoning}`],
      fingerprint: reasoning,
      reasoning: reasoningOf(reasoning),
    });
    acknowledge({ reasoning });
    await store.retainReasoning({
      responseId: 'resp_other',
      callIds: [],
      fingerprint: lane,
      reasoning: reasoningOf(`${at} ${'v'.repeat(20_000)}`),
    });
    acknowledge({ rewritten: lane, version: at });
    const isLast = at % TURNS_PER_CHAIN === TURNS_PER_CHAIN - 1;
    previous = isLast ? null : turn;
    if (!isLast) continue;
    const first = `resp_${lane}x${at - TURNS_PER_CHAIN + 1}`;
    acknowledge({ deleting: first });
    await store.delete(first);
  }
}

// Parents that are killed themselves close our input.
process.stdin.resume().once('end', () => process.exit());
