import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { Connection } from '../../src/redis/connection.ts';
import { usersInStore } from '../../src/team/users-in-store.ts';
import { connectionTo } from '../history/backends.ts';
import { recordingLogger } from '../history/support.ts';
import { losingAnAnswerTo, REDIS_SERVER, sharedRedis } from '../support/redis-server.ts';
import { userNamed } from './support.ts';

describe('users in a store', () => {
  const closing: { close(): unknown }[] = [];
  before(function () {
    if (REDIS_SERVER === undefined) this.skip();
  });
  after(async () => {
    for (const one of closing) await one.close();
  });

  async function connect(url: string): Promise<Connection> {
    const connection = connectionTo(url, recordingLogger());
    closing.push(connection);
    await connection.attempt(() => connection.client.ping(), 5_000);
    return connection;
  }

  it('are said to be removed where they were, though the answer to that was lost, and else not', async () => {
    const [id, other] = [`anna-${randomUUID()}`, `ben-${randomUUID()}`];
    const direct = usersInStore(await connect((await sharedRedis()).url));
    for (const name of [id, other]) await direct.put(userNamed(name));
    // The server knows the script from then on, so that the removal itself is what is sent first.
    assert.equal(await direct.remove(other), true);
    assert.equal(await direct.remove(other), false);
    const network = await losingAnAnswerTo(id);
    closing.push(network);
    const lossy = usersInStore(await connect(network.url));
    assert.equal(await lossy.remove(id), true);
    assert.ok(network.named() >= 2, 'it was asked again');
    assert.equal(await lossy.remove(id), false);
    const names = (await direct.read()).map((user) => user.id);
    assert.ok(!names.includes(id) && !names.includes(other));
  });
});
