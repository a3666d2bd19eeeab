import assert from 'node:assert/strict';
import fc from 'fast-check';
import { pack, unpack } from '../../src/history/redis/packed.ts';

describe('records in the store', () => {
  it('are what was written, whatever their length', async () => {
    const texts = fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ minLength: 150, maxLength: 3_000 }));
    await fc.assert(
      fc.asyncProperty(texts, async (text) => assert.equal(await unpack(await pack(text)), text)),
    );
    for (const length of [0, 199, 200, 64 * 1024, 64 * 1024 + 1, 3_000_000]) {
      const text = 'größer '.repeat(Math.ceil(length / 7)).slice(0, length);
      assert.equal(await unpack(await pack(text)), text, `${length}`);
    }
  });

  it('are much smaller there if they are long', async () => {
    assert.ok((await pack('what the model said '.repeat(500))).length < 500);
  });

  it('that are damaged are recognised, whatever the damage', async () => {
    const packed = await pack('what the model said '.repeat(500));
    for (const bytes of [
      Buffer.alloc(0),
      Buffer.from('abc'),
      packed.subarray(0, 40),
      Buffer.concat([Buffer.from([10, 0, 0, 0]), packed.subarray(4)]),
      Buffer.concat([packed.subarray(0, 4), Buffer.from('damaged')]),
    ]) {
      assert.equal(await unpack(bytes), undefined);
    }
  });
});
