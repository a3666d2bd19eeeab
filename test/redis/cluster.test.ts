/** A store that is a cluster: whatever relays keep lies on one of its nodes, and nodes come and go. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import tls from 'node:tls';
import { RedisHistories } from '../../src/history/redis/histories.ts';
import { DEFAULT_HISTORY_LIMITS } from '../../src/history/store.ts';
import { type Connection, READ_PATIENCE_MS, scriptOf } from '../../src/redis/connection.ts';
import { limitsFor } from '../../src/team/limits.ts';
import { shareRouting } from '../../src/team/shared-routing.ts';
import { openSpending } from '../../src/team/spending.ts';
import { usersInStore } from '../../src/team/users-in-store.ts';
import { connectionTo } from '../history/backends.ts';
import { itemsOf, recordingLogger, turnOf } from '../history/support.ts';
import { type Certificate, HAS_OPENSSL, makeCertificate } from '../support/certificate.ts';
import { freePort } from '../support/ports.ts';
import { replicate, startCluster, startClusterNode } from '../support/redis-cluster.ts';
import { type RedisServer, STORE_SERVERS, sharedRedis } from '../support/redis-server.ts';
import { userNamed } from '../team/support.ts';
import { recordWith } from '../usage/support.ts';

/** More than enough for each of three nodes to have some. */
const NAMES = Array.from({ length: 12 }, (_, at) => `user-${at}`);

