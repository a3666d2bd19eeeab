/** What was measured while the soak ran, and whether it stayed flat. */
import { median } from '../bench/statistics.ts';
import type { Held } from './relay-process.ts';

export interface Reading extends Held {
  /** Since the beginning. */
  seconds: number;
  /** Streams that ended in this interval. */
  ended: number;
  /** From a chunk of the provider to its event at the client, in milliseconds. */
  delayMedian: number;
  delay95: number;
  /** What the relay computed for each of them, in milliseconds: unlike delays, it tells nothing of the neighbours. */
  cpuPerStream: number;
}

const MEBIBYTE = 1024 * 1024;

export const HEADLINE =
  ' time     streams  heap MiB  resident MiB  sockets  files  CPU ms/stream  delay ms, median / 95 %';

export function rowOf(reading: Reading): string {
  const { seconds, ended, heapBytes, residentBytes, sockets, files, delayMedian, delay95, cpuPerStream } =
    reading;
  return [
    `${seconds.toFixed(0)} s`.padStart(6),
    String(ended).padStart(10),
    (heapBytes / MEBIBYTE).toFixed(1).padStart(9),
    (residentBytes / MEBIBYTE).toFixed(0).padStart(13),
    String(sockets).padStart(8),
    String(files ?? '-').padStart(6),
    cpuPerStream.toFixed(1).padStart(14),
    `${delayMedian.toFixed(1)} / ${delay95.toFixed(1)}`.padStart(24),
  ].join(' ');
}

/** What grew, in words. The first fifth is warm-up; of the rest, the last third is held against the first. */
export function whatGrew(readings: readonly Reading[]): string[] {
  const warm = readings.slice(Math.ceil(readings.length / 5));
  const third = Math.floor(warm.length / 3);
  if (third === 0) return [];
  const grew = (what: string, of: (reading: Reading) => number, share: number, slack: number) => {
    const [before, after] = [warm.slice(0, third), warm.slice(-third)].map((part) => median(part.map(of)));
    if (before === undefined || after === undefined || after <= before * (1 + share) + slack) return [];
    return [`${what} grew from ${before.toFixed(1)} to ${after.toFixed(1)}`];
  };
  return [
    ...grew('the heap (MiB)', ({ heapBytes }) => heapBytes / MEBIBYTE, 0.2, 8),
    ...grew('sockets', ({ sockets }) => sockets, 0.2, 20),
    ...grew('open files', ({ files }) => files ?? 0, 0.2, 20),
    ...grew('the CPU time of a stream (ms)', ({ cpuPerStream }) => cpuPerStream, 0.5, 5),
    // A busy machine delays as much from one minute to the next.
    ...grew('the delay (ms)', ({ delayMedian }) => delayMedian, 4, 50),
  ];
}
