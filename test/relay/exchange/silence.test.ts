import assert from 'node:assert/strict';
import { silenceLimits } from '../../../src/relay/exchange/silence.ts';
import { allEvents, errorOf, startRig } from '../../support/relay-client.ts';
import { deltaChunk } from '../../support/scripted-upstream.ts';

describe('silence', () => {
  const LOCAL = [
    'http://localhost:11434/v1',
    'http://127.0.0.1:8080/v1',
    'http://127.8.9.1/v1',
    'http://[::1]:8000/v1',
    'http://models.localhost/v1',
  ];
  const ELSEWHERE = [
    'https://api.example.com/v1',
    'http://192.168.0.7:11434/v1',
    'http://localhost.example.com/v1',
    'https://127.example.com/v1',
  ];
  for (const url of [...LOCAL, ...ELSEWHERE]) {
    const minutes = LOCAL.includes(url) ? 30 : 10;
    it(`may last ${minutes} minutes before the first byte, and ten later, at ${url}`, () => {
      assert.deepEqual(silenceLimits(url, undefined), { firstByteMs: minutes * 60_000, laterMs: 600_000 });
      assert.deepEqual(silenceLimits(url, 5_000), { firstByteMs: 5_000, laterMs: 5_000 });
    });
  }

  it('that lasts too long is reported with the cure, before and after the first byte', async () => {
    const never = new Promise(() => {});
    const rig = await startRig(
      (_chat, index) => (index === 0 ? never : { body: [deltaChunk({ content: 'a' }), never] }) as never,
      {
        // Long enough for the first byte of a busy machine.
        stallMs: 400,
      },
    );
    const { message } = await errorOf(await rig.post({ model: 'm', input: 'hi' }));
    assert.match(message, /^OpenAI-compatible endpoint sent nothing for 0 s\. .*--stall-seconds/);
    const last = (await allEvents(await rig.post({ model: 'm', input: 'hi', stream: true }))).at(-1);
    assert.match((last?.type === 'response.failed' && last.response.error?.message) || '', /--stall-seconds/);
    await rig.stop();
  });
});
