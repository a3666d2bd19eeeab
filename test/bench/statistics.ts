/** Of a handful of measurements on a shared machine: the middle one, and the bad ones. */

/** The value below which `share` (0 to 1) of all values lie. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/**
 * Measures all `targets` in turn, `rounds` times, each round beginning with another one: what else the machine does
 * falls on all of them alike. @returns the results of each target
 */
export async function interleaved<T extends { name: string }, R>(
  targets: readonly T[],
  rounds: number,
  measure: (target: T) => Promise<R>,
): Promise<Map<string, R[]>> {
  const results = new Map<string, R[]>(targets.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    const first = round % targets.length;
    for (const target of [...targets.slice(first), ...targets.slice(0, first)]) {
      results.get(target.name)?.push(await measure(target));
    }
  }
  return results;
}

/** Medians by name. */
export function medians<R>(
  results: ReadonlyMap<string, readonly R[]>,
  pick: (result: R) => number,
): Map<string, number> {
  return new Map([...results].map(([name, all]) => [name, median(all.map(pick))]));
}
