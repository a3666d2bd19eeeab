/** Stores as a team secures them: TLS by an authority of its own, users with passwords and few rights, Sentinels too. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import tls from 'node:tls';
import { Redis } from 'ioredis';
import { RedisHistory } from '../../src/history/redis/redis-store.ts';
import { DEFAULT_HISTORY_LIMITS } from '../../src/history/store.ts';
import type { Connection } from '../../src/redis/connection.ts';
import { limitsFor } from '../../src/team/limits.ts';
import { shareRouting } from '../../src/team/shared-routing.ts';
import { usersInStore } from '../../src/team/users-in-store.ts';
import { connectionTo } from '../history/backends.ts';
import { itemsOf, recordingLogger, turnOf } from '../history/support.ts';
import { type Certificate, HAS_OPENSSL, makeCertificate } from '../support/certificate.ts';
import { freePort } from '../support/ports.ts';
import { type RedisServer, STORE_SERVERS, startRedis, startSentinel } from '../support/redis-server.ts';
import { userNamed } from '../team/support.ts';

const [, RIGHTS = ''] = /`ACL SETUSER (.+?)`/.exec(readFileSync('src/team/README.md', 'utf8')) ?? [];
const TRUSTED = tls.getCACertificates('default');

for (const [scheme] of STORE_SERVERS) {
  describe(`a ${scheme} that is secured`, function () {
    this.timeout(60_000);
    const connections: Connection[] = [];
    const servers: RedisServer[] = [];
    let certificate: Certificate;
    let server: RedisServer;
    let port: number;

    /** Plain for those who start it, TLS for relays. */
    const speakingTls = (tlsPort: number): [name: string, value: string][] => [
      ['tls-port', `${tlsPort}`],
      ['tls-auth-clients', 'no'],
      ['tls-replication', 'yes'],
      ['tls-cert-file', certificate.certFile],
      ['tls-key-file', certificate.keyFile],
      ['tls-ca-cert-file', certificate.certFile],
    ];
    const admitted = async (to: RedisServer, ...users: string[][]) => {
      const admin = new Redis({ port: to.port, protocol: 2 });
      for (const rights of users) await admin.call('ACL', ['SETUSER', ...rights]);
      admin.disconnect();
    };
    before(async function () {
      if (!HAS_OPENSSL) this.skip();
      certificate = await makeCertificate(['localhost', '127.0.0.1']);
      port = await freePort();
      const lines = speakingTls(port).flatMap(([name, value]) => [`--${name}`, value]);
      server = await startRedis([...lines, '--bind', '127.0.0.1', '127.0.0.2'], scheme);
      servers.push(server);
      await admitted(
        server,
        RIGHTS.replace('PASSWORD', 'pa@ss:/word').split(' '),
        ['guest', 'on', '>guest', '~*', '+@read', '+ping', '+info'],
        ['default', 'resetpass', '>secret'],
      );
    });
    beforeEach(() => tls.setDefaultCACertificates([...TRUSTED, certificate.cert]));
    afterEach(async () => {
      tls.setDefaultCACertificates(TRUSTED);
      for (const connection of connections.splice(0)) await connection.close();
    });
    after(async () => {
      for (const each of servers) await each.remove();
      certificate?.[Symbol.dispose]();
    });

    function open(url: string): { connection: Connection; lines: readonly string[] } {
      const logger = recordingLogger();
      const connection = connectionTo(url, logger);
      connections.push(connection);
      return { connection, lines: logger.lines };
    }

    it('serves a user who has the rights that the guide names, in the database of the address', async () => {
      const logger = recordingLogger();
      const { connection, lines } = open(`${scheme}s://relay:pa%40ss%3A%2Fword@localhost:${port}/3`);
      await connection.attempt(() => connection.client.ping(), 5_000);
      assert.match(String(await connection.client.client('INFO')), / db=3 .* user=relay /);
      const name = 'codex-relay:{history:anna}';
      const store = new RedisHistory({ connection, name, limits: DEFAULT_HISTORY_LIMITS, logger });
      const turns = [turnOf('resp_a'), turnOf('resp_b', 'resp_a')];
      for (const turn of turns) assert.equal(await store.record(turn), true);
      assert.deepEqual(await store.conversation('resp_b'), itemsOf(...turns));
      const users = usersInStore(connection);
      await users.put(userNamed('anna'));
      assert.deepEqual(await users.read(), [userNamed('anna')]);
      const limits = limitsFor(userNamed('anna', { requestsPerMinute: 1 }), connection);
      await limits.admit(() => 1, 1);
      await assert.rejects(
        limits.admit(() => 1, 1),
        { code: 'rate_limit_exceeded' },
      );
      const [routing, others] = [shareRouting(connection, logger), shareRouting(connection, logger)];
      const learned: string[] = [];
      routing.listen(({ kind }) => void learned.push(kind));
      for (; learned.length === 0; await sleep(10)) others.tell({ kind: 'reset' });
      others.tell({ kind: 'binding', thread: 't', binding: { upstream: 'a', model: 'm', key: 0 } });
      while ((await routing.bindingOf('t'))?.upstream !== 'a');
      assert.deepEqual([lines, logger.lines], [[], []]);
    });

    const REFUSED: [what: string, url: () => string, why: RegExp, trust?: boolean][] = [
      [
        'an authority that nobody trusts',
        () => `${scheme}s://:secret@localhost:${port}`,
        /from an authority that is not trusted here: set NODE_EXTRA_CA_CERTS to a PEM file with that authority's/,
        false,
      ],
      [
        'another name than that of the certificate',
        () => `${scheme}s://:secret@127.0.0.2:${port}`,
        /its certificate is for another name, so its address must be written with that: .*127\.0\.0\.2/,
      ],
      [
        'a wrong password',
        () => `${scheme}s://relay:wrong@localhost:${port}`,
        /user and password in its address \(percent-encoded\) must be corrected: WRONGPASS /,
      ],
      ['no password', () => `${scheme}s://localhost:${port}`, /must be corrected: NOAUTH /],
      [
        'a database that there is not',
        () => `${scheme}s://:secret@localhost:${port}/9999`,
        /the database of its address cannot be chosen: ERR DB index is out of range\. Try again/,
      ],
    ];
    for (const [what, url, why, trust = true] of REFUSED) {
      it(`says what to do about ${what}`, async () => {
        if (!trust) tls.setDefaultCACertificates(TRUSTED);
        const { connection, lines } = open(url());
        const set = () => connection.client.set('codex-relay:probe', '1');
        while (lines.length === 0) await sleep(10);
        await assert.rejects(connection.attempt(set, 0), { code: 'store_unavailable', message: why });
        assert.match(lines.join(), /^warn store: [\w.]+:\d+ cannot be reached: /);
        assert.equal(lines.length, 1);
        assert.doesNotMatch(lines.join(), /secret|wrong@/);
      });
    }

    it('can be left at any moment, also in a handshake that is about to fail', async () => {
      tls.setDefaultCACertificates(TRUSTED);
      // What is not caught fails the test, as it would end a relay.
      for (let at = 0; at < 40; at++) {
        const { connection } = open(`${scheme}s://:secret@localhost:${port}`);
        await sleep(at % 20);
        await connection.close();
      }
      await sleep(50);
    });

    it('says what it refuses, and that asking again does not help', async () => {
      const { connection } = open(`${scheme}s://guest:guest@localhost:${port}`);
      await connection.attempt(() => connection.client.ping(), 5_000);
      const set = () => connection.client.set('codex-relay:probe', '1');
      const why =
        /^The relay's store \(localhost:\d+\) refused what this request needs: its user lacks a right, see .*NOPERM/;
      await assert.rejects(connection.attempt(set, 60_000), { code: 'store_unavailable', message: why });
    });

    it('is found by Sentinels that speak TLS, too, with and without the same password', async () => {
      const tlsPort = await freePort();
      const lines = speakingTls(tlsPort).map(([name, value]) => `${name} ${value}`);
      const auth = 'sentinel auth-pass team secret';
      const sentinel = await startSentinel({ ...server, port }, [...lines, auth], scheme);
      servers.push(sentinel);
      // First they ask for none, which is as good.
      for (const rights of [[], ['resetpass', '>secret']]) {
        await admitted(sentinel, ['default', ...rights]);
        const { connection, lines: said } = open(`${scheme}s+sentinel://:secret@localhost:${tlsPort}/team/2`);
        await connection.attempt(() => connection.client.ping(), 5_000);
        assert.match(String(await connection.client.client('INFO')), / db=2 /);
        assert.deepEqual(said, []);
      }
    });
  });
}
