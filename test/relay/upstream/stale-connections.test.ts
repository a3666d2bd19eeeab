/** A kept connection that breaks: the request is sent again only if the provider cannot have worked on it. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { UpstreamTransport } from '../../../src/relay/transport.ts';
import { KeptConnections } from '../../../src/relay/upstream/kept-connections.ts';
import { createNodeHttpTransport } from '../../../src/relay/upstream/node-http-transport.ts';
import { createProxyTransport } from '../../../src/relay/upstream/proxy-transport.ts';

let connections: KeptConnections;
let now: number;
const clock = () => now;
const TRANSPORTS: [name: string, transport: UpstreamTransport][] = [
  ['node:http', createNodeHttpTransport(() => connections, clock)],
  // Loopback goes past every proxy.
  ['undici', createProxyTransport({ httpProxy: 'http://127.0.0.1:1' }, clock).transport],
];

for (const [name, transport] of TRANSPORTS)
  describe(`a request on a kept connection of ${name}`, () => {
    let server: Server;
    let url: string;
    let asked: number;
    /** What happens to the second request. */
    let second: (response: ServerResponse) => void;

    beforeEach(async () => {
      now = 0;
      asked = 0;
      connections = new KeptConnections();
      server = createServer((request, response) => {
        request.resume();
        request.on('end', () => {
          asked += 1;
          if (asked === 2) second(response);
          else response.end(`answer ${asked}`);
        });
      });
      await once(server.listen(0, '127.0.0.1'), 'listening');
      url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    });
    afterEach(() => {
      connections.close();
      server.closeAllConnections();
      server.close();
    });

    async function ask(signal = new AbortController().signal): Promise<string> {
      const reply = await transport({ method: 'POST', url, headers: {}, body: Buffer.from('{}'), signal });
      return text(reply.body);
    }

    it('is sent again where the connection was reset at once', async () => {
      second = (response) => response.socket?.resetAndDestroy();
      assert.equal(await ask(), 'answer 1');
      assert.equal(await ask(), 'answer 3');
    });

    it('is not where it was reset after a while: the provider was at work', async () => {
      second = (response) => {
        now = 60_000;
        response.socket?.resetAndDestroy();
      };
      assert.equal(await ask(), 'answer 1');
      await assert.rejects(ask(), { code: /ECONNRESET|UND_ERR_SOCKET/ });
      assert.equal(asked, 2);
    });

    it('is not where the reply had begun', async () => {
      second = (response) => response.write('half', () => response.socket?.resetAndDestroy());
      assert.equal(await ask(), 'answer 1');
      await assert.rejects(ask());
      assert.equal(asked, 2);
    });

    it('is not for a client that left', async () => {
      const client = new AbortController();
      second = (response) => {
        client.abort(new Error('The client left.'));
        response.socket?.resetAndDestroy();
      };
      assert.equal(await ask(), 'answer 1');
      await assert.rejects(ask(client.signal));
      assert.equal(asked, 2);
    });
  });
