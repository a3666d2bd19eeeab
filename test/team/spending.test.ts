import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { Connection } from '../../src/redis/connection.ts';
import { openSpending } from '../../src/team/spending.ts';
import { monthOf } from '../../src/usage/calendar.ts';
import type { Prices } from '../../src/usage/cost.ts';
import { connectionTo } from '../history/backends.ts';
import { recordingLogger } from '../history/support.ts';
import { type LossyNetwork, losingAnAnswerTo, REDIS_SERVER } from '../support/redis-server.ts';
import { recordWith } from '../usage/support.ts';
import { userNamed } from './support.ts';

const DOLLAR: Prices = { list: { costOf: () => 1 }, own: new Map() };
const TARGET = { upstream: 'scripted', service: 'scripted', model: 'm' };

describe('what users spend', () => {
  const own = new Map([['plan/m', { input: 1_000, output: 0 }]]);
  const CASES: [what: string, service: string, prices: Prices, isRefused: boolean][] = [
    ['a plan, which costs nothing', 'plan', { ...DOLLAR, own: new Map() }, false],
    ["a plan, at the operator's own price", 'plan', { ...DOLLAR, own }, true],
    ["a local model, at the operator's own price", 'local', { ...DOLLAR, own }, true],
    [
      'a local model, where another model has a price',
      'local',
      { ...DOLLAR, own: new Map([['x', { input: 1, output: 1 }]]) },
      false,
    ],
    ['tokens', 'scripted', DOLLAR, true],
  ];
  for (const [what, service, prices, isRefused] of CASES) {
    it(`${isRefused ? 'ends at' : 'is no matter of'} their budget: ${what}`, async () => {
      const logger = recordingLogger();
      const spending = await openSpending({ prices, connection: undefined, folder: '/nowhere', logger });
      const guard = spending.guardOf(userNamed('anna', { budget: 'day=0.5' }));
      const target = { upstream: 'plan', service, model: 'm' };
      await guard.allow(target);
      spending.add(recordWith({ ...target, user: 'anna', time: Date.now() }));
      if (isRefused) await assert.rejects(guard.allow(target), /used up/);
      else await guard.allow(target);
    });
  }
});

describe('what users spend, in a store', () => {
  const connections: Connection[] = [];
  const networks: LossyNetwork[] = [];
  before(function () {
    if (REDIS_SERVER === undefined) this.skip();
  });
  after(async () => {
    for (const connection of connections) await connection.close();
    for (const network of networks) network.close();
  });

  it('is counted once, even if it was added again because the store’s answer was lost', async () => {
    const logger = recordingLogger();
    const id = `anna-${randomUUID()}`;
    const network = await losingAnAnswerTo(`spent:{${id}}`);
    networks.push(network);
    const connection = connectionTo(network.url, logger);
    connections.push(connection);
    await connection.attempt(() => connection.client.ping(), 5_000);
    const spending = await openSpending({ prices: DOLLAR, connection, folder: '/nowhere', logger });
    const add = (user: string) =>
      spending.add(recordWith({ user, upstream: 'scripted', service: 'scripted', time: Date.now() }));
    const keyOf = (user: string) => `codex-relay:spent:{${user}}:${monthOf(Date.now())}`;
    // The server knows the script from then on, so the first thing it gets is the addition.
    add(`${id}-other`);
    while ((await connection.client.exists(keyOf(`${id}-other`))) === 0);
    add(id);
    const ping = () => connection.attempt(() => connection.client.ping(), 5_000);
    while (network.named() < 2) await ping();
    // Whatever the second attempt consists of is over then.
    for (let at = 0; at < 20; at++) await ping();
    const sums = Object.values(await connection.client.hgetall(keyOf(id)));
    assert.deepEqual(new Set(sums), new Set(['1']));
    await assert.doesNotReject(spending.guardOf(userNamed(id, { budget: 'day=1.5' })).allow(TARGET));
    await assert.rejects(spending.guardOf(userNamed(id, { budget: 'day=1' })).allow(TARGET), /used up/);
  });
});
