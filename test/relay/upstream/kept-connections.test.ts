/** Turns minutes apart share one TLS handshake; the first after a night's sleep does not use a dead connection. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { mock } from 'node:test';
import tls from 'node:tls';
import { KeptConnections } from '../../../src/relay/upstream/kept-connections.ts';
import { createNodeHttpTransport } from '../../../src/relay/upstream/node-http-transport.ts';
import { type Certificate, HAS_OPENSSL, makeCertificate } from '../../support/certificate.ts';

const MINUTE_MS = 60_000;

describe('connections to a provider', () => {
  if (!HAS_OPENSSL) {
    it('are kept (skipped: there is no openssl here to make a certificate with)');
    return;
  }
  const trusted = tls.getCACertificates();
  let certificate: Certificate;
  let server: Server;
  let handshakes: number;
  let connections: KeptConnections;

  before(async () => {
    certificate = await makeCertificate(['localhost']);
    tls.setDefaultCACertificates([...trusted, certificate.cert]);
    server = createServer({ key: certificate.key, cert: certificate.cert }, (request, response) => {
      request.resume();
      response.end('{}');
    });
    server.on('secureConnection', () => handshakes++);
    // The server's own patience is not under test.
    server.keepAliveTimeout = 0;
    await once(server.listen(0, '127.0.0.1'), 'listening');
  });
  after(() => {
    tls.setDefaultCACertificates(trusted);
    certificate[Symbol.dispose]();
    server.close();
  });
  beforeEach(() => {
    mock.timers.enable({ apis: ['Date'] });
    handshakes = 0;
    connections = new KeptConnections();
  });
  afterEach(() => {
    mock.timers.reset();
    connections.close();
  });

  async function turn(): Promise<void> {
    const { port } = server.address() as AddressInfo;
    const send = createNodeHttpTransport(() => connections.use());
    const reply = await send({
      method: 'POST',
      url: `https://localhost:${port}/v1/chat/completions`,
      headers: {},
      body: Buffer.from('{}'),
      signal: new AbortController().signal,
    });
    assert.equal(reply.status, 200);
    await buffer(reply.body);
  }

  /** Sockets know no other clock than the system's: what they wait for is asked, not waited for. */
  const patience = () => Object.values(connections.https.freeSockets).flat()[0]?.timeout ?? 0;

  it('serve later turns, minutes apart', async () => {
    await turn();
    assert.ok(patience() >= MINUTE_MS, `${patience()} ms`);
    mock.timers.setTime(Date.now() + MINUTE_MS);
    await turn();
    mock.timers.setTime(Date.now() + 4 * MINUTE_MS);
    await turn();
    assert.equal(handshakes, 1);
  });

  it('are replaced after the machine has slept', async () => {
    await turn();
    mock.timers.setTime(Date.now() + 8 * 60 * MINUTE_MS);
    await turn();
    assert.equal(handshakes, 2);
  });
});
