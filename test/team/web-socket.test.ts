/** A WebSocket stays open for hours, so rights are checked for every request on it. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { asObject } from '../../src/json.ts';
import { startRig } from '../support/relay-client.ts';
import { streamReply, textChunks, usageChunk } from '../support/scripted-upstream.ts';
import { openSocket } from '../support/socket-client.ts';
import { as, sourceOf, userNamed, usersOf } from './support.ts';

const ask = { model: 'small', input: 'x' };

describe('a WebSocket of a user', () => {
  it('is opened by the token, sees nothing of others, and follows each change of rights', async () => {
    const records = [userNamed('anna', { models: ['scripted/small'] }), userNamed('ben')];
    const { users } = await usersOf(sourceOf(records));
    const script = () => streamReply(textChunks('hi'), usageChunk(60, 40));
    const options = { users, webSocket: true, id: 'scripted', apiKey: 'provider-key' };
    const rig = await startRig(script, options, ['small', 'large']);
    const { url } = rig.relay;
    await assert.rejects(openSocket(url, as('nobody')), /Unexpected server response: 401/);

    const [anna, ben] = [await openSocket(url, as('anna')), await openSocket(url, as('ben'))];
    const done = (await anna.ask(ask)).at(-1);
    assert.equal(done?.type, 'response.completed');
    const id = asObject(done?.['response'])?.['id'];
    assert.equal((await anna.ask({ ...ask, previous_response_id: id })).at(-1)?.type, 'response.completed');
    const refused = (await ben.ask({ ...ask, previous_response_id: id })).at(-1);
    assert.equal(asObject(refused?.['error'])?.['code'], 'previous_response_not_found');

    const forbidden = (await anna.ask({ ...ask, model: 'large' })).at(-1);
    assert.equal(asObject(forbidden?.['error'])?.['code'], 'forbidden');
    records[0] = userNamed('anna', { models: ['*'] });
    await users.look();
    assert.equal((await anna.ask({ ...ask, model: 'large' })).at(-1)?.type, 'response.completed');

    records.shift();
    await users.look();
    const before = rig.upstream.chats.length;
    const revoked = (await anna.ask(ask)).at(-1);
    assert.equal(asObject(revoked?.['error'])?.['code'], 'unauthorized');
    assert.equal(rig.upstream.chats.length, before);
    await rig.stop();
  });

  it('takes nothing new once the relay is stopping, and ends with its running answer', async () => {
    const hold = Promise.withResolvers<void>();
    const rig = await startRig(() => streamReply(textChunks('hi'), hold.promise), { webSocket: true });
    const idle = await openSocket(rig.relay.url);
    const busy = await openSocket(rig.relay.url);
    const answer = busy.ask(ask);
    await busy.next('response.created');
    const stopped = rig.relay.stop({ drainMs: 20_000 });
    assert.equal(await idle.closed, 1001);
    await sleep(20);
    hold.resolve();
    await answer.catch(() => undefined);
    assert.equal(busy.frames.at(-1)?.type, 'response.completed');
    assert.equal(await busy.closed, 1001);
    await stopped;
    await rig.upstream.stop();
  });
});
