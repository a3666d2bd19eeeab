import assert from 'node:assert/strict';
import { request } from 'node:http';
import { type RelayHandle, start } from '../../../src/index.ts';
import { ownerProof } from '../../../src/relay/http/owner-proof.ts';

const NONCE = '0123456789abcdef';

describe('GET /relay/status', () => {
  let relay: RelayHandle;
  before(async () => {
    relay = await start({ port: 0, provider: 'demo', token: 'the-token' });
  });
  after(() => relay.stop());

  it('proves that the relay knows its token to a client that does not send it', async () => {
    const reply = await fetch(`${relay.url}/relay/status?nonce=${NONCE}`);
    assert.equal(reply.status, 200);
    const text = await reply.text();
    assert.deepEqual(JSON.parse(text), { service: 'codex-relay', proof: ownerProof('the-token', NONCE) });
    assert.ok(!text.includes('the-token'));
  });

  it('gives another proof for another nonce, so that an old answer is worthless', () => {
    assert.notEqual(ownerProof('the-token', NONCE), ownerProof('the-token', `${NONCE}0`));
    assert.notEqual(ownerProof('the-token', NONCE), ownerProof('another', NONCE));
  });

  it('opens nothing else without the token', async () => {
    assert.equal((await fetch(`${relay.url}/v1/models`)).status, 401);
    assert.equal((await fetch(`${relay.url}/relay/status/x?nonce=${NONCE}`)).status, 401);
    assert.equal((await fetch(`${relay.url}/relay/status?nonce=${NONCE}`, { method: 'POST' })).status, 401);
  });

  for (const [what, path] of [
    ['no nonce', ''],
    ['a short one', '?nonce=short'],
    ['two', `?nonce=${NONCE}&nonce=${NONCE}`],
  ] as const) {
    it(`refuses ${what}`, async () => {
      assert.equal((await fetch(`${relay.url}/relay/status${path}`)).status, 400);
    });
  }

  it('is closed to web pages and to other host names', async () => {
    const path = `${relay.url}/relay/status?nonce=${NONCE}`;
    assert.equal((await fetch(path, { headers: { origin: 'https://evil.example' } })).status, 403);
    // fetch does not let a caller choose the Host header.
    const status = await new Promise((resolve, reject) => {
      const call = request(path, { headers: { host: 'evil.example' } }, (reply) => {
        reply.resume();
        resolve(reply.statusCode);
      });
      call.on('error', reject).end();
    });
    assert.equal(status, 403);
  });
});
