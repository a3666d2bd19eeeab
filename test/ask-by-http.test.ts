import assert from 'node:assert/strict';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { askByHttp } from '../src/ask-by-http.ts';
import { codeOf } from '../src/node-errors.ts';
import { HAS_OPENSSL, makeCertificate } from './support/certificate.ts';
import { NOBODYS_PORT } from './support/ports.ts';

const HELLO: RequestListener = (_, response) => response.end('hello');

describe('askByHttp', () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close().closeAllConnections();
  });

  const signal = () => AbortSignal.timeout(10_000);
  async function listening(server: Server, port = 0): Promise<number | undefined> {
    const isListening = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!isListening) return undefined;
    servers.push(server);
    return (server.address() as AddressInfo).port;
  }

  for (const wanted of [6000, 6665, 10080]) {
    it(`asks on port ${wanted}, which fetch refuses`, async function () {
      const port = await listening(createServer(HELLO), wanted);
      if (port === undefined) return this.skip();
      const url = `http://127.0.0.1:${port}/`;
      await assert.rejects(fetch(url), 'the reason for all this');
      const { status, text } = await askByHttp({ url, signal: signal() });
      assert.deepEqual([status, text], [200, 'hello']);
    });
  }

  it('posts, and tells status, headers and text', async () => {
    const server = createServer(async (request, response) => {
      let body = '';
      for await (const piece of request.setEncoding('utf8')) body += piece;
      response.writeHead(404, { 'x-said': `${request.headers['content-type']}` }).end(body);
    });
    const url = `http://127.0.0.1:${await listening(server)}/`;
    const headers = { 'content-type': 'application/json' };
    const reply = await askByHttp({ url, method: 'POST', headers, body: '"größer"', signal: signal() });
    assert.deepEqual(
      [reply.status, reply.headers['x-said'], reply.text],
      [404, 'application/json', '"größer"'],
    );
  });

  it('says that nobody listens', async () => {
    const url = `http://127.0.0.1:${NOBODYS_PORT}/`;
    await assert.rejects(askByHttp({ url, signal: signal() }), (error) => codeOf(error) === 'ECONNREFUSED');
  });

  const SILENT: [name: string, listener: RequestListener][] = [
    ['before the reply', () => {}],
    ['in the middle of it', (_, response) => void response.write('hel')],
  ];
  for (const [name, listener] of SILENT) {
    it(`waits no longer than it may, ${name}`, async () => {
      const end = new AbortController();
      const server = createServer((request, response) => {
        listener(request, response);
        end.abort(new Error('long enough'));
      });
      const url = `http://127.0.0.1:${await listening(server)}/`;
      await assert.rejects(askByHttp({ url, signal: end.signal }), /long enough/);
      await assert.rejects(askByHttp({ url, signal: end.signal }), /long enough/);
    });
  }

  it('rejects where a reply breaks off, and where there is none', async () => {
    const server = createServer((request, response) => {
      if (request.url === '/none') request.socket.end();
      else response.writeHead(200, { 'content-length': '9' }).end('hel', () => request.socket.destroy());
    });
    const url = `http://127.0.0.1:${await listening(server)}`;
    for (const path of ['/none', '/some'])
      await assert.rejects(askByHttp({ url: url + path, signal: signal() }));
  });

  it('gives up on an answer without end', async () => {
    const megabyte = 'x'.repeat(1024 * 1024);
    const server = createServer((_, response) => {
      const more = () => {
        while (response.writable && response.write(megabyte));
      };
      response.on('drain', more);
      more();
    });
    const url = `http://127.0.0.1:${await listening(server)}/`;
    await assert.rejects(askByHttp({ url, signal: signal() }), /too large/);
  });

  it('takes the certificate that it is told, whoever signed it, and no other', async function () {
    if (!HAS_OPENSSL) return this.skip();
    using own = await makeCertificate(['somewhere.example']);
    using other = await makeCertificate(['localhost']);
    const port = await listening(createTlsServer({ key: own.key, cert: own.cert }, HELLO));
    for (const host of ['127.0.0.1', 'localhost']) {
      const url = `https://${host}:${port}/`;
      const { text } = await askByHttp({ url, certificate: own.cert, signal: signal() });
      assert.equal(text, 'hello');
      for (const certificate of [other.cert, undefined, `${other.cert}${own.cert}`])
        await assert.rejects(askByHttp({ url, certificate, signal: signal() }));
    }
  });
});
