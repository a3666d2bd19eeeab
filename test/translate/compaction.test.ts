/** A compaction item returns what was put into it, and nothing else. */
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import {
  asSummaryRequest,
  isUnreadable,
  sealSummary,
  summaryIn,
  wantsCompaction,
} from '../../src/translate/compaction.ts';
import { messagesOf, requestOf } from '../support/translating.ts';

const TRIGGER = { type: 'compaction_trigger' };
const compaction = (text: string, type = 'compaction') => ({ type, encrypted_content: sealSummary(text) });

describe('a sealed summary', () => {
  it('is opened unchanged, in any script', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        assert.equal(summaryIn(compaction(text)), text);
        assert.match(sealSummary(text), /^crs1\.[A-Za-z0-9+/]*=*$/);
      }),
    );
  });

  for (const sealed of [undefined, null, '', 'opaque', 'crr1.AAAA', 'crs1.%%', 'crs1./w==', 'CRS1.YQ==']) {
    it(`is not found in ${JSON.stringify(sealed)}`, () => {
      const item = { type: 'compaction', encrypted_content: sealed };
      assert.equal(summaryIn(item), undefined);
      assert.equal(isUnreadable(item), Boolean(sealed));
    });
  }
});

describe('a conversation with a summary', () => {
  for (const type of ['compaction', 'compaction_summary', 'context_compaction']) {
    it(`continues from its ${type}, without the calls before it and with those after it`, () => {
      const call = (call_id: string) => ({ type: 'function_call', call_id, name: 'run', arguments: '{}' });
      const output = (call_id: string) => ({ type: 'function_call_output', call_id, output: call_id });
      const messages = messagesOf([
        { role: 'user', content: 'q' },
        call('a'),
        output('a'),
        call('b'),
        compaction('s', type),
        call('b'),
        output('b'),
      ]);
      assert.deepEqual(
        messages.map(({ role, content }) => [role, content]),
        [
          ['user', 'q'],
          ['user', '[summary of the conversation up to here]\ns'],
          ['assistant', undefined],
          ['tool', 'b'],
        ],
      );
    });
  }

  it('holds only the newest of several', () => {
    const messages = messagesOf([compaction('old'), { role: 'user', content: 'q' }, compaction('new')]);
    assert.deepEqual(
      messages.map(({ content }) => content),
      ['q', '[summary of the conversation up to here]\nnew'],
    );
  });
});

describe('a request for a summary', () => {
  for (const [name, input, isWanted] of [
    ['a trigger at the end', [{ role: 'user', content: 'q' }, TRIGGER], true],
    ['a trigger that is history', [TRIGGER, { role: 'user', content: 'q' }], false],
    ['a plain text', 'q', false],
  ] as const) {
    it(`is recognised by its input: ${name}`, () => {
      const request = requestOf({ input });
      assert.equal(wantsCompaction(request), isWanted);
      assert.equal(asSummaryRequest(request) === request, !isWanted);
    });
  }
});
