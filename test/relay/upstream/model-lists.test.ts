/** When upstreams are asked for their lists. */
import assert from 'node:assert/strict';
import { start } from '../../../src/index.ts';
import { responseOf, textIn } from '../../support/relay-client.ts';
import { startScriptedUpstream, streamReply, textChunks } from '../../support/scripted-upstream.ts';

describe('the lists of upstreams', () => {
  it('are requested if they are not known, and again if they are named', async () => {
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

  it('delay neither the start nor a request that names a model, even if they never come', async () => {
    const never = new Promise(() => {});
    const hanging = await startScriptedUpstream(
      () => streamReply(textChunks('from the hanging one')),
      [],
      ({ path }) => (path.endsWith('/models') ? { body: [never] } : undefined),
    );
    const empty = await startScriptedUpstream(() => streamReply(textChunks('from the empty one')), []);
    const relay = await start({
      port: 0,
      upstreams: [
        { id: 'hanging', upstream: hanging.url, apiKey: 'k', model: 'chosen' },
        { id: 'empty', upstream: empty.url, apiKey: 'k' },
      ],
    });
    const ask = async (model: string) => {
      const reply = await fetch(`${relay.url}/v1/responses`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ model, input: 'hi' }),
      });
      return textIn(await responseOf(reply));
    };
    assert.equal(await ask('codex-relay'), 'from the hanging one');
    assert.equal(await ask('hanging/any'), 'from the hanging one');
    assert.equal(await ask('empty/any'), 'from the empty one');
    assert.deepEqual(
      relay.catalog().map(({ listed }) => listed),
      [undefined, []],
    );
    await relay.stop();
    await hanging.stop();
    await empty.stop();
  });
});
