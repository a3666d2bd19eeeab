/**
 * Random chains, forks, deletions, evictions and restarts, held against a model that is too simple to be wrong:
 * a list of records, each with or without a claim to stay, and the rules as they are written in `retention.ts`.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  encodeRecord,
  type RecordHeader,
  reasoningHeader,
  sessionHeader,
} from '../../src/history/records.ts';
import type { HistoryLimits, StoredExchange } from '../../src/history/store.ts';
import type { InputItem } from '../../src/wire/responses.ts';
import { BACKENDS } from './backends.ts';
import { type Backend, type Bench, itemsOf, reasoningOf, turnOf, wholeTurnOf } from './support.ts';

interface ModelRecord {
  id: string;
  kind: 'session' | 'reasoning';
  parent: string | null;
  bytes: number;
  lastUsed: number;
  isClaimed: boolean;
  turn?: StoredExchange;
  /** The record whose items `turn.input` begins with, and how many of them; `parent` is the same record. */
  repeats?: { id: string; items: number } | undefined;
  /** Recorded since the last start, so that a later input can be held against it. */
  isRecent?: boolean;
}

class Model {
  records: ModelRecord[] = [];
  readonly #limits: HistoryLimits;

  readonly #indent: number;

  constructor(limits: HistoryLimits, indent: number) {
    this.#limits = limits;
    this.#indent = indent;
  }

  get(id: string): ModelRecord | undefined {
    return this.records.find((record) => record.id === id);
  }

  /** The records whose turns make up the conversation. */
  chain(id: string): ModelRecord[] | undefined {
    const record = this.get(id);
    if (record === undefined) return undefined;
    if (record.parent === null || record.repeats) return [record];
    const before = this.chain(record.parent);
    return before && [...before, record];
  }

