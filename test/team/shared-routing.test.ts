/** Relays that share a store agree on which targets wait and where threads are bound. */
import assert from 'node:assert/strict';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { start } from '../../src/index.ts';
import type { Connection } from '../../src/redis/connection.ts';
import type { RelayHandle, RoutingChange } from '../../src/relay/options.ts';
import { shareRouting } from '../../src/team/shared-routing.ts';
import { connectionTo } from '../history/backends.ts';
import { recordingLogger } from '../history/support.ts';
import { type RedisServer, STORE_SERVERS, startRedis } from '../support/redis-server.ts';
import { errorReply, startScriptedUpstream, streamReply, textChunks } from '../support/scripted-upstream.ts';

for (const [scheme] of STORE_SERVERS) {
  describe(`routing that relays share through ${scheme}`, function () {
    this.timeout(60_000);
    let server: RedisServer;
    const connections: Connection[] = [];
    const relays: RelayHandle[] = [];
    before(async () => {
      server = await startRedis([], scheme);
    });
    afterEach(async () => {
      for (const relay of relays.splice(0)) await relay.stop();
      for (const connection of connections.splice(0)) await connection.close();
    });
    after(() => server?.remove());

    async function startRelay(upstreams: Record<string, string>): Promise<RelayHandle> {
      const connection = connectionTo(server.url, recordingLogger());
      connections.push(connection);
      const relay = await start({
        port: 0,
        upstreams: Object.entries(upstreams).map(([id, upstream]) => ({
          id,
          upstream,
          model: 'm',
          apiKey: 'key-of-it',
        })),
        fallbacks: { '*': Object.keys(upstreams).map((id) => `${id}/m`) },
        sharedRouting: shareRouting(connection, recordingLogger()),
      });
      relays.push(relay);
      return relay;
    }

    async function ask(relay: RelayHandle, thread?: string): Promise<number> {
      const reply = await fetch(`${relay.url}/v1/responses`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-stainless-retry-count': '0' },
        body: JSON.stringify({ model: 'codex-relay', input: 'x', prompt_cache_key: thread }),
      });
      await reply.text();
      return reply.status;
    }

    async function until(isSo: () => boolean): Promise<void> {
      for (let attempt = 0; !isSo(); attempt++) {
        assert.ok(attempt < 500, 'it never was so');
        await sleep(10);
      }
    }

    it('lets all pass over what failed for one, also those that start later, until one is told to forget', async () => {
      const broken = await startScriptedUpstream(() => errorReply(429, 'slow down'), ['m']);
      const good = await startScriptedUpstream(() => streamReply(textChunks('hi')), ['m']);
      const upstreams = { broken: broken.url, good: good.url };
      const [one, other] = [await startRelay(upstreams), await startRelay(upstreams)];
      await until(() => connections.every(({ isUp }) => isUp));
      await sleep(100);
      assert.equal(await ask(one), 200);
      assert.equal(broken.chats.length, 1);
      await until(() => other.targets().length === 1);
      assert.deepEqual(other.targets(), one.targets());
      assert.equal(await ask(other), 200);
      const late = await startRelay(upstreams);
      await until(() => late.targets().length === 1);
      assert.equal(await ask(late), 200);
      assert.equal(broken.chats.length, 1);

      other.resetTargets();
      await until(() => one.targets().length === 0 && late.targets().length === 0);
      await broken.stop();
      await good.stop();
    });

    it('is learned of also where the connection that reads it is the last one to stand', async () => {
      const direct = connectionTo(server.url, recordingLogger());
      connections.push(direct);
      const until = Date.now() + 60_000;
      const trouble = {
        upstream: 'a',
        key: 0,
        code: 'rate_limit_exceeded',
        message: 'wait',
        until,
        failures: 1,
      };
      await direct.attempt(
        () => direct.client.hset('codex-relay:{routing}:troubles', 'a', JSON.stringify(trouble)),
        5_000,
      );
      // The first to connect is the one for reads.
      const opened: Socket[] = [];
      const network = createServer((near) => {
        const far = connect(server.port, '127.0.0.1');
        if (opened.push(near) > 1) near.pipe(far);
        far.pipe(near);
        for (const socket of [near, far]) socket.on('error', () => [near, far].map((one) => one.destroy()));
        if (opened[0] === near) held = () => void near.pipe(far);
      });
      let held = () => {};
      await new Promise<void>((resolve) => network.listen(0, '127.0.0.1', resolve));
      const { port } = network.address() as AddressInfo;
      const connection = connectionTo(`redis://127.0.0.1:${port}`, recordingLogger());
      connections.push(connection);
      const another = connection.another.bind(connection);
      connection.another = () => {
        const subscriber = another();
        subscriber.once('ready', () => setTimeout(held, 50));
        return subscriber;
      };
      const learned: RoutingChange[] = [];
      shareRouting(connection, recordingLogger()).listen((change) => void learned.push(change));
      while (learned.length === 0) await sleep(10);
      assert.deepEqual(learned, [{ kind: 'trouble', key: 'a', trouble }]);
      await direct.client.del('codex-relay:{routing}:troubles');
      network.close();
    });

    it('keeps a thread where another relay bound it', async () => {
      let fails = true;
      const first = await startScriptedUpstream(
        () => (fails ? errorReply(429, 'slow down') : streamReply(textChunks('hi'))),
        ['m'],
      );
      const second = await startScriptedUpstream(() => streamReply(textChunks('hi')), ['m']);
      const upstreams = { first: first.url, second: second.url };
      const one = await startRelay(upstreams);
      await until(() => connections.every(({ isUp }) => isUp));
      assert.equal(await ask(one, 'thread-1'), 200);
      assert.equal(second.chats.length, 1);
      fails = false;
      one.resetTargets();
      await sleep(100);
      // It starts after that, and has never heard of the thread.
      const other = await startRelay(upstreams);
      await until(() => connections.every(({ isUp }) => isUp));
      assert.equal(await ask(other, 'thread-1'), 200);
      assert.equal(second.chats.length, 2);
      assert.equal(await ask(other, 'thread-2'), 200);
      assert.equal(first.chats.length, 2);
      await first.stop();
      await second.stop();
    });

    it('is not told to relays whose store is another database of the same server', async () => {
      const routingIn = (db: number) => {
        const connection = connectionTo(`${server.url}/${db}`, recordingLogger());
        connections.push(connection);
        return shareRouting(connection, recordingLogger());
      };
      const learned: string[] = [];
      const change = (thread: string): RoutingChange => ({
        kind: 'binding',
        thread,
        binding: { upstream: 'a', model: 'm', key: 0 },
      });
      routingIn(1).listen((told) => void learned.push('thread' in told ? told.thread : told.kind));
      const [friend, stranger] = [routingIn(1), routingIn(2)];
      for (; !learned.includes('ours'); await sleep(10)) {
        stranger.tell(change('theirs'));
        friend.tell(change('ours'));
      }
      stranger.tell(change('theirs'));
      while ((await stranger.bindingOf('theirs')) === undefined) await sleep(10);
      friend.tell(change('last'));
      await until(() => learned.includes('last'));
      assert.ok(!learned.includes('theirs'));
    });

    it('goes on alone while the store is away', async () => {
      const upstream = await startScriptedUpstream(() => streamReply(textChunks('hi')), ['m']);
      const relay = await startRelay({ only: upstream.url });
      await server.stop('SIGKILL');
      assert.equal(await ask(relay, 'thread-3'), 200);
      await server.start();
      await upstream.stop();
    });
  });
}
