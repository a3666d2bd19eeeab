import assert from 'node:assert/strict';
import {
  type Entry,
  groupRequests,
  rowsOf,
  tokensPerSecond,
  totalsOf,
} from '../../../src/extension/ui/request-groups.ts';
import type { RequestReport } from '../../../src/relay/options.ts';

let count = 0;
const request = (more: Partial<RequestReport> = {}): RequestReport => ({
  id: `resp_${++count}`,
  state: 'completed',
  provider: 'acme',
  model: 'm',
  upstreamModel: 'm',
  stream: true,
  startedAt: 1000,
  calledTools: [],
  ...more,
});
const failed = (message: string, more: Partial<RequestReport> = {}) =>
  request({ state: 'failed', error: { code: 'upstream_error', message }, ...more });

/** `thread(turn(ids x times))` in short. */
const shape = (entries: readonly Entry[]) =>
  entries.map((entry) =>
    'turns' in entry
      ? entry.turns.map(({ rows }) => rows.map(({ report, times }) => `${report.id} x${times}`))
      : `${entry.report.id} x${entry.times}`,
  );

describe('groups of requests', () => {
  beforeEach(() => {
    count = 0;
  });

  it('are empty without requests', () => assert.deepEqual(groupRequests([]), []));

  it('keep a request as a row that is alone in its conversation, or has none', () => {
    const entries = groupRequests([request(), request(), request({ thread: 'a', turn: '1' })]);
    assert.deepEqual(shape(entries), ['resp_1 x1', 'resp_2 x1', 'resp_3 x1']);
  });

  it('are conversations with turns, newest first, however they interleave', () => {
    const a = { thread: 'a' };
    const b = { thread: 'b' };
    const entries = groupRequests([
      request({ ...a, turn: '2' }),
      request({ ...b, turn: '1' }),
      request({ ...a, turn: '2' }),
      request({ ...a, turn: '1' }),
      request({ ...b, turn: '1' }),
      request(),
    ]);
    assert.deepEqual(shape(entries), [
      [['resp_1 x1', 'resp_3 x1'], ['resp_4 x1']],
      [['resp_2 x1', 'resp_5 x1']],
      'resp_6 x1',
    ]);
  });

  it('fold retries that fail in the same way into the latest', () => {
    const of = { thread: 'a', turn: '1' };
    const entries = groupRequests([
      failed('Broke off after 7 s.', of),
      failed('Broke off after 9 s.', of),
      failed('Broke off after 8 s.', of),
      failed('Something else.', of),
      request(of),
      failed('Broke off after 9 s.', of),
    ]);
    assert.deepEqual(shape(entries), [[['resp_1 x3', 'resp_4 x1', 'resp_5 x1', 'resp_6 x1']]]);
  });

  it('are one row for a turn that only failed', () => {
    const of = { thread: 'a', turn: '1' };
    assert.deepEqual(shape(groupRequests([failed('No.', of), failed('No.', of)])), ['resp_1 x2']);
  });

  it('do not fold failures of different conversations', () => {
    const entries = groupRequests([
      failed('No.', { thread: 'a' }),
      failed('No.', { thread: 'b' }),
      failed('No.'),
    ]);
    assert.deepEqual(shape(entries), ['resp_1 x1', 'resp_2 x1', 'resp_3 x1']);
  });

  it('have rows and totals', () => {
    const usage = {
      inputTokens: 10,
      cachedTokens: 0,
      cacheWriteTokens: 0,
      outputTokens: 3,
      reasoningTokens: 0,
    };
    const reports = [request({ thread: 'a', turn: '2', usage }), failed('No.', { thread: 'a', turn: '1' })];
    const [entry] = groupRequests(reports);
    assert.ok(entry && 'turns' in entry);
    assert.equal(rowsOf(entry).length, 2);
    assert.deepEqual(totalsOf(reports), { requests: 2, failed: 1, inputTokens: 10, outputTokens: 3 });
  });
});

describe('tokens per second', () => {
  const usage = {
    inputTokens: 1,
    cachedTokens: 0,
    cacheWriteTokens: 0,
    outputTokens: 100,
    reasoningTokens: 0,
  };
  const TABLE: readonly [Partial<RequestReport>, number | undefined][] = [
    [{ usage, firstTokenMs: 1000, durationMs: 3000 }, 50],
    [{ usage, firstTokenMs: 1000, durationMs: 1000 }, undefined],
    [{ usage, durationMs: 3000 }, undefined],
    [{ firstTokenMs: 1000, durationMs: 3000 }, undefined],
    [{ usage: { ...usage, outputTokens: 1 }, firstTokenMs: 0, durationMs: 3000 }, undefined],
  ];
  for (const [report, expected] of TABLE)
    it(JSON.stringify(report), () => assert.equal(tokensPerSecond(request(report)), expected));
});
