import assert from 'node:assert/strict';
import type { RequestReport } from '../../src/relay/options.ts';
import { COLUMNS, decodeRecord, encodeRecord, recordOf, recordsOf } from '../../src/usage/record.ts';
import { recordWith } from './support.ts';

const REPORT: RequestReport = {
  id: 'resp_1',
  state: 'completed',
  provider: 'xai',
  model: 'm',
  upstreamModel: 'm',
  stream: true,
  startedAt: 1,
  calledTools: [],
  wire: 'responses',
};

describe('a record of the ledger', () => {
  it('keeps the reported API and its repairs', () => {
    const report = { ...REPORT, repairs: ['namespace', 'reasoning'] };
    const record = recordOf(report);
    assert.ok(record);
    assert.equal(record.wire, 'responses');
    assert.deepEqual(decodeRecord(JSON.parse(encodeRecord(record))), record);
    assert.equal(JSON.parse(encodeRecord(record)).length, COLUMNS.length);
    assert.equal(recordOf({ ...report, wire: 'chat' })?.wire, 'chat');
  });

  it('comes after one for each target that was passed over and stated its usage', () => {
    const usage = recordWith().tokens;
    const tried = { provider: 'kimi', model: 'k', code: 'upstream_error', message: '' };
    const report: RequestReport = {
      ...REPORT,
      firstTokenMs: 2,
      durationMs: 3,
      costUsd: 1,
      service: 'xai',
      repairs: ['effort'],
      user: 'ann',
      thread: 't',
      passedOver: [tried, { ...tried, spent: { upstream: 'kimi-2', ...(usage && { usage }) } }],
    };
    const [passed, last, ...more] = recordsOf(report);
    assert.deepEqual(more, []);
    assert.deepEqual(last, recordOf(report));
    assert.deepEqual(passed, {
      ...recordWith({ time: 1, upstream: 'kimi-2', service: undefined, model: 'k', state: 'failed' }),
      ...{ attempts: 2, firstTokenMs: undefined, totalMs: 3, thread: 't', user: 'ann' },
    });
    assert.deepEqual(recordsOf({ ...report, state: 'running' }), []);
  });

  it('of an earlier version, without user and repairs, is still read', () => {
    const row = JSON.parse(encodeRecord(recordWith({ user: 'ann', repairs: ['effort'] })));
    assert.deepEqual(decodeRecord(row), recordWith({ user: 'ann', repairs: ['effort'] }));
    assert.deepEqual(decodeRecord(row.slice(0, -2)), recordWith());
    assert.equal(decodeRecord(row.slice(0, -3)), undefined);
  });
});
