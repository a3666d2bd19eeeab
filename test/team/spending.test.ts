import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { connect, createServer, type Server } from 'node:net';
import type { Connection } from '../../src/redis/connection.ts';
import { openSpending } from '../../src/team/spending.ts';
import { monthOf } from '../../src/usage/calendar.ts';
import type { Prices } from '../../src/usage/cost.ts';
import { connectionTo } from '../history/backends.ts';
import { recordingLogger } from '../history/support.ts';
import { freePort, REDIS_SERVER, sharedRedis } from '../support/redis-server.ts';
import { recordWith } from '../usage/support.ts';
import { userNamed } from './support.ts';

const DOLLAR: Prices = { list: { costOf: () => 1 }, own: new Map() };
const TARGET = { upstream: 'scripted', service: 'scripted', model: 'm' };

describe('what users spend, in a store', () => {
  const connections: Connection[] = [];
  const servers: Server[] = [];
  before(function () {
    if (REDIS_SERVER === undefined) this.skip();
  });
  after(async () => {
    for (const connection of connections) await connection.close();
    for (const server of servers) server.close();
  });

  /** The store, behind a network that loses the first answer to whoever names this text. */
  async function storeThatLosesAnAnswerTo(text: string): Promise<{ url: string; named: () => number }> {
    const store = await sharedRedis();
    let named = 0;
    const server = createServer((near) => {
      const far = connect(store.port, '127.0.0.1');
      let isMarked = false;
      near.on('data', (data) => {
        if (data.includes(text)) named++;
        isMarked ||= data.includes(text) && named === 1;
        far.write(data);
      });
      far.on('data', (data) => {
        if (isMarked) near.destroy();
        else near.write(data);
      });
      for (const socket of [near, far]) {
        socket.on('error', () => {});
        socket.on('close', () => [near, far].map((one) => one.destroy()));
      }
    });
    servers.push(server);
    const port = await freePort();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    return { url: `redis://127.0.0.1:${port}`, named: () => named };
  }

  it('is counted once, though the store was asked again because its answer was lost', async () => {
    const logger = recordingLogger();
    const id = `anna-${randomUUID()}`;
    const { url, named } = await storeThatLosesAnAnswerTo(`spent:{${id}}`);
    const connection = connectionTo(url, logger);
    connections.push(connection);
    await connection.attempt(() => connection.client.ping(), 5_000);
    const spending = await openSpending({ prices: DOLLAR, connection, folder: '/nowhere', logger });
    const record = recordWith({ user: id, upstream: 'scripted', service: 'scripted', time: Date.now() });
    spending.add(record);
    const ping = () => connection.attempt(() => connection.client.ping(), 5_000);
    while (named() < 2) await ping();
    // Whatever the second attempt consists of is over then.
    for (let at = 0; at < 20; at++) await ping();
    const key = `codex-relay:spent:{${id}}:${monthOf(Date.now())}`;
    const sums = Object.values(await connection.client.hgetall(key));
    assert.deepEqual(new Set(sums), new Set(['1']));
    await assert.doesNotReject(spending.guardOf(userNamed(id, { budget: 'day=1.5' })).allow(TARGET));
    await assert.rejects(spending.guardOf(userNamed(id, { budget: 'day=1' })).allow(TARGET), /used up/);
  });
});
