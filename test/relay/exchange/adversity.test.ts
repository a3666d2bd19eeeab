/** What happens to an answer when the machine around it fails: the answer is worth more than its record. */
import assert from 'node:assert/strict';
import { createMemoryStore } from '../../../src/history/memory-store.ts';
import type { HistoryStore } from '../../../src/history/store.ts';
import type { RequestReport } from '../../../src/relay/options.ts';
import { allEvents, responseOf, startRig, textIn } from '../../support/relay-client.ts';
import { deltaChunk, reasoningChunks, streamReply, textChunks } from '../../support/scripted-upstream.ts';

const HOUR = 3_600_000;
const REQUEST = { model: 'm', input: 'x' };

/** A store that begins to fail as with a full disk, or a folder that is gone. */
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
    it(`costs no answer, is logged, and is tried again for the next one: ${code}`, async () => {
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

describe('a response that is larger than the history may be', () => {
  for (const stream of [false, true]) {
    it(`does not claim to be stored, ${stream ? 'streamed' : 'in one piece'}`, async () => {
      const history = createMemoryStore({ ttlHours: 1, maxSessions: 10, maxMemoryMb: 1 });
      const sizes = [1_500_000, 10];
      const rig = await startRig(() => streamReply(textChunks('x'.repeat(sizes.shift() ?? 0))), { history });
      for (const store of [false, true]) {
        const reply = await rig.post({ ...REQUEST, stream });
        const last = stream ? (await allEvents(reply)).at(-1) : undefined;
        const response = stream ? last && 'response' in last && last.response : await responseOf(reply);
        assert.ok(response);
        assert.equal(response.store, store);
        const { status } = await fetch(`${rig.relay.url}/v1/responses/${response.id}`);
        assert.equal(status, store ? 200 : 404);
      }
      await rig.stop();
    });
  }
});

describe('a history that cannot be read', () => {
  it('costs no answer if only reasoning is looked up, and is logged', async () => {
    const history = createMemoryStore();
    const fail = () => Promise.reject(new Error('EIO: the system refuses'));
    Object.defineProperty(history, 'hasReasoning', { value: true });
    Object.assign(history, { reasoningByFingerprint: fail, reasoningByCallId: fail });
    const rig = await startRig(() => streamReply(textChunks('hi')), { history, provider: 'deepseek' });
    const input = [
      { role: 'user', content: 'x' },
      { role: 'assistant', content: [{ type: 'output_text', text: 'y' }] },
      { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' },
      { type: 'function_call_output', call_id: 'c', output: 'z' },
    ];
    assert.equal(textIn(await responseOf(await rig.post({ model: 'm', input }))), 'hi');
    assert.ok(rig.log.some((line) => line.startsWith('error history:') && line.includes('EIO')));
    await rig.stop();
  });
});

describe('a fault of the relay itself', () => {
  it('ends only the request in which it happens, completely', async () => {
    const reports: RequestReport[] = [];
    const rig = await startRig(() => streamReply(textChunks('hi')), {
      onRequest: (report) => reports.push(report),
      // The host's own fault, in a place where nobody expects one.
      onBindings: () => {
        throw new Error('fault');
      },
      keepAliveMs: 1,
    });
    for (const stream of [true, false]) {
      const failing = { ...REQUEST, stream, prompt_cache_key: `thread of ${stream}` };
      const reply = await rig.post(failing);
      if (stream) await assert.rejects(reply.text());
      else assert.equal(reply.status, 500);
      assert.equal(reports.at(-1)?.state, 'failed');
      assert.equal(reports.at(-1)?.error?.code, 'internal_error');
      // Time for several beats of a keep-alive that was forgotten.
      for (let round = 0; round < 5; round++) {
        assert.equal(textIn(await responseOf(await rig.post(REQUEST))), 'hi');
      }
      const health = (await (await fetch(`${rig.relay.url}/healthz`)).json()) as { running: number };
      assert.equal(health.running, 0);
    }
    await rig.stop();
  });
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
