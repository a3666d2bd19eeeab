/** How fast chunks pass, in one stream and in many, and what the relay's processor time for them is. */
import type { Answer } from './client.ts';
import type { Contenders, Question } from './contenders.ts';
import { script, smallRequest } from './requests.ts';
import { alternate, median, spread } from './statistics.ts';
import { perSecond, type Row, ratio, three } from './table.ts';

interface Case {
  name: string;
  streams: number;
  /** Of all streams together, for an effort of 1. */
  chunks: number;
  /** How many chunks upstream puts into one write. */
  perWrite: number;
}

const CASES: readonly Case[] = [
  { name: 'one stream, a write per chunk', streams: 1, chunks: 20_000, perWrite: 1 },
  { name: 'one stream, 64 chunks per write', streams: 1, chunks: 40_000, perWrite: 64 },
  { name: '50 streams, a write per chunk', streams: 50, chunks: 20_000, perWrite: 1 },
  { name: '50 streams, 16 chunks per write', streams: 50, chunks: 40_000, perWrite: 16 },
];

const AIM_RATIO = 0.6;
const AIM_CPU_SECONDS = 0.005;

export interface ThroughputEffort {
  rounds: number;
  /** Share of a case's chunks that a round sends. */
  size: number;
}

export async function measureThroughput(contenders: Contenders, effort: ThroughputEffort): Promise<Row[]> {
  const rows: Row[] = [];
  for (const { name, streams, chunks, perWrite } of CASES) {
    const perStream = Math.ceil((chunks * effort.size) / streams);
    const question = await contenders.question(smallRequest(script(perStream, perWrite)));
    const direct = () => timed(streams, perStream, () => contenders.direct(question));
    const relay = () => withCpu(contenders, question, streams, perStream);
    await alternate(1, direct, relay);
    const { a, b } = await alternate(effort.rounds, direct, relay);
    rows.push(...rowsOf(name, a, b));
  }
  return rows;
}

interface Run {
  chunksPerSecond: number;
  /** The relay's processor seconds for 1,000 chunks; 0 for direct. */
  cpuPerThousand: number;
}

async function withCpu(
  contenders: Contenders,
  question: Question,
  streams: number,
  perStream: number,
): Promise<Run> {
  const before = await contenders.read();
  const run = await timed(streams, perStream, () => contenders.relay(question));
  const after = await contenders.read();
  const cpu = after.cpuSeconds - before.cpuSeconds;
  return { ...run, cpuPerThousand: (cpu * 1000) / (streams * perStream) };
}

async function timed(streams: number, perStream: number, once: () => Promise<Answer>): Promise<Run> {
  const startedAt = performance.now();
  const answers = await Promise.all(Array.from({ length: streams }, once));
  const seconds = (performance.now() - startedAt) / 1000;
  for (const { texts } of answers) {
    if (texts !== perStream) throw new Error(`${texts} of ${perStream} chunks arrived.`);
  }
  return { chunksPerSecond: (streams * perStream) / seconds, cpuPerThousand: 0 };
}

function rowsOf(name: string, direct: readonly Run[], relay: readonly Run[]): Row[] {
  const share = spread(relay.map((run, at) => run.chunksPerSecond / (direct[at]?.chunksPerSecond ?? 0)));
  const cpu = spread(relay.map((run) => run.cpuPerThousand));
  const rate = (runs: readonly Run[]) => perSecond(median(runs.map((run) => run.chunksPerSecond)));
  return [
    {
      measure: `chunks, ${name}`,
      direct: rate(direct),
      relay: rate(relay),
      compared: `x ${three(share, ratio)}`,
      aim: `>= x ${AIM_RATIO}`,
      met: share.median >= AIM_RATIO,
    },
    {
      measure: '  CPU of the relay per 1,000 chunks',
      direct: '',
      relay: `${cpu.median.toFixed(4)} s`,
      compared: `${three(cpu, (value) => value.toFixed(4))} s`,
      aim: `<= ${AIM_CPU_SECONDS} s`,
      met: cpu.median <= AIM_CPU_SECONDS,
    },
  ];
}
