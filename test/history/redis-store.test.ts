/** What a shared store promises beyond the contract of all: many writers, one truth, and clear errors while it is away. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { RelayError } from '../../src/errors.ts';
import { RedisHistory } from '../../src/history/redis/redis-store.ts';
import { DEFAULT_HISTORY_LIMITS, type HistoryLimits } from '../../src/history/store.ts';
import { type Connection, READ_PATIENCE_MS } from '../../src/redis/connection.ts';
import { losingAnAnswerTo, REDIS_SERVER, sharedRedis, startRedis } from '../support/redis-server.ts';
import { AS_CODEX, errorOf, responseOf, startRig } from '../support/relay-client.ts';
import { streamReply, textChunks } from '../support/scripted-upstream.ts';
import { connectionTo } from './backends.ts';
import { itemsOf, reasoningOf, recordingLogger, turnOf, wholeTurnOf } from './support.ts';

const logger = recordingLogger();

describe('a history that relays share', function () {
  this.timeout(60_000);
  const connections: Connection[] = [];

  before(function () {
    if (REDIS_SERVER === undefined) this.skip();
  });
  after(async () => {
    for (const connection of connections) await connection.close();
  });

  async function relays(count: number, limits: Partial<HistoryLimits> = {}, name = `test:{${randomUUID()}}`) {
    const { url } = await sharedRedis();
    return Array.from({ length: count }, () => {
      const connection = connectionTo(url, logger);
      connections.push(connection);
      return new RedisHistory({ connection, name, limits: { ...DEFAULT_HISTORY_LIMITS, ...limits }, logger });
    });
  }

  it('is the same for all of them at once, even for a relay that has read it before', async () => {
    const [one, other] = await relays(2);
    assert.ok(one && other);
    const turns = Array.from({ length: 12 }, (_, at) =>
      turnOf(`resp_${at}`, at === 0 ? null : `resp_${at - 1}`),
    );
    for (const [at, turn] of turns.entries()) {
      const writer = at % 2 === 0 ? one : other;
      const reader: RedisHistory = at % 2 === 0 ? other : one;
      await writer.record(turn);
      assert.deepEqual(await reader.conversation(turn.response.id), itemsOf(...turns.slice(0, at + 1)));
    }
    assert.equal(await other.delete('resp_5'), true);
    assert.equal(await one.conversation('resp_11'), undefined);
    assert.deepEqual(await one.conversation('resp_4'), itemsOf(...turns.slice(0, 5)));
    const input = turns[7]?.input[0]?.id ?? '';
    assert.deepEqual(await one.item(input, undefined), turns[7]?.input[0]);
    await other.retainReasoning({
      responseId: 'r',
      callIds: ['c'],
      fingerprint: 'f',
      reasoning: reasoningOf('hm'),
    });
    assert.deepEqual(await one.reasoningByCallId('c'), reasoningOf('hm'));
  });

  it('of one name has nothing of another', async () => {
    const [[anna], [ben]] = await Promise.all([relays(1), relays(1)]);
    assert.ok(anna && ben);
    await anna.record(turnOf('resp_a'));
    await anna.retainReasoning({
      responseId: 'resp_a',
      callIds: ['c'],
      fingerprint: 'f',
      reasoning: reasoningOf('x'),
    });
    assert.equal(await ben.conversation('resp_a'), undefined);
    assert.equal(await ben.exchange('resp_a'), undefined);
    assert.equal(await ben.item('in_resp_a', 'resp_a'), undefined);
    assert.equal(await ben.reasoningByFingerprint('f'), undefined);
    assert.equal(await ben.delete('resp_a'), false);
    await ben.clear();
    assert.ok(await anna.conversation('resp_a'));
  });

  it('stays whole while many write, repeat and delete the same', async () => {
    const stores = await relays(4);
    const random = (count: number) => Math.floor(Math.random() * count);
    const turns = [wholeTurnOf('resp_0', [], 5_000)];
    const deleted = new Set<string>();
    await stores[0]?.record(turns[0] ?? assert.fail());
    const work = stores.map(async (store, who) => {
      for (let at = 1; at <= 40; at++) {
        const base = turns[random(turns.length)] ?? assert.fail();
        const turn = wholeTurnOf(`resp_${who}_${at}`, itemsOf(base), 5_000);
        if (JSON.stringify(turn).length < 60_000) {
          await store.record(turn);
          turns.push(turn);
        }
        if (at % 4 === 0) {
          const { id } = (turns[random(turns.length)] ?? assert.fail()).response;
          deleted.add(id);
          await store.delete(id);
        }
      }
    });
    await Promise.all(work);
    const left = turns.filter(({ response }) => !deleted.has(response.id));
    assert.ok(left.length > 50);
    for (const turn of left) {
      assert.deepEqual(await stores[1]?.exchange(turn.response.id), turn);
      assert.deepEqual(await stores[2]?.conversation(turn.response.id), itemsOf(turn));
    }
    for (const id of deleted) assert.equal(await stores[3]?.exchange(id), undefined);
  });

  it('reports a deletion even if it had to be repeated because its answer was lost', async () => {
    const name = `test:{${randomUUID()}}`;
    const [store] = await relays(1, {}, name);
    await store?.record(turnOf('resp_a'));
    // The server knows the script from then on, so the first thing it gets is the deletion.
    assert.equal(await store?.delete('resp_none'), false);
    const network = await losingAnAnswerTo('sessions/resp_a.json');
    const connection = connectionTo(network.url, logger);
    connections.push(connection);
    const lossy = new RedisHistory({ connection, name, limits: DEFAULT_HISTORY_LIMITS, logger });
    assert.equal(await lossy.delete('resp_a'), true);
    assert.ok(network.named() >= 2);
    assert.equal(await store?.conversation('resp_a'), undefined);
    assert.equal(await lossy.delete('resp_a'), false);
    network.close();
  });

  it('keeps to its limits whoever writes', async () => {
    const stores = await relays(3, { maxSessions: 20 });
    const ids = Array.from({ length: 120 }, (_, at) => `resp_${at}`);
    await Promise.all(ids.map((id, at) => stores[at % 3]?.record(turnOf(id))));
    const found = await Promise.all(ids.map((id) => stores[0]?.exchange(id)));
    assert.equal(found.filter((turn) => turn !== undefined).length, 20);
  });

  it('skips what is damaged, and says so', async () => {
    const name = `test:{${randomUUID()}}`;
    const [store] = await relays(1, {}, name);
    assert.ok(store);
    await store.record(turnOf('resp_a'));
    const client = connections.at(-1)?.client ?? assert.fail();
    await client.hset(`${name}:r:sessions/resp_a.json`, 'text', 'xxxxdamaged');
    const [fresh] = await relays(1, {}, name);
    assert.equal(await fresh?.conversation('resp_a'), undefined);
    assert.equal(await fresh?.exchange('resp_a'), undefined);
    assert.ok(logger.lines.some((line) => line.includes('sessions/resp_a.json is damaged')));
  });

  it('leaves nothing behind when it is cleared or has expired', async () => {
    const name = `test:{${randomUUID()}}`;
    const [store] = await relays(1, { ttlHours: 1e-7 }, name);
    assert.ok(store);
    const client = connections.at(-1)?.client ?? assert.fail();
    for (let at = 0; at < 5; at++) {
      await store.record(turnOf(`resp_${at}`, at === 0 ? null : `resp_${at - 1}`));
      await store.retainReasoning({
        responseId: `resp_${at}`,
        callIds: [`c${at}`],
        fingerprint: `f${at}`,
        reasoning: reasoningOf('x'),
      });
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
    assert.equal(await store.trim(), 0);
    assert.deepEqual(await client.keys(`${name}:*`), [`${name}:totals`]);
  });
});

describe('a store that is a cluster', function () {
  this.timeout(60_000);

  it('holds histories like any other', async function () {
    if (REDIS_SERVER === undefined) this.skip();
    const server = await startRedis(['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1']);
    const admin = connectionTo(server.url, logger);
    await admin.attempt(() => admin.client.call('CLUSTER', ['ADDSLOTSRANGE', '0', '16383']), 5_000);
    await admin.attempt(() => admin.client.set('probe', '1'), 10_000);
    const connection = connectionTo(server.url.replace('redis:', 'redis+cluster:'), logger);
    try {
      for (const name of ['test:{anna}', 'test:{ben}']) {
        const store = new RedisHistory({ connection, name, limits: DEFAULT_HISTORY_LIMITS, logger });
        const turns = [turnOf('resp_a'), turnOf('resp_b', 'resp_a')];
        for (const turn of turns) await store.record(turn);
        assert.deepEqual(await store.conversation('resp_b'), itemsOf(...turns));
        assert.equal(await store.delete('resp_a'), true);
        await store.clear();
      }
    } finally {
      await connection.close();
      await admin.close();
      await server.remove();
    }
  });
});

describe('a store that is away', function () {
  this.timeout(60_000);

  before(function () {
    if (REDIS_SERVER === undefined) this.skip();
  });

  it('keeps what was acknowledged across a kill, and delays only those who need it', async () => {
    const server = await startRedis();
    const connection = connectionTo(server.url, logger);
    const history = new RedisHistory({
      connection,
      name: 'test:{away}',
      limits: DEFAULT_HISTORY_LIMITS,
      logger,
    });
    const rig = await startRig(() => streamReply(textChunks('hi')), { history });
    try {
      const first = await responseOf(await rig.post({ model: 'm', input: 'one' }));
      assert.equal(first.store, true);
      await server.stop('SIGKILL');

      const codex = await rig.post({ model: 'm', input: 'go on', store: false }, AS_CODEX);
      assert.equal(codex.status, 200);
      const next = { model: 'm', input: 'two', previous_response_id: first.id };
      const refused = await rig.post(next);
      assert.equal(refused.status, 503);
      assert.equal(refused.headers.get('retry-after'), '1');
      const { code, message } = await errorOf(refused);
      assert.equal(code, 'store_unavailable');
      assert.match(
        message,
        /^The relay's store \(127\.0\.0\.1:\d+\) does not answer, and this request needs it/,
      );

      // What ends while the store is away is kept when it comes back.
      const waiting = rig.post({ model: 'm', input: 'three' });
      // Longer than anything waits that is only read.
      await sleep(2 * READ_PATIENCE_MS);
      await server.start();
      const kept = await responseOf(await waiting);
      assert.equal(kept.store, true);
      assert.equal((await rig.post({ ...next, previous_response_id: kept.id })).status, 200);
      assert.equal((await rig.post(next)).status, 200);
    } finally {
      await rig.stop();
      await connection.close();
      await server.remove();
    }
  });

  it('lets a response say that it was not stored', async () => {
    const history = {
      ...(await emptyHistory()),
      record: () => Promise.reject(new RelayError('store_unavailable', 'away')),
    };
    const rig = await startRig(() => streamReply(textChunks('hi')), { history });
    try {
      assert.equal((await responseOf(await rig.post({ model: 'm', input: 'x' }))).store, false);
      const stream = await (await rig.post({ model: 'm', input: 'x', stream: true })).text();
      assert.match(stream, /"type":"response.completed".*"store":false/);
    } finally {
      await rig.stop();
    }
  });
});

async function emptyHistory() {
  return {
    hasReasoning: false,
    conversation: async () => undefined,
    exchange: async () => undefined,
    item: async () => undefined,
    delete: async () => false,
    retainReasoning: async () => {},
    reasoningByCallId: async () => undefined,
    reasoningByFingerprint: async () => undefined,
    clear: async () => {},
    close: async () => {},
  };
}
