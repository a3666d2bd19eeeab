import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { sessionHeader } from '../../src/history/records.ts';
import { pack } from '../../src/history/redis/packed.ts';
import { sessionText } from '../../src/history/redis/session-text.ts';
import { SharedConversations } from '../../src/history/redis/shared-conversations.ts';
import { recordingLogger, turnOf } from './support.ts';

/** A record as `WALK` gives it: too large to be unpacked at once. */
async function walked(id: string): Promise<Buffer> {
  const turn = turnOf(id, null);
  const { items } = sessionText({ header: sessionHeader(turn, undefined), ...turn });
  const packed = await pack(items + ' '.repeat(200_000));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(packed.length);
  return Buffer.concat([length, packed]);
}

describe('a conversation out of the store', () => {
  it('that cannot be read to its end causes one error, for its reader alone', async () => {
    const texts = await walked('resp_1');
    const refusal = new Error('OOM command not allowed');
    let walks = 0;
    const walk = async () => {
      if (walks++ > 0) throw refusal;
      return [Buffer.from('0'), 1, Buffer.from(''), texts];
    };
    const conversations = new SharedConversations(walk, recordingLogger());
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => void unhandled.push(reason);
    process.on('unhandledRejection', note);
    await assert.rejects(conversations.whole('sessions/resp_1.json'), refusal);
    await setImmediate();
    process.off('unhandledRejection', note);
    assert.equal(walks, 2);
    assert.deepEqual(unhandled, []);
  });
});
