import assert from 'node:assert/strict';
import type { RequestReport } from '../../src/relay/options.ts';
import { COLUMNS, decodeRecord, encodeRecord, recordOf } from '../../src/usage/record.ts';
import { recordWith } from './support.ts';

describe('a record of the ledger', () => {
  it('is what was reported: the API that was spoken, and what was repaired for it', () => {
    const report: RequestReport = {
      id: 'resp_1',
      state: 'completed',
      provider: 'xai',
      model: 'm',
      upstreamModel: 'm',
      stream: true,
      startedAt: 1,
      calledTools: [],
      wire: 'responses',
      repairs: ['namespace', 'reasoning'],
    };
    const record = recordOf(report);
    assert.ok(record);
    assert.equal(record.wire, 'responses');
    assert.deepEqual(decodeRecord(JSON.parse(encodeRecord(record))), record);
    assert.equal(JSON.parse(encodeRecord(record)).length, COLUMNS.length);
    assert.equal(recordOf({ ...report, wire: 'chat' })?.wire, 'chat');
  });

  it('of an earlier version, without repairs, is still read', () => {
    const row = JSON.parse(encodeRecord(recordWith({ repairs: ['effort'] })));
    assert.deepEqual(decodeRecord(row.slice(0, -1)), recordWith());
    assert.deepEqual(decodeRecord(row.slice(0, -2)), recordWith(), 'and without users');
    assert.equal(decodeRecord(row.slice(0, -3)), undefined);
  });
});
