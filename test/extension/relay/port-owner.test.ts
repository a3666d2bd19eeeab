import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createSocketServer } from 'node:net';
import { describePortHolder, freePortAbove, probePort } from '../../../src/extension/relay/port-owner.ts';
import { start } from '../../../src/index.ts';
import { NOBODYS_PORT } from '../../support/ports.ts';

const TOKEN = 'the-token-of-this-machine';

async function listening(server: Server | ReturnType<typeof createSocketServer>): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

describe('port owner', () => {
  const closing: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });

  it('recognises our relay by its proof', async () => {
    const relay = await start({ port: 0, provider: 'demo', token: TOKEN });
    closing.push(() => relay.stop());
    assert.equal(await probePort(relay.port, TOKEN), 'ours');
  });

  for (const token of [undefined, 'another-token']) {
    it(`recognises another relay (${token ?? 'without a token'})`, async () => {
      const relay = await start({ port: 0, provider: 'demo', ...(token === undefined ? {} : { token }) });
      closing.push(() => relay.stop());
      assert.equal(await probePort(relay.port, TOKEN), 'other-relay');
    });
  }

  it('recognises a stranger, who does not learn the token', async () => {
    const heard: string[] = [];
    const stranger = createServer((request, response) => {
      heard.push(JSON.stringify([request.url, request.headers]));
      response.end('{"service":"x","proof":"y"}');
    });
    const port = await listening(stranger);
    closing.push(() => stranger.close());
    assert.equal(await probePort(port, TOKEN), 'foreign');
    assert.equal(heard.length, 1);
    assert.ok(!heard[0]?.includes(TOKEN));
  });

  it('is not delayed by a stranger that says too much, or something else', async () => {
    const chatty = createServer((_request, response) => response.end('x'.repeat(1_000_000)));
    const silent = createSocketServer((socket) => socket.end('220 smtp ready\r\n'));
    const ports = [await listening(chatty), await listening(silent)];
    closing.push(
      () => chatty.close(),
      () => silent.close(),
    );
    for (const port of ports) assert.equal(await probePort(port, TOKEN), 'foreign');
  });

  it('recognises that nobody listens', async () => {
    assert.equal(await probePort(NOBODYS_PORT, TOKEN), 'nobody');
  });

  it('finds a free port above a taken one', async () => {
    const taken = createSocketServer();
    const port = await listening(taken);
    closing.push(() => taken.close());
    const free = await freePortAbove(port);
    assert.ok(free > port);
    assert.equal(await probePort(free, TOKEN), 'nobody');
  });

  it('names the program that holds the port', async () => {
    const server = createSocketServer();
    const port = await listening(server);
    closing.push(() => server.close());
    const holder = await describePortHolder(port);
    assert.match(holder ?? '', new RegExp(`node.* \\(pid ${process.pid}\\)`));
  });
});
