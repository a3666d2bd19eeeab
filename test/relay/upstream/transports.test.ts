/** Every transport keeps the same promises, over real HTTP on the loopback. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MessageChannel } from 'node:worker_threads';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { HostCalls } from '../../../src/extension/relay/host-calls.ts';
import { openChannel } from '../../../src/extension/thread/channel.ts';
import { createHostTransport } from '../../../src/extension/thread/host-transport.ts';
import type { HostCall, HostSide, ThreadSide } from '../../../src/extension/thread/messages.ts';
import type { UpstreamReply, UpstreamRequest, UpstreamTransport } from '../../../src/relay/transport.ts';
import { createFetchTransport } from '../../../src/relay/upstream/fetch-transport.ts';
import { openNetwork } from '../../../src/relay/upstream/network.ts';
import { createNodeHttpTransport } from '../../../src/relay/upstream/node-http-transport.ts';
import { createProxyTransport } from '../../../src/relay/upstream/proxy-transport.ts';

/** As the relay's thread sends what only VS Code can send. */
function throughTheHost(): UpstreamTransport {
  const { port1, port2 } = new MessageChannel();
  const calls = new HostCalls(createNodeHttpTransport());
  openChannel(port1, {
    call: (id: number, request: HostCall) => calls.call(id, request),
    endCall: (id: number) => calls.end(id),
  });
  return createHostTransport(openChannel<HostSide, ThreadSide>(port2, {} as ThreadSide));
}

const TRANSPORTS: [name: string, transport: UpstreamTransport][] = [
  ["node:http with Node's own agents", createNodeHttpTransport()],
  ['node:http with kept connections', (await openNetwork({})).transport],
  // Loopback goes past every proxy.
  ['undici', createProxyTransport({ httpProxy: 'http://127.0.0.1:1' }).transport],
  ['fetch', createFetchTransport(globalThis.fetch)],
  ['through the host of a thread', throughTheHost()],
];

async function textOf(reply: UpstreamReply): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of reply.body) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

