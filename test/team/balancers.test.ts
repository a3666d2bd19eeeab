/** Two relays behind each balancer that the guide shows, with the configuration that it shows. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { type RelayHandle, start } from '../../src/index.ts';
import {
  type Balancer,
  CADDY,
  NGINX,
  type StartBalancer,
  startCaddy,
  startNginx,
} from '../support/balancer.ts';
import { freePort } from '../support/ports.ts';
import { allEvents, eventsOf, rawRequest } from '../support/relay-client.ts';
import {
  type ScriptedUpstream,
  startScriptedUpstream,
  streamReply,
  textChunks,
  usageChunk,
} from '../support/scripted-upstream.ts';
import { openSocket } from '../support/socket-client.ts';

const BALANCERS: [name: string, program: string | undefined, startIt: StartBalancer][] = [
  ['nginx', NGINX, startNginx],
  ['Caddy', CADDY, startCaddy],
];
const TOKEN = { authorization: 'Bearer token-of-the-team' };
const CLIENTS = 500;

for (const [name, program, startBalancer] of BALANCERS) {
  describe(`two relays behind ${name}`, function () {
    this.timeout(60_000);
    let balancer: Balancer;
    let upstream: ScriptedUpstream;
    let relays: RelayHandle[] = [];
    let hold = Promise.withResolvers<void>();
    const startRelay = (port: number) =>
      start({
        port,
        upstream: upstream.url,
        token: 'token-of-the-team',
        publicUrls: [balancer.url],
        webSocket: true,
      });
    before(async function () {
      if (program === undefined) this.skip();
      hold.resolve();
      upstream = await startScriptedUpstream(
        () => streamReply(textChunks('hi'), hold.promise, textChunks('there'), usageChunk(60, 40)),
        ['m'],
      );
      const ports = [await freePort(), await freePort()];
      balancer = await startBalancer(ports);
      relays = await Promise.all(ports.map(startRelay));
      // It has seen that there were none before.
      while ((await fetch(`${balancer.url}/readyz`)).status !== 200) await sleep(50);
    });
    after(async () => {
      hold.resolve();
      await balancer?.stop();
      for (const relay of relays) await relay.stop();
      await upstream?.stop();
    });

    const post = (body: object) =>
      fetch(`${balancer.url}/v1/responses`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...TOKEN },
        body: JSON.stringify({ model: 'm', input: 'x', ...body }),
      });

    it(`pass on each event at once, to ${CLIENTS} clients at a time`, async () => {
      hold = Promise.withResolvers();
      const streams = await Promise.all(Array.from({ length: CLIENTS }, () => post({ stream: true })));
      assert.deepEqual(new Set(streams.map(({ status }) => status)), new Set([200]));
      const readers = streams.map(eventsOf);
      for (const reader of readers) {
        for (let type = ''; type !== 'response.output_text.delta'; ) {
          const { value } = await reader.next();
          type = value?.type ?? assert.fail('the stream has ended');
        }
      }
      hold.resolve();
      const rests = await Promise.all(readers.map((reader) => Array.fromAsync(reader)));
      for (const rest of rests) assert.equal(rest.at(-1)?.type, 'response.completed');
    });

    it('take large requests, and WebSockets', async () => {
      const large = await post({ input: 'x'.repeat(10_000_000) });
      assert.equal(large.status, 200, await large.text());
      const socket = await openSocket(balancer.url, TOKEN);
      for (let at = 0; at < 3; at++) {
        assert.equal((await socket.ask({ model: 'm', input: 'x' })).at(-1)?.type, 'response.completed');
      }
      socket.webSocket.close();
      await socket.closed;
    });

    it('answer under the name of the team alone, and only with a token', async () => {
      const ask = (headers: Record<string, string>) =>
        rawRequest(balancer.url, { path: '/v1/models', headers }).then(({ status, body }) => [status, body]);
      assert.equal((await ask(TOKEN))[0], 200);
      assert.equal((await ask({}))[0], 401);
      const [, stranger] = await ask({ ...TOKEN, host: 'evil.example' });
      assert.doesNotMatch(String(stranger), /"id"/);
    });

    it('lose no request while one of them stops, is away, and comes back', async () => {
      let isOver = false;
      const statuses: number[] = [];
      const client = async () => {
        while (!isOver) {
          const reply = await post({ stream: true });
          const last = (await allEvents(reply)).at(-1);
          statuses.push(last?.type === 'response.completed' ? reply.status : -reply.status);
        }
      };
      const clients = Array.from({ length: 4 }, client);
      const port = Number(new URL(relays[0]?.url ?? '').port);
      await relays[0]?.stop({ drainMs: 5_000, leaveMs: 2_000 });
      await sleep(500);
      relays[0] = await startRelay(port);
      // So that the balancer sees it again.
      await sleep(1_500);
      isOver = true;
      await Promise.all(clients);
      assert.ok(statuses.length > 20);
      assert.deepEqual(
        statuses.filter((status) => status !== 200),
        [],
      );
    });
  });
}
