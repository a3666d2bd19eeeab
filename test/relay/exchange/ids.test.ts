import assert from 'node:assert/strict';
import { itemIds, newId, responseOfItem } from '../../../src/relay/exchange/ids.ts';

describe('ids', () => {
  it('sort by creation, however many are made at once, and are UUIDs of version 7', () => {
    const ids = Array.from({ length: 20_000 }, () => newId('resp'));
    assert.deepEqual(ids.toSorted(), ids);
    assert.equal(new Set(ids).size, ids.length);
    for (const id of ids) assert.match(id, /^resp_[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}$/);
  });

  it('keep their order if the clock is set back', () => {
    const { now } = Date;
    const later = now() + 3_600_000;
    try {
      const ids = [later, later, later - 60_000, later - 1].map((time) => {
        Date.now = () => time;
        return newId('resp');
      });
      assert.deepEqual(ids.toSorted(), ids);
    } finally {
      Date.now = now;
    }
  });

  it('of items sort by creation, and lead back to their response', () => {
    const response = newId('resp');
    const next = itemIds(response);
    const ids = Array.from({ length: 300 }, () => next('fc'));
    assert.deepEqual(ids.toSorted(), ids);
    assert.deepEqual(new Set(ids.map(responseOfItem)), new Set([response]));
    assert.equal(responseOfItem(next('msg')), response);
  });

  it('of calls are not ids of items, and short enough for providers (40 characters)', () => {
    const callId = itemIds(newId('resp'))('call');
    assert.ok(callId.length <= 40);
    assert.equal(responseOfItem(callId), undefined);
  });

  for (const id of ['', 'msg_1', 'msg_68f1c0d2a9b881908f0c0e4ad9d2d3f10', newId('resp'), 'constructor']) {
    it(`of others lead nowhere: "${id.slice(0, 8)}"`, () => assert.equal(responseOfItem(id), undefined));
  }
});
