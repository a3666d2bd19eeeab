/** How fast chunks pass, in one stream and in fifty at once, and what processor time the target spends on one. */
import { type Answer, ask } from './client.ts';
import { cpuMs } from './processes.ts';
import { atLeast, atMost, micros, ms, numbers, perSecond, type Row, ratio } from './report.ts';
import { type Kind, smallRequest, streamOf } from './requests.ts';
import { interleaved, medians, quantile } from './statistics.ts';
import { type Bench, DIRECT, type Question, type Target } from './targets.ts';

interface Case {
  name: string;
  kind: Kind;
  streams: number;
  /** Of each stream, for an effort of 1. */
  chunks: number;
  /** The relay's share of the direct rate, and its processor microseconds a chunk. */
  aims?: { share: number; cpu?: number };
}

const CASES: readonly Case[] = [
  { name: 'one stream of text', kind: 'text', streams: 1, chunks: 5000, aims: { share: 0.85, cpu: 2.8 } },
  { name: 'one stream of thinking', kind: 'thinking', streams: 1, chunks: 5000 },
  { name: 'one stream of Chinese', kind: 'chinese', streams: 1, chunks: 5000 },
  { name: 'native, one stream of 5,000', kind: 'native', streams: 1, chunks: 5000, aims: { share: 0.8 } },
  { name: '50 streams of text', kind: 'text', streams: 50, chunks: 400, aims: { share: 0.8 } },
];

export interface StreamEffort {
  rounds: number;
  /** Share of a case's chunks that a round sends. */
  size: number;
}

interface Run {
  chunksPerSecond: number;
  cpuPerChunk: number;
  p95FirstText: number;
}

export async function measureStreams(bench: Bench, effort: StreamEffort): Promise<Row[]> {
  const rows: Row[] = [];
  for (const scene of CASES) {
    const chunks = Math.ceil(scene.chunks * effort.size);
    const question = await bench.question(smallRequest(streamOf(scene.kind, chunks)));
    const measure = (target: Target) => run(target, question, scene.streams, chunks);
    const targets = await relaying(bench, question);
    await interleaved(targets, 2, measure);
    rows.push(...rowsOf(scene, await interleaved(targets, effort.rounds, measure)));
  }
  return rows;
}

/** Ours, and those of the others that relay this kind of stream at all: not every one knows thinking, or both APIs. */
async function relaying({ targets }: Bench, question: Question): Promise<Target[]> {
  const others = await Promise.all(
    targets.slice(3).map(async (target) => {
      const { characters } = await ask(target.url, question[target.form]);
      return characters > 0 ? [target] : [];
    }),
  );
  return [...targets.slice(0, 3), ...others.flat()];
}

/** Microseconds of processor time for each chunk of one stream, by target; for the bound in the tests. */
export async function cpuPerChunk(
  bench: Bench,
  rounds: number,
  chunks: number,
): Promise<Map<string, number>> {
  const question = await bench.question(smallRequest(streamOf('text', chunks)));
  const measure = (target: Target) => run(target, question, 1, chunks);
  await interleaved(bench.targets, rounds, measure);
  return medians(await interleaved(bench.targets, rounds, measure), (result) => result.cpuPerChunk);
}

async function run(
  { url, form, pid }: Target,
  question: Question,
  streams: number,
  chunks: number,
): Promise<Run> {
  const cpuBefore = cpuMs(pid);
  const startedAt = performance.now();
  const answers = await Promise.all(Array.from({ length: streams }, () => ask(url, question[form])));
  const seconds = (performance.now() - startedAt) / 1000;
  const cpuAfter = cpuMs(pid);
  const all = streams * chunks;
  return {
    chunksPerSecond: all / seconds,
    cpuPerChunk:
      cpuBefore === undefined || cpuAfter === undefined ? Number.NaN : ((cpuAfter - cpuBefore) * 1000) / all,
    p95FirstText: quantile(answers.map(firstText), 0.95),
  };
}

function firstText({ characters, firstTextMs }: Answer): number {
  if (characters === 0) throw new Error('An answer came without its text.');
  return firstTextMs;
}

function rowsOf({ name, streams, aims }: Case, results: Map<string, Run[]>): Row[] {
  const rates = medians(results, ({ chunksPerSecond }) => chunksPerSecond);
  const direct = rates.get(DIRECT) ?? Number.NaN;
  const shares = new Map([...rates].map(([target, rate]) => [target, rate / direct]));
  const cpu = medians(results, (result) => result.cpuPerChunk);
  const rows = [
    numbers(`${name}: chunks`, rates, perSecond),
    numbers('- of direct', shares, ratio, aims && atLeast(aims.share)),
    numbers('- CPU a chunk', cpu, micros, aims?.cpu === undefined ? undefined : atMost(aims.cpu, ' us')),
  ];
  if (streams === 1) return rows;
  return [
    ...rows,
    numbers(
      '- p95 of first text',
      medians(results, ({ p95FirstText }) => p95FirstText),
      ms,
    ),
  ];
}
