/** When upstreams are asked for their lists. */
import assert from 'node:assert/strict';
import { start } from '../../../src/index.ts';
import { startScriptedUpstream, streamReply, textChunks } from '../../support/scripted-upstream.ts';

describe('the lists of upstreams', () => {
  it('are asked for where they are not known, and again for those that are named', async () => {
    const one = await startScriptedUpstream(() => streamReply(textChunks('OK')), ['one-model']);
    const two = await startScriptedUpstream(() => streamReply(textChunks('OK')), ['two-model']);
    const relay = await start({
      port: 0,
      upstreams: [
        { id: 'one', upstream: one.url },
        { id: 'two', upstream: two.url },
        { id: 'gone', upstream: 'http://127.0.0.1:9/v1' },
      ],
    });
    const listed = () => relay.catalog().map((served) => served.listed?.map(({ id }) => id));
    await relay.learnModels(['one', 'two']);
    assert.deepEqual(listed(), [['one-model'], ['two-model'], undefined]);
    const before = [one.modelRequests, two.modelRequests];
    await relay.learnModels(['two']);
    assert.deepEqual([one.modelRequests, two.modelRequests], [before[0], (before[1] ?? 0) + 1]);
    await relay.stop();
    await one.stop();
    await two.stop();
  });
});