// One of them is enough: what is special about clusters is in the client library. It takes a while.
for (const [scheme] of STORE_SERVERS.slice(-1)) {
  describe(`a ${scheme} that is a cluster of three`, function () {
    this.timeout(60_000);
    const logger = recordingLogger();
    const connections: Connection[] = [];
    let certificate: Certificate | undefined;
    let nodes: RedisServer[] = [];
    let tlsPorts: number[] = [];
    before(async () => {
      if (HAS_OPENSSL) certificate = await makeCertificate(['localhost']);
      tlsPorts = [await freePort(), await freePort(), await freePort()];
      nodes = await startCluster(scheme, (index) => linesOf(tlsPorts[index] ?? 0, certificate));
    });
    afterEach(async () => {
      for (const connection of connections.splice(0)) await connection.close();
    });
    after(async () => {
      for (const node of nodes) await node.remove();
      certificate?.[Symbol.dispose]();
    });

    async function open(url = `${scheme}+cluster://127.0.0.1:${nodes[0]?.port}`): Promise<Connection> {
      const connection = connectionTo(url, logger);
      connections.push(connection);
      await connection.attempt(() => connection.client.ping(), 20_000);
      return connection;
    }
    const historiesOn = (connection: Connection) =>
      new RedisHistories({ connection, limits: DEFAULT_HISTORY_LIMITS, logger });

    it('keeps histories, users, limits and spending, wherever each lies', async () => {
      const [one, other] = [await open(), await open()];
      const [histories, elsewhere] = [historiesOn(one), historiesOn(other)];
      const users = usersInStore(one);
      const prices = { list: { costOf: () => 1 }, own: new Map() };
      const spending = await openSpending({ prices, connection: one, folder: '/nowhere', logger });
      const shared = await openSpending({ prices, connection: other, folder: '/nowhere', logger });
      for (const name of NAMES) {
        const turns = [turnOf('resp_a'), turnOf('resp_b', 'resp_a')];
        for (const turn of turns) assert.equal(await histories.open(name).record(turn), true);
        assert.deepEqual(await elsewhere.open(name).conversation('resp_b'), itemsOf(...turns));
        assert.equal(await elsewhere.open(name).delete('resp_a'), true);
        const user = userNamed(name, { requestsPerMinute: 2, tokensPerMinute: 1_000, budget: 'day=1' });
        spending.add(recordWith({ user: name, upstream: 'a', service: 'a', time: Date.now() }));
        await users.put(user);
        for (const connection of [one, other]) await limitsFor(user, connection).admit(() => 1, 1);
        const refused = limitsFor(user, one).admit(() => 1, 1);
        await assert.rejects(refused, { code: 'rate_limit_exceeded' });
        const allow = () => shared.guardOf(user).allow({ upstream: 'a', service: 'a', model: 'm' });
        let isAllowed = true;
        while (isAllowed)
          isAllowed = await allow().then(
            () => sleep(10, true),
            () => false,
          );
        assert.equal(await users.remove(name), true);
      }
      assert.deepEqual(await users.read(), []);
      for (const each of [histories, elsewhere]) each.close();
      assert.deepEqual(logger.lines, []);
    });

    it('carries what relays tell each other, by whichever node', async () => {
      const [one, other] = [shareRouting(await open(), logger), shareRouting(await open(), logger)];
      const learned: string[] = [];
      other.listen(({ kind }) => void learned.push(kind));
      for (; learned.length === 0; await sleep(10)) one.tell({ kind: 'reset' });
      for (const thread of NAMES) {
        const binding = { upstream: 'a', model: 'm', key: 0 };
        one.tell({ kind: 'binding', thread, binding });
        while ((await other.bindingOf(thread)) === undefined) await sleep(10);
        assert.deepEqual(await other.bindingOf(thread), binding);
      }
    });

    it('speaks TLS by the names that its nodes announce', async function () {
      if (certificate === undefined) this.skip();
      const url = `${scheme}s+cluster://localhost:${tlsPorts[0]}`;
      const trusted = tls.getCACertificates('default');
      const { lines, ...strangers } = recordingLogger();
      const stranger = connectionTo(url, strangers);
      connections.push(stranger);
      while (lines.length === 0) await sleep(10);
      const refused = stranger.attempt(() => stranger.client.ping(), 0);
      await assert.rejects(refused, { message: /not trusted here: set NODE_EXTRA_CA_CERTS/ });
      tls.setDefaultCACertificates([...trusted, certificate.cert]);
      try {
        const connection = await open(url);
        for (const name of NAMES) await connection.attempt(() => connection.client.set(name, '1'), 0);
      } finally {
        tls.setDefaultCACertificates(trusted);
      }
    });

    const OTHERS: [what: string, url: () => Promise<string>, why: RegExp][] = [
      [
        'a node of a cluster that is taken for a server',
        async () => `${scheme}://127.0.0.1:${nodes[0]?.port}`,
        /it is a node of a cluster, so its address must begin with redis\+cluster:/,
      ],
      [
        'a server that is taken for a cluster',
        async () => (await sharedRedis(scheme)).url.replace('://', '+cluster://'),
        /it is no cluster, so its address must begin with redis:/,
      ],
      [
        'a server that is taken for a Sentinel',
        async () => `${(await sharedRedis(scheme)).url.replace('://', '+sentinel://')}/team`,
        /it is no Sentinel, and its address must name those/,
      ],
    ];
    for (const [what, url, why] of OTHERS) {
      it(`is not confused with other kinds of stores: ${what}`, async () => {
        const connection = connectionTo(await url(), recordingLogger());
        connections.push(connection);
        // On three nodes, at most a third of these is where it was looked for.
        const set = () => Promise.all(NAMES.map((name) => connection.client.set(name, '1')));
        await assert.rejects(connection.attempt(set, 1_000), { code: 'store_unavailable', message: why });
      });
    }

    it('acknowledges what the replica of its node has, where there is one', async () => {
      const [master] = nodes;
      assert.ok(master);
      const replica = await startClusterNode(scheme, ['--repl-diskless-sync-delay', '0']);
      nodes.push(replica);
      await replicate(replica, master);
      const connection = await open();
      const script = scriptOf('return redis.call("SET", KEYS[1], "1")');
      // By CRC16, the slots of "bar", "foo" and "hello" are 5061, 12182 and 866: the first and last are the master's.
      const write = (key: string, patienceMs: number) => connection.runDurably(script, key, [], patienceMs);
      for (const key of ['bar', 'foo', 'hello']) await write(key, 0);
      replica.signal('SIGSTOP');
      await assert.rejects(write('bar', 0), /no replica has taken the write/);
      await write('foo', 0);
      const late = write('hello', 10_000);
      replica.signal('SIGCONT');
      await late;
    });

    it('keeps what ends while one of its nodes is away', async () => {
      const connection = await open();
      const histories = historiesOn(connection);
      const node = nodes[1];
      await node?.stop('SIGKILL');
      const kept = Promise.all(NAMES.map((name) => histories.open(name).record(turnOf('resp_late'))));
      await sleep(2 * READ_PATIENCE_MS);
      await node?.start();
      assert.deepEqual(
        await kept,
        NAMES.map(() => true),
      );
      histories.close();
    });
  });
}

function linesOf(tlsPort: number, certificate: Certificate | undefined): string[] {
  if (certificate === undefined) return [];
  const { certFile, keyFile } = certificate;
  return [
    ...['--tls-port', `${tlsPort}`, '--tls-auth-clients', 'no', '--tls-cert-file', certFile],
    ...['--tls-key-file', keyFile, '--tls-ca-cert-file', certFile],
    ...['--cluster-announce-hostname', 'localhost', '--cluster-preferred-endpoint-type', 'hostname'],
  ];
}
