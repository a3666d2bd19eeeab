import assert from 'node:assert/strict';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { goesDirect } from '../../../src/extension/relay/host-network.ts';

describe('the way that the host takes', () => {
  const open = http.request;
  afterEach(() => {
    http.request = open;
  });

  /** As VS Code patches the module: every connection goes to the proxy. */
  function goThrough(host: string, port: number): void {
    const patched = (url: string, options: http.RequestOptions) =>
      open(url, { ...options, createConnection: () => net.connect({ host, port, lookup: options.lookup }) });
    http.request = patched as typeof http.request;
  }

  it('is direct if the name of the provider is looked up, and nothing is sent', async () => {
    assert.equal(await goesDirect('http://provider.example'), true);
  });

  it('is not direct if the name of a proxy is looked up', async () => {
    goThrough('proxy.example', 3128);
    assert.equal(await goesDirect('http://provider.example'), false);
  });

  it('is known from the connection if there is no name', async () => {
    let received = 0;
    const server = net.createServer((socket) => socket.on('data', ({ length }) => (received += length)));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    assert.equal(await goesDirect(`http://127.0.0.1:${port}`), true);
    goThrough('127.0.0.1', port);
    assert.equal(await goesDirect('http://127.0.0.2:9'), false);
    assert.equal(received, 0);
    server.close();
  });

  it('counts as going through a proxy in case of doubt', async () => {
    http.request = (() => {
      const request = open('http://127.0.0.1:9');
      queueMicrotask(() => request.destroy(new Error('refused')));
      return request;
    }) as typeof http.request;
    assert.equal(await goesDirect('http://provider.example'), false);
  });
});
