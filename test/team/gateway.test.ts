/**
 * What a team relies on: whatever is killed, an acknowledged answer can be continued, nobody sees another's, and
 * limits hold over all relays together.
 */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { ResponseResource } from '../../src/wire/responses.ts';
import { NGINX } from '../support/balancer.ts';
import { REDIS_SERVER, type RedisServer, startRedis, startSentinel } from '../support/redis-server.ts';
import { textIn } from '../support/relay-client.ts';
import { ask, askUntilAnswered, type Gateway, startGateway } from './gateway.ts';

const THREADS = 300;
const TURNS = 4;
const USERS = ['anna', 'ben', 'carla'];

interface Thread {
  user: string;
  token: string;
  name: string;
  answers: ResponseResource[];
}

/** One more turn of a thread. The answer says how much of it the model was sent. */
async function continueThread(url: string, thread: Thread): Promise<void> {
  const { token, name, answers } = thread;
  const previous = answers.at(-1)?.id;
  const response = await askUntilAnswered(url, { token, input: `${name} says ${answers.length}`, previous });
  assert.equal(textIn(response), `${2 * answers.length + 1} ${name} says 0`);
  // What was not kept is not said to be.
  if (response.store) answers.push(response);
}

describe('three relays behind nginx', function () {
  this.timeout(300_000);
  let servers: RedisServer[] = [];
  let gateway: Gateway;
  const tokens = new Map<string, string>();

  before(async function () {
    const isPossible = REDIS_SERVER !== undefined && NGINX !== undefined && existsSync('dist/cli.js');
    if (!isPossible) {
      this.skip();
    }
    const quick = ['--repl-diskless-sync-delay', '0'];
    const master = await startRedis(quick);
    const replica = await startRedis([...quick, '--replicaof', '127.0.0.1', `${master.port}`]);
    const sentinel = await startSentinel(master);
    servers = [master, replica, sentinel];
    while (!(await isReplicated(master))) await sleep(50);
    gateway = await startGateway(`redis+sentinel://127.0.0.1:${sentinel.port}/team`);
    for (const user of USERS) tokens.set(user, await gateway.addUser(user));
  });
  after(async () => {
    await gateway?.stop();
    for (const server of servers) await server.remove();
  });

  it(`lose none of ${THREADS} threads while relays are killed and the store fails over`, async () => {
    const threads = Array.from({ length: THREADS }, (_, at): Thread => {
      const user = USERS[at % USERS.length] ?? '';
      return { user, token: tokens.get(user) ?? '', name: `thread ${at} of ${user}`, answers: [] };
    });
    let isOver = false;
    const trouble = makeTrouble(() => isOver);
    const turns = threads.map(async (thread, at) => {
      await sleep(20 * at);
      while (thread.answers.length < TURNS) {
        await continueThread(gateway.url, thread);
        await sleep(Math.random() * 2_000);
      }
    });
    await Promise.all(turns);
    isOver = true;
    const made = await trouble;
    process.stdout.write(
      `      ${made.kills} relays killed, ${made.restarts} restarts and ${made.failovers} failovers of the store\n`,
    );
    assert.ok(made.kills > 0 && made.failovers > 0);
    // All that was acknowledged, not only the last, can be continued by its user and by nobody else.
    for (const { token, name, user, answers } of threads) {
      const [first] = answers;
      const stranger = tokens.get(USERS[(USERS.indexOf(user) + 1) % USERS.length] ?? '') ?? '';
      const again = await askUntilAnswered(gateway.url, { token, input: 'fork', previous: first?.id });
      assert.equal(textIn(again), `3 ${name} says 0`);
      const refused = await ask(gateway.url, { token: stranger, input: 'x', previous: first?.id });
      assert.equal(refused?.status, 400);
      assert.match((await refused?.text()) ?? '', /previous_response_not_found/);
    }
  });

  /** The master according to the Sentinel. */
  async function masterNow(): Promise<RedisServer> {
    const client = new Redis({ port: servers[2]?.port ?? 0, protocol: 2 });
    const said = String(await client.call('SENTINEL', ['get-master-addr-by-name', 'team']));
    client.disconnect();
    return servers.find(({ port }) => said.endsWith(`,${port}`)) ?? assert.fail(said);
  }

  /** The master, once it has a replica: the Sentinel may still make another one master after a restart. */
  async function replicatedMaster(): Promise<RedisServer> {
    for (;;) {
      const master = await masterNow();
      if (await isReplicated(master)) return master;
      await sleep(50);
    }
  }

  /** Kills relays at random, and the store's master: at once, and then whenever it has a replica. */
  async function makeTrouble(
    isOver: () => boolean,
  ): Promise<{ kills: number; restarts: number; failovers: number }> {
    const made = { kills: 0, restarts: 0, failovers: 0 };
    const relays = async () => {
      while (!isOver()) {
        await sleep(500 + Math.random() * 1_500);
        await gateway.restart(Math.floor(Math.random() * 3), made.kills % 3 === 2 ? 'SIGTERM' : 'SIGKILL');
        made.kills += 1;
      }
    };
    const store = async () => {
      await sleep(3_000);
      // Back before the Sentinel misses it, or not: both must work.
      const restarted = await masterNow();
      await restarted.stop('SIGKILL');
      await restarted.start();
      made.restarts += 1;
      for (let round = 0; round < 2 && !isOver(); round++) {
        await sleep(1_500);
        const old = await replicatedMaster();
        const next = servers.slice(0, 2).find((server) => server !== old) ?? assert.fail();
        // Relays have seen that there is a replica, and wait for it.
        await sleep(1_500);
        await old.stop('SIGKILL');
        // Before the Sentinel itself has switched, the old master would be taken for the master once more.
        while ((await masterNow()) !== next) await sleep(50);
        made.failovers += 1;
        await old.start();
      }
    };
    await Promise.all([relays(), store()]);
    return made;
  }

  it('admit exactly the user’s requests in a minute', async () => {
    const limit = 100;
    const token = await gateway.addUser('dora', '--requests-per-minute', `${limit}`);
    const replies = await burst(() => ask(gateway.url, { token, input: 'hello' }), 3 * limit);
    const byStatus = Map.groupBy(replies, (reply) => reply?.status);
    const counts = [...byStatus].map(([status, all]) => `${all.length} x ${status}`).toSorted();
    assert.deepEqual(counts, [`${limit} x 200`, `${2 * limit} x 429`]);
    const [refused] = byStatus.get(429) ?? [];
    assert.match((await refused?.text()) ?? '', /dora has used up the 100 requests a minute/);
    assert.ok(Number(refused?.headers.get('retry-after')) <= 60);
  });

  it('admit the user’s tokens in a minute, to within two per cent', async () => {
    const limit = 10_000;
    const token = await gateway.addUser('emil', '--tokens-per-minute', `${limit}`);
    let used = 0;
    const startedAt = performance.now();
    const worker = async () => {
      // Nothing more is let in long before the minute is over.
      while (performance.now() - startedAt < 12_000) {
        const reply = await ask(gateway.url, { token, input: 'hello' });
        if (reply?.status === 200)
          used += ((await reply.json()) as ResponseResource).usage?.total_tokens ?? 0;
        else await sleep(100);
      }
    };
    await Promise.all(Array.from({ length: 12 }, worker));
    process.stdout.write(`      ${used} of ${limit} tokens\n`);
    assert.ok(used >= 0.98 * limit && used <= 1.02 * limit, `${used}`);
  });
});

async function burst<T>(work: () => Promise<T>, count: number): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, work));
}

/** Whether a replica of the server has all that it has; one that does not answer has none. */
async function isReplicated(server: RedisServer): Promise<boolean> {
  const client = new Redis({ port: server.port, protocol: 2, retryStrategy: () => null });
  client.on('error', () => {});
  try {
    return /^slave0:.*state=online/m.test(await client.info('replication'));
  } catch {
    return false;
  } finally {
    client.disconnect();
  }
}