for (const [name, transport] of TRANSPORTS) {
  describe(`the transport ${name}`, () => {
    let server: Server | undefined;

    async function serve(listener: RequestListener): Promise<string> {
      server = createServer(listener).listen(0, '127.0.0.1');
      await once(server, 'listening');
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
    }

    afterEach(() => {
      server?.closeAllConnections();
      server?.close();
    });

    const ask = (url: string, more: Partial<UpstreamRequest> = {}) =>
      transport({ method: 'GET', url, headers: {}, signal: new AbortController().signal, ...more });

    it('sends method, headers and body unchanged', async () => {
      const url = await serve(async (request, response) => {
        const body = (await request.toArray()).join('');
        const { authorization } = request.headers;
        response.end(
          JSON.stringify([
            request.method,
            request.url,
            authorization,
            request.headers['content-length'],
            body,
          ]),
        );
      });
      const body = Buffer.from('{"a":"é"}');
      const reply = await ask(url, { method: 'POST', headers: { authorization: 'Bearer k' }, body });
      assert.deepEqual(JSON.parse(await textOf(reply)), ['POST', '/v1', 'Bearer k', '10', '{"a":"é"}']);
    });

    it('returns status, first header and body of any reply, even an error', async () => {
      const url = await serve((_, response) => {
        response.writeHead(503, { 'retry-after': '7' }).end('busy');
      });
      const reply = await ask(url);
      assert.deepEqual(
        [reply.status, reply.headers['retry-after'], reply.headers['x-none']],
        [503, '7', undefined],
      );
      assert.equal(await textOf(reply), 'busy');
    });

    it('fails if a server switches to another protocol instead of replying', async () => {
      const url = await serve(({ socket }) => {
        socket.end('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: other\r\n\r\n');
      });
      await assert.rejects(ask(url));
    });

    it('follows no redirect', async () => {
      let asked = 0;
      const url = await serve((_, response) => {
        asked += 1;
        response.writeHead(307, { location: '/elsewhere' }).end();
      });
      const reply = await ask(url, { headers: { authorization: 'Bearer k' } });
      assert.deepEqual([reply.status, asked], [307, 1]);
    });

    it('passes on each piece as it comes', async () => {
      const more = Promise.withResolvers<void>();
      const url = await serve(async (_, response) => {
        response.write('one');
        await more.promise;
        response.end('two');
      });
      const body = (await ask(url)).body[Symbol.asyncIterator]();
      assert.equal(Buffer.from((await body.next()).value).toString(), 'one');
      more.resolve();
      assert.equal(Buffer.from((await body.next()).value).toString(), 'two');
      assert.equal((await body.next()).done, true);
    });

    const CODINGS: [coding: string, encode: (text: string) => Buffer][] = [
      ['gzip', gzipSync],
      ['deflate', deflateSync],
      ['deflate', deflateRawSync],
      ['br', brotliCompressSync],
      ['GZIP', gzipSync],
      ['X-GZip', gzipSync],
      ['deflate, gzip', (text) => gzipSync(deflateSync(text))],
      ['gzip, deflate', (text) => deflateRawSync(gzipSync(text))],
    ];
    for (const [coding, encode] of CODINGS) {
      it(`decodes ${coding}`, async () => {
        const url = await serve((_, response) => {
          response.writeHead(200, { 'content-encoding': coding }).end(encode('packed'));
        });
        assert.equal(await textOf(await ask(url)), 'packed');
      });
    }

    it('makes the server wait while nobody reads', async () => {
      const piece = Buffer.alloc(64 * 1024, 'x');
      const total = 1024;
      let written = 0;
      const full = Promise.withResolvers<void>();
      const url = await serve((_, response) => {
        const write = () => {
          while (written < total) {
            written += 1;
            if (!response.write(piece)) {
              full.resolve();
              response.once('drain', write);
              return;
            }
          }
          response.end();
        };
        write();
      });
      const reply = await ask(url);
      await full.promise;
      assert.ok(written < total, `${written} pieces went out unread`);
      assert.equal((await textOf(reply)).length, total * piece.length);
    });

    it('ends the call before its reply when it is aborted', async () => {
      const arrived = Promise.withResolvers<void>();
      const left = Promise.withResolvers<void>();
      const url = await serve((_, response) => {
        response.once('close', left.resolve);
        arrived.resolve();
      });
      const client = new AbortController();
      const asked = ask(url, { signal: client.signal });
      await arrived.promise;
      client.abort();
      await assert.rejects(asked);
      await left.promise;
    });

    it('ends the body when it is aborted', async () => {
      const left = Promise.withResolvers<void>();
      const url = await serve((_, response) => {
        response.once('close', left.resolve);
        response.write('one');
      });
      const client = new AbortController();
      const reply = await ask(url, { signal: client.signal });
      const body = reply.body[Symbol.asyncIterator]();
      await body.next();
      client.abort();
      await assert.rejects(async () => body.next());
      await left.promise;
    });

    it('fails nothing if it is aborted after a reply that was not read to its end', async () => {
      const url = await serve((_, response) => {
        response.write('one');
        response.end('two');
      });
      for (let time = 0; time < 5; time++) {
        const client = new AbortController();
        const body = (await ask(url, { signal: client.signal })).body[Symbol.asyncIterator]();
        await body.next();
        client.abort();
      }
      // A socket that fails alone does so on a later turn, and mocha tells.
      assert.equal(await textOf(await ask(url)), 'onetwo');
    });

    it('sends nothing for a client that has left', async () => {
      let asked = 0;
      const url = await serve((_, response) => {
        asked += 1;
        response.end();
      });
      await assert.rejects(ask(url, { signal: AbortSignal.abort() }));
      assert.equal(asked, 0);
    });

    it('frees the connection when the reader leaves', async () => {
      const left = Promise.withResolvers<void>();
      const url = await serve((_, response) => {
        response.once('close', left.resolve);
        response.write('one');
      });
      for await (const _ of (await ask(url)).body) break;
      await left.promise;
    });

    it('reuses connections', async () => {
      const ports = new Set<number | undefined>();
      const url = await serve((request, response) => {
        ports.add(request.socket.remotePort);
        response.end('ok');
      });
      for (let time = 0; time < 6; time++) assert.equal(await textOf(await ask(url)), 'ok');
      assert.ok(ports.size < 6, `${ports.size} connections for 6 requests`);
    });

    it('fails the body when the connection breaks', async () => {
      const url = await serve((_, response) => {
        response.write('one', () => response.socket?.resetAndDestroy());
      });
      const reply = await ask(url);
      await assert.rejects(textOf(reply));
    });

    it('rejects if nobody listens', async () => {
      const url = await serve(() => {});
      const closed = once(server ?? createServer(), 'close');
      server?.close();
      await closed;
      await assert.rejects(ask(url));
    });
  });
}
