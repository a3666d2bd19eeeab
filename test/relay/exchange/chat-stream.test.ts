import assert from 'node:assert/strict';
import { readerFor } from '../../../src/relay/exchange/chat-stream.ts';
import { PROFILE } from '../../support/translating.ts';

describe('the reader of a reply', () => {
  for (const type of ['application/json', 'text/event-stream']) {
    it(`gives up on an endless ${type} before it fills the memory`, () => {
      const reader = readerFor({ status: 200, header: () => type, body: (async function* () {})() }, PROFILE);
      const mebibyte = Buffer.alloc(1024 * 1024, 'x');
      reader.feed(Buffer.from('data: '));
      assert.throws(() => {
        for (let fed = 0; fed < 100; fed++) reader.feed(mebibyte);
      });
    });
  }
});
