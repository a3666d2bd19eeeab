/** Who listens, wherever the relay does. */
import assert from 'node:assert/strict';
import { networkInterfaces } from 'node:os';
import { findOwner, onPort } from '../../src/doctor/ask-relay.ts';
import { type RelayHandle, start } from '../../src/index.ts';
import { codeOf } from '../../src/node-errors.ts';
import type { RelayOptions } from '../../src/relay/options.ts';
import { HAS_OPENSSL, makeCertificate } from '../support/certificate.ts';
import { NOBODYS_PORT } from '../support/ports.ts';

const TOKEN = 'the-token-of-this-relay';

describe('findOwner', () => {
  const relays: RelayHandle[] = [];
  afterEach(async () => {
    for (const relay of relays.splice(0)) await relay.stop();
  });
  async function running(options: RelayOptions): Promise<RelayHandle> {
    const relay = await start({ provider: 'demo', ...options });
    relays.push(relay);
    return relay;
  }

  for (const port of [6000, 6697, 10080]) {
    it(`knows a relay on port ${port}, which fetch does not ask`, async function () {
      const relay = await running({ port, token: TOKEN }).catch((error: unknown) => {
        if (codeOf(error) !== 'EADDRINUSE') throw error;
      });
      if (relay === undefined) return this.skip();
      assert.equal(await findOwner(onPort(port), TOKEN), 'ours');
      assert.equal(await findOwner(onPort(port), 'another'), 'other');
    });
  }

  it('knows one on an address of the network, which answers to other names', async function () {
    const addresses = Object.values(networkInterfaces()).flatMap((found) => found ?? []);
    const listen = addresses.find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
    if (listen === undefined) return this.skip();
    const publicUrls = ['https://relay.example.com'];
    const { url } = await running({ port: 0, token: TOKEN, listen, publicUrls });
    assert.equal(await findOwner({ url }, TOKEN), 'ours');
    assert.equal(await findOwner({ url }, undefined), 'other');
  });

  it('knows one that speaks https by its own certificate', async function () {
    if (!HAS_OPENSSL) return this.skip();
    using tls = await makeCertificate(['relay.example.com']);
    using other = await makeCertificate(['127.0.0.1']);
    const { url } = await running({ port: 0, token: TOKEN, tls });
    const open = await running({ port: 0, tls });
    assert.equal(await findOwner({ url, certificate: tls.cert }, TOKEN), 'ours');
    assert.equal(await findOwner({ url: open.url, certificate: tls.cert }, TOKEN), 'open');
    assert.equal(await findOwner({ url, certificate: other.cert }, TOKEN), 'stranger');
    assert.equal(await findOwner({ url }, TOKEN), 'stranger');
  });

  it('sees that nobody listens', async () => {
    for (const url of [`http://127.0.0.1:${NOBODYS_PORT}`, `https://127.0.0.1:${NOBODYS_PORT}`])
      assert.equal(await findOwner({ url }, TOKEN), 'nobody');
  });
});
