/** One kind of input, and what must hold of whatever is made of it. */
import assert from 'node:assert/strict';
import type fc from 'fast-check';
import type { Json } from '../../src/json.ts';

export interface Room {
  name: string;
  /** How many inputs the short run in `npm test` takes; some are a hundred times slower than others. */
  shortRuns: number;
  /** Sets up what all inputs share. The property fails for an input that something is wrong with. */
  open(): Promise<OpenRoom>;
}

export interface OpenRoom {
  property: fc.IAsyncProperty<unknown> | fc.IProperty<unknown>;
  close(): Promise<void>;
}

/** No input may change the prototype that all objects share. */
export function assertUnpolluted(): void {
  const { polluted } = {} as { polluted?: unknown };
  assert.equal(polluted, undefined, 'the prototype of all objects is as it was');
}

/** Every text under a key of this name, wherever it is. */
export function textsUnder(value: Json, keys: ReadonlySet<string>): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, entry]) => [
    ...(typeof entry === 'string' && keys.has(key) ? [entry] : []),
    ...textsUnder(entry, keys),
  ]);
}
