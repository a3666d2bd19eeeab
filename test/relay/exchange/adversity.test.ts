/** What happens to an answer when the machine around it does not behave: the answer is worth more than its record. */
import assert from 'node:assert/strict';
import { createMemoryStore } from '../../../src/history/memory-store.ts';
import type { HistoryStore } from '../../../src/history/store.ts';
import type { RequestReport } from '../../../src/relay/options.ts';
import { allEvents, responseOf, startRig, textIn } from '../../support/relay-client.ts';
import { deltaChunk, reasoningChunks, streamReply, textChunks } from '../../support/scripted-upstream.ts';

const HOUR = 3_600_000;
const REQUEST = { model: 'm', input: 'x' };

/** A store that begins to fail as a full disk, or a folder that is gone, lets it. */
function failing(code: string): { store: HistoryStore; begin: () => void } {
  const store = createMemoryStore();
  const fail = () => Promise.reject(Object.assign(new Error(`${code}: the system refuses`), { code }));
  return {
    store,
    begin: () => Object.assign(store, { record: fail, retainReasoning: fail }),
  };
}

describe('a history that cannot be written', () => {
  for (const code of ['ENOSPC', 'EROFS', 'EIO', 'EACCES']) {
    it(`costs no answer, is told in the log, and is asked again for the next one: ${code}`, async () => {
      const { store, begin } = failing(code);
      const rig = await startRig(() => streamReply(reasoningChunks(['thinks']), textChunks('hi')), {
        history: store,
      });
      const before = await responseOf(await rig.post(REQUEST));
      begin();
      for (const stream of [false, true]) {
        const reply = await rig.post({ ...REQUEST, stream, previous_response_id: before.id });
        if (!stream) assert.equal(textIn(await responseOf(reply)), 'hi');
        else assert.equal((await allEvents(reply)).at(-1)?.type, 'response.completed');
      }
      const told = rig.log.filter((line) => line.startsWith('error history:') && line.includes(code));
      assert.equal(told.length, 4, 'response and reasoning of both');
      assert.equal(
        (await fetch(`${rig.relay.url}/v1/responses/${before.id}`)).status,
        200,
        'what was kept is there',
      );
      await rig.stop();
    });
  }
});

describe('a clock that jumps while an answer comes', () => {
  const { now } = Date;
  afterEach(() => {
    Date.now = now;
  });

  for (const [what, jump] of [
    ['back, as a correction does', -HOUR],
    ['ahead, as after sleep', 8 * HOUR],
  ] as const) {
    it(`${what}: the answer is whole, and its times are those that passed`, async () => {
      const half = Promise.withResolvers<void>();
      const reports: RequestReport[] = [];
      const rig = await startRig(
        () => streamReply(deltaChunk({ content: 'one ' }), half.promise, textChunks('two')),
        {
          onRequest: (report) => reports.push(report),
        },
      );
      const asked = rig.post({ ...REQUEST, stream: true });
      await rig.upstream.chat(0);
      Date.now = () => now() + jump;
      half.resolve();
      const last = (await allEvents(await asked)).at(-1);
      assert.ok(last?.type === 'response.completed');
      assert.equal(textIn(last.response), 'one two');
      const { durationMs = -1, firstTokenMs = -1 } = reports.at(-1) ?? {};
      assert.ok(durationMs >= 0 && durationMs < HOUR && firstTokenMs >= 0 && firstTokenMs <= durationMs);
      const next = await responseOf(await rig.post({ ...REQUEST, previous_response_id: last.response.id }));
      assert.equal(next.status, 'completed');
      await rig.stop();
    });
  }
});
