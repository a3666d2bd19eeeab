import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { type AddressInfo, connect, createServer } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { type Connection, READ_PATIENCE_MS } from '../../src/redis/connection.ts';
import { connectionTo } from '../history/backends.ts';
import { recordingLogger } from '../history/support.ts';
import { losingAnAnswerTo, REDIS_SERVER, sharedRedis } from '../support/redis-server.ts';

describe('a connection to the store', () => {
  const closing: { close(): unknown }[] = [];
  before(function () {
    if (REDIS_SERVER === undefined) this.skip();
  });
  after(async () => {
    for (const one of closing) await one.close();
  });

  async function open(url: string): Promise<Connection> {
    const connection = connectionTo(url, recordingLogger());
    closing.push(connection);
    await connection.attempt(() => connection.client.ping(), 5_000);
    return connection;
  }

  it('that breaks during a call repeats the call, within its patience', async () => {
    const key = `test:${randomUUID()}`;
    const network = await losingAnAnswerTo(key);
    closing.push(network);
    const connection = await open(network.url);
    const get = () => connection.client.get(key);
    assert.equal(await connection.attempt(get, READ_PATIENCE_MS), null);
    assert.equal(network.named(), 2);
  });

  it('to a store that hangs is given up, so that the next call fails at once', async () => {
    const store = await sharedRedis();
    let isHanging = false;
    const network = createServer((near) => {
      const far = connect(store.port, '127.0.0.1');
      near.pipe(far);
      far.on('data', (data) => isHanging || near.write(data));
      for (const socket of [near, far]) socket.on('error', () => [near, far].map((one) => one.destroy()));
    });
    closing.push(network);
    await new Promise<void>((resolve) => network.listen(0, '127.0.0.1', resolve));
    const connection = await open(`redis://127.0.0.1:${(network.address() as AddressInfo).port}`);
    isHanging = true;
    const get = () => connection.attempt(() => connection.client.get('test:any'), 0);
    await assert.rejects(get(), { code: 'store_unavailable' });
    while (connection.isUp) await setImmediate();
    await assert.rejects(get(), { code: 'store_unavailable', message: /Socket timeout/ });
    isHanging = false;
    while (!connection.isUp) await setImmediate();
    assert.equal(await get(), null);
  });
});
