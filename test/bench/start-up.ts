/** What a start costs, and the first request after it, beside the least that Node could do. */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ask } from './client.ts';
import { cpuMs } from './processes.ts';
import { atMost, numbers, type Row } from './report.ts';
import { interleaved, medians } from './statistics.ts';
import {
  addressOf,
  type Bench,
  end,
  PASS_THROUGH,
  type Question,
  spawnRelay,
  type Target,
} from './targets.ts';

const FLOOR = fileURLToPath(new URL('floor.mjs', import.meta.url));

interface Start {
  listeningCpu: number;
  requestCpu: number;
  /** From starting the process to the first text of the first answer. */
  wall: number;
}

const whole = (value: number) => `${value.toFixed(0)} ms`;

/** Of those targets that can be started anew. */
export async function measureStartUp(bench: Bench, question: Question, rounds: number): Promise<Row[]> {
  const targets = bench.targets.filter(({ name, cli }) => cli !== undefined || name === PASS_THROUGH);
  const starts = await interleaved(targets, rounds, (target) =>
    startOnce(target, bench.upstreamUrl, question),
  );
  return [
    numbers(
      'start: CPU until it listens',
      medians(starts, ({ listeningCpu }) => listeningCpu),
      whole,
      atMost(120, ' ms'),
    ),
    numbers(
      '- CPU of the first request',
      medians(starts, ({ requestCpu }) => requestCpu),
      whole,
      atMost(20, ' ms'),
    ),
    numbers(
      '- from start to first text',
      medians(starts, ({ wall }) => wall),
      whole,
    ),
  ];
}

async function startOnce({ cli, form }: Target, upstreamUrl: string, question: Question): Promise<Start> {
  const startedAt = performance.now();
  const child = cli === undefined ? spawnFloor(upstreamUrl) : spawnRelay(cli, upstreamUrl);
  try {
    const origin = await addressOf(child);
    const listeningCpu = cpuMs(child.pid) ?? Number.NaN;
    const askedAt = performance.now();
    const path = form === 'chat' ? '/v1/chat/completions' : '/v1/responses';
    const { firstTextMs } = await ask(origin + path, question[form]);
    const requestCpu = (cpuMs(child.pid) ?? Number.NaN) - listeningCpu;
    return { listeningCpu, requestCpu, wall: askedAt - startedAt + firstTextMs };
  } finally {
    await end(child);
  }
}

function spawnFloor(upstreamUrl: string): ChildProcess {
  return spawn(process.execPath, [FLOOR, upstreamUrl], { stdio: ['ignore', 'ignore', 'pipe'] });
}
