/** From where a relay may be reached: nowhere but this machine, unless its operator says who else and under what name. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, request as httpRequest } from 'node:http';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { start } from '../../../src/index.ts';
import { checkedHosts, localUrl } from '../../../src/relay/http/reach.ts';
import { eventsOf, rawRequest, startRig } from '../../support/relay-client.ts';
import { streamReply, textChunks } from '../../support/scripted-upstream.ts';

const PUBLIC = ['https://relay.example.com', 'http://10.0.0.7:8080'];
const users = { find: async () => undefined };

describe('the reach of a relay', () => {
  const REFUSED: [options: Parameters<typeof checkedHosts>[0], why: RegExp][] = [
    [{ listen: '0.0.0.0' }, /listen: 0\.0\.0\.0 lets others in: set a token or users/],
    [{ listen: '0.0.0.0', publicUrls: PUBLIC }, /lets others in/],
    [{ listen: '10.0.0.7', publicUrls: PUBLIC, token: '' }, /lets others in/],
    [{ listen: '::', token: 'x' }, /listen: :: needs publicUrls/],
    [{ listen: '127.0.0.1.example.com', users }, /needs publicUrls/],
    [{ publicUrls: ['relay.example.com'] }, /publicUrls: "relay\.example\.com" is no http or https address/],
    [{ publicUrls: ['ftp://relay.example.com'] }, /is no http or https address/],
  ];
  for (const [options, why] of REFUSED) {
    it(`is not ${JSON.stringify(options)}`, async () => {
      assert.throws(() => checkedHosts(options), why);
      await assert.rejects(start({ port: 0, ...options }), why);
    });
  }

  it('is this machine by default, or whatever the options name', () => {
    for (const listen of [undefined, '127.0.0.1', '127.0.0.2', 'localhost', '::1']) {
      assert.deepEqual([...checkedHosts(listen === undefined ? {} : { listen })], []);
    }
    const hosts = checkedHosts({ listen: '0.0.0.0', publicUrls: PUBLIC, users });
    assert.deepEqual([...hosts], ['relay.example.com', '10.0.0.7:8080']);
    assert.equal(localUrl({ listen: '::' }, 1), 'http://127.0.0.1:1');
    assert.equal(localUrl({ listen: '::1', tls: { cert: '', key: '' } }, 1), 'https://[::1]:1');
  });

  it('excludes unknown host names, web pages and clients without a token', async () => {
    const rig = await startRig(() => streamReply(textChunks('hi')), { publicUrls: PUBLIC, token: 'secret' });
    const ask = (headers: Record<string, string>, path = '/v1/models') =>
      rawRequest(rig.relay.url, { headers, path }).then(({ status }) => status);
    const token = { authorization: 'Bearer secret' };
    for (const host of ['relay.example.com', 'RELAY.example.com', '10.0.0.7:8080', 'localhost:1']) {
      assert.equal(await ask({ host, ...token }), 200, host);
      assert.equal(await ask({ host }), 401, host);
      assert.equal(await ask({ host, ...token, origin: 'https://relay.example.com' }), 403, host);
    }
    for (const host of [
      'relay.example.com:81',
      '10.0.0.7',
      'relay.example.com.evil.example',
      'evil.example',
    ]) {
      assert.equal(await ask({ host, ...token }), 403, host);
    }
    // A balancer's probe knows neither name nor token, and learns no more than that.
    const probe = await rawRequest(rig.relay.url, { headers: { host: '10.1.2.3:4444' }, path: '/healthz' });
    assert.deepEqual(probe, { status: 200, body: '{"status":"ok"}' });
    assert.equal(await ask({ host: '10.1.2.3' }, '/readyz'), 200);
    assert.equal(await ask({ host: '10.1.2.3', origin: 'https://evil.example' }, '/readyz'), 403);
    await rig.stop();
  });

  it('may be its own https', async function () {
    const folder = mkdtempSync(join(tmpdir(), 'codex-relay-tls-'));
    const [certFile, keyFile] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
    const made = [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-days',
      '1',
    ];
    try {
      execFileSync('openssl', [...made, '-subj', '/CN=localhost', '-keyout', keyFile, '-out', certFile], {
        stdio: 'ignore',
      });
    } catch {
      process.stdout.write('      skipped: there is no openssl to make a certificate with\n');
      this.skip();
    }
    const [cert, key] = [certFile, keyFile].map((file) => readFileSync(file, 'utf8'));
    const relay = await start({
      port: 0,
      tls: { cert: cert ?? '', key: key ?? '' },
      upstream: 'http://127.0.0.1:1',
    });
    assert.match(relay.url, /^https:/);
    const status = await new Promise((resolve, reject) => {
      request(`${relay.url}/healthz`, { ca: cert, servername: 'localhost' }, (reply) =>
        resolve(reply.statusCode),
      )
        .on('error', reject)
        .end();
    });
    assert.equal(status, 200);
    await relay.stop();
    rmSync(folder, { recursive: true });
  });
});

describe('a relay that stops', () => {
  it('lets running answers end, takes no new ones, and is not ready in the meantime', async () => {
    const hold = Promise.withResolvers<void>();
    const rig = await startRig(() => streamReply(textChunks('hi'), hold.promise));
    const stream = eventsOf(await rig.post({ model: 'm', input: 'x', stream: true }));
    await stream.next();
    const { url } = rig.relay;
    const stopped = rig.relay.stop({ drainMs: 20_000 });
    await assert.rejects(fetch(`${url}/readyz`));
    assert.equal(rig.relay.running, 1);
    hold.resolve();
    const types = (await Array.fromAsync(stream)).map(({ type }) => type);
    assert.equal(types.at(-1), 'response.completed');
    await stopped;
    await rig.upstream.stop();
  });

  it('says so to probes before it takes no more, if it is to', async () => {
    const rig = await startRig(() => streamReply(textChunks('hi')));
    const stopped = rig.relay.stop({ leaveMs: 200 });
    assert.equal((await fetch(`${rig.relay.url}/readyz`)).status, 503);
    assert.equal((await rig.post({ model: 'm', input: 'x' })).status, 200);
    await stopped;
    await assert.rejects(fetch(`${rig.relay.url}/readyz`));
    await rig.upstream.stop();
  });

  it('answers what is sent on a connection that was idle, and says that it is the last of it', async () => {
    const rig = await startRig(() => streamReply(textChunks('hi')));
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ask = () =>
      new Promise<[number | undefined, string | undefined]>((resolve, reject) => {
        httpRequest(`${rig.relay.url}/readyz`, { agent }, (reply) => {
          reply.resume().once('end', () => resolve([reply.statusCode, reply.headers.connection]));
        })
          .on('error', reject)
          .end();
      });
    assert.deepEqual(await ask(), [200, 'keep-alive']);
    const stopped = rig.relay.stop({ drainMs: 20_000 });
    assert.deepEqual(await ask(), [503, 'close']);
    await stopped;
    await assert.rejects(ask(), { code: 'ECONNREFUSED' });
    agent.destroy();
    await rig.upstream.stop();
  });

  it('waits no longer than it was told', async () => {
    const rig = await startRig(() => streamReply(textChunks('hi'), new Promise(() => {})));
    const stream = eventsOf(await rig.post({ model: 'm', input: 'x', stream: true }));
    await stream.next();
    const stopped = rig.relay.stop({ drainMs: 50 });
    const types = (await Array.fromAsync(stream)).map(({ type }) => type);
    assert.equal(types.at(-1), 'response.failed');
    await stopped;
    await rig.upstream.stop();
  });
});