  add(record: Omit<ModelRecord, 'isClaimed'>): void {
    const before = record.parent === null ? [] : this.#known(record.parent);
    const needed = before.reduce((sum, { bytes }) => sum + bytes, record.bytes);
    if (needed > this.#limits.maxMemoryMb * 1024 * 1024) return;
    this.records = this.records.filter(({ id }) => id !== record.id);
    this.records.push({ ...record, isClaimed: true });
    this.trim(record.lastUsed);
  }

  use(id: string, now: number): void {
    const record = this.get(id);
    if (record === undefined) return;
    record.lastUsed = now;
    record.isClaimed = true;
  }

  delete(id: string): void {
    const deleted = this.get(id);
    for (const record of this.records) {
      if (record.repeats?.id !== id) continue;
      record.repeats = deleted?.repeats;
      record.parent = deleted?.repeats?.id ?? null;
      record.bytes = this.bytesOf(record);
    }
    this.records = this.records.filter((record) => record.id !== id);
    if (deleted?.parent) this.#collect();
  }

  /** What a turn may leave out because an earlier record has it. */
  repeatsOf({ response, input }: StoredExchange): { id: string; items: number } | undefined {
    if (response.previous_response_id !== null) return undefined;
    const candidates = this.records.flatMap(({ id, turn, isRecent }) => {
      if (!isRecent || turn === undefined || turn.response.previous_response_id !== null) return [];
      const same = commonLength(itemsOf(turn), input);
      return same >= turn.input.length ? [{ id, items: same, start: turn.input.length }] : [];
    });
    const [best] = candidates.sort((a, b) => b.start - a.start);
    if (best === undefined) return undefined;
    const heavy = this.#known(best.id).reduce((sum, { bytes }) => sum + bytes, 0);
    const length = input.slice(0, best.items).reduce((sum, item) => sum + JSON.stringify(item).length, 0);
    const isWorth = length >= 4096 && heavy <= (this.#limits.maxMemoryMb * 1024 * 1024) / 4;
    return isWorth ? { id: best.id, items: best.items } : undefined;
  }

  bytesOf({ turn, repeats }: Pick<ModelRecord, 'turn' | 'repeats'>): number {
    assert.ok(turn);
    const { response } = turn;
    const input = turn.input.slice(repeats?.items ?? 0);
    const named = repeats && { response: repeats.id, items: repeats.items };
    return size(sessionHeader(turn, named), { input, response }, this.#indent);
  }

  restart(now: number): void {
    for (const record of this.records) {
      record.isClaimed = true;
      record.isRecent = false;
    }
    this.trim(now);
  }

  trim(now: number): void {
    const { ttlHours, maxSessions, maxMemoryMb } = this.#limits;
    const claimed = (kind: ModelRecord['kind']) =>
      this.records
        .filter((record) => record.isClaimed && record.kind === kind)
        .sort((a, b) => a.lastUsed - b.lastUsed);
    for (const record of this.records) {
      if (now - record.lastUsed >= ttlHours * 3_600_000) record.isClaimed = false;
    }
    for (const record of claimed('session').slice(0, -maxSessions)) record.isClaimed = false;
    this.#collect();
    for (;;) {
      const bytes = this.records.reduce((sum, record) => sum + record.bytes, 0);
      if (bytes <= maxMemoryMb * 1024 * 1024) return;
      const [oldest] = [...claimed('session'), ...claimed('reasoning')].sort(
        (a, b) => a.lastUsed - b.lastUsed,
      );
      assert.ok(oldest);
      oldest.isClaimed = false;
      this.#collect();
    }
  }

  /** The record and what of its beginning is still known. */
  #known(id: string): ModelRecord[] {
    const record = this.get(id);
    if (record === undefined) return [];
    return record.parent === null ? [record] : [...this.#known(record.parent), record];
  }

  /** Records without a claim that nothing continues go, until no more go. */
  #collect(): void {
    for (;;) {
      const needed = new Set(this.records.map(({ parent }) => parent));
      const left = this.records.filter(({ id, isClaimed }) => isClaimed || needed.has(id));
      if (left.length === this.records.length) return;
      this.records = left;
    }
  }
}

interface Run {
  bench: Bench;
  model: Model;
  indent: number;
  count: number;
  /** A shared store does not start empty with this relay. */
  isShared: boolean;
}

/** What can happen, as data, so that a failing sequence is readable. */
type Step =
  | readonly ['record' | 'send', back: number, padding: number]
  | readonly ['conversation' | 'turn' | 'delete', back: number]
  | readonly ['retain', name: string, padding: number]
  | readonly ['recall', name: string]
  | readonly ['wait', hours: number]
  | readonly ['restart' | 'clear'];

async function perform(run: Run, [action, target, padding]: readonly [Step[0], ...unknown[]]): Promise<void> {
  const { bench, model } = run;
  switch (action) {
    case 'record':
      return record(run, Number(target), Number(padding));
    case 'send':
      return send(run, Number(target), Number(padding));
    case 'conversation':
    case 'turn':
    case 'delete':
      return ask(run, newest(model, Number(target) + 1) ?? 'resp_unknown', action);
    case 'retain':
      return retain(run, String(target), Number(padding));
    case 'recall':
      return recall(run, String(target));
    case 'wait':
      bench.now += Math.round(Number(target) * 3_600_000);
      return;
    case 'restart':
      await bench.restart();
      if (!run.isShared) model.restart(bench.now);
      return;
    case 'clear':
      await bench.store.clear();
      model.records = [];
  }
}

/** The id of the `back`-th newest response that is known, counted from 1. */
function newest(model: Model, back: number): string | undefined {
  return model.records.filter(({ kind }) => kind === 'session').at(-back)?.id;
}

/**
 * A new turn that continues the `back`-th newest response (0: none; one beyond the oldest: an unknown one). What
 * lost its beginning cannot be continued.
 */
async function record({ bench, model, count }: Run, back: number, padding: number): Promise<void> {
  const id = `resp_${count}`;
  const whole = model.records.filter(({ id, kind }) => kind === 'session' && model.chain(id) !== undefined);
  const parent = back === 0 ? null : (whole.at(-back)?.id ?? 'resp_unknown');
  const turn = turnOf(id, parent, padding);
  await bench.store.record(turn);
  model.add({
    id,
    kind: 'session',
    parent,
    bytes: model.bytesOf({ turn }),
    lastUsed: bench.now,
    turn,
    isRecent: true,
  });
}

/** A new turn of a client that sends all that was said up to the `back`-th newest response (0: nothing). */
async function send({ bench, model, count }: Run, back: number, padding: number): Promise<void> {
  const id = `resp_${count}`;
  const before = model.chain((back > 0 && newest(model, back)) || '') ?? [];
  const turn = wholeTurnOf(id, itemsOf(...before.flatMap((each) => each.turn ?? [])), padding);
  const repeats = model.repeatsOf(turn);
  await bench.store.record(turn);
  const bytes = model.bytesOf({ turn, repeats });
  const parent = repeats?.id ?? null;
  model.add({ id, kind: 'session', parent, bytes, lastUsed: bench.now, turn, repeats, isRecent: true });
}

function commonLength(left: readonly InputItem[], right: readonly InputItem[]): number {
  const different = left.findIndex((item, at) => JSON.stringify(item) !== JSON.stringify(right[at]));
  return different === -1 ? left.length : different;
}

async function retain({ bench, model, indent }: Run, name: string, padding: number): Promise<void> {
  const entry = {
    responseId: 'resp_other',
    callIds: [`call_${name}`],
    fingerprint: name,
    reasoning: reasoningOf('r'.repeat(padding)),
  };
  await bench.store.retainReasoning(entry);
  const bytes = size(reasoningHeader(entry), { reasoning: entry.reasoning }, indent);
  model.add({ id: name, kind: 'reasoning', parent: null, bytes, lastUsed: bench.now });
}

async function ask(
  { bench, model }: Run,
  id: string,
  how: 'conversation' | 'turn' | 'delete',
): Promise<void> {
  model.trim(bench.now);
  const known = model.get(id);
  if (how === 'delete') {
    assert.equal(await bench.store.delete(id), known !== undefined);
    model.delete(id);
    return;
  }
  if (how === 'turn') {
    assert.deepEqual(await bench.store.exchange(id), known?.turn);
    model.use(id, bench.now);
    return;
  }
  const chain = model.chain(id);
  const items = chain && itemsOf(...chain.flatMap(({ turn }) => turn ?? []));
  assert.deepEqual(await bench.store.conversation(id), items);
  if (chain !== undefined) model.use(id, bench.now);
}

async function recall({ bench, model }: Run, name: string): Promise<void> {
  model.trim(bench.now);
  const isKnown = model.get(name) !== undefined;
  assert.equal((await bench.store.reasoningByCallId(`call_${name}`)) !== undefined, isKnown);
  assert.equal((await bench.store.reasoningByFingerprint(name)) !== undefined, isKnown);
  model.use(name, bench.now);
}

function size(header: RecordHeader, body: object, indent: number): number {
  return Buffer.byteLength(encodeRecord(header, body, indent));
}

function steps(survivesRestart: boolean): fc.Arbitrary<Step> {
  const padding = fc.constantFrom(0, 0, 1_000, 5_000, 300_000);
  const name = fc.constantFrom('f1', 'f2', 'f3');
  const how = fc.constantFrom('conversation' as const, 'turn' as const, 'delete' as const);
  return fc.oneof(
    { weight: 6, arbitrary: fc.tuple(fc.constant('record' as const), fc.nat(4), padding) },
    { weight: 8, arbitrary: fc.tuple(fc.constant('send' as const), fc.nat(3), padding) },
    { weight: 4, arbitrary: fc.tuple(how, fc.nat(5)) },
    { weight: 2, arbitrary: fc.tuple(fc.constant('retain' as const), name, padding) },
    { weight: 2, arbitrary: fc.tuple(fc.constant('recall' as const), name) },
    { weight: 2, arbitrary: fc.tuple(fc.constant('wait' as const), fc.constantFrom(0.1, 0.4, 1.1)) },
    { weight: survivesRestart ? 3 : 0, arbitrary: fc.constant(['restart'] as const) },
    { weight: 1, arbitrary: fc.constant(['clear'] as const) },
  );
}

/** Stores of one relay, which read everything when it starts; the others are servers. */
const OWN_STORES: ReadonlySet<string> = new Set(['memory', 'disk']);

async function play(name: string, open: Backend, sequence: readonly Step[]): Promise<void> {
  const limits: HistoryLimits = { ttlHours: 1, maxSessions: 4, maxMemoryMb: 1 };
  await using bench = await open(limits);
  const indent = name === 'disk' ? 2 : 0;
  const run: Run = {
    bench,
    model: new Model(limits, indent),
    indent,
    count: 0,
    isShared: !OWN_STORES.has(name),
  };
  for (const step of sequence) {
    bench.now += 1;
    run.count += 1;
    await perform(run, step);
  }
  for (let at = 1; at <= run.count; at++) {
    bench.now += 1;
    await ask(run, `resp_${at}`, 'conversation');
  }
}

const RUNS: Readonly<Record<string, number>> = { memory: 120, disk: 40, redis: 80, valkey: 20 };

describe('history against a model', () => {
  for (const [name, open] of BACKENDS) {
    it(`in ${name} keeps and drops what the rules say`, async () => {
      const sequences = fc.array(steps(name !== 'memory'), { minLength: 1, maxLength: 60, size: 'max' });
      await fc.assert(
        fc.asyncProperty(sequences, (sequence) => play(name, open, sequence)),
        { numRuns: RUNS[name] ?? 0 },
      );
    }).timeout(60_000);
  }
});
