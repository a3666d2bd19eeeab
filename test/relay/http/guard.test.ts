import assert from 'node:assert/strict';
import { start } from '../../../src/index.ts';
import type { Refusal, RequestReport } from '../../../src/relay/options.ts';
import { AS_CODEX, errorOf, type Rig, rawRequest, startRig } from '../../support/relay-client.ts';
import { errorReply, streamReply, textChunks } from '../../support/scripted-upstream.ts';

const REQUEST = { model: 'm', input: 'hello' };

describe('guard', () => {
  let rig: Rig;
  before(async () => {
    rig = await startRig(() => streamReply(textChunks('hi')), {
      token: 'local-token',
      apiKey: 'provider-key',
    });
  });
  after(() => rig.stop());

  const withToken = { authorization: 'Bearer local-token' };

  it('listens on 127.0.0.1 only', () => assert.match(rig.relay.url, /^http:\/\/127\.0\.0\.1:\d+$/));

  for (const host of ['localhost', '127.0.0.1', '127.0.0.2:4444', '[::1]', 'LOCALHOST:4444']) {
    it(`lets the host ${host} in`, async () => {
      assert.equal((await rawRequest(rig.relay.url, { headers: { host, ...withToken } })).status, 200);
    });
  }

  for (const host of [
    'evil.example',
    '127.0.0.1.evil.example',
    'localhost.evil.example',
    'evil.example:4444',
    'localhost@evil.example',
    'localhost:4444@evil.example',
    'localhost,evil.example',
    'localhost evil.example',
    'localhost#.evil.example',
    'localhost.',
    'localhost:',
    'localhost:80:80',
    '127.1',
    '2130706433',
    '0x7f.0.0.1',
    '127.0.0.1%20',
    '[::ffff:127.0.0.1]',
    '::1',
    '0.0.0.0',
    '10.0.0.1',
  ]) {
    it(`refuses the host "${host}" (DNS rebinding)`, async () => {
      assert.equal((await rawRequest(rig.relay.url, { headers: { host, ...withToken } })).status, 403);
    });
  }

  for (const headers of [
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: '' },
    { 'sec-fetch-site': 'cross-site' },
  ]) {
    it(`refuses a browser: ${JSON.stringify(headers)}`, async () => {
      const reply = await rawRequest(rig.relay.url, { headers: { ...headers, ...withToken } });
      assert.equal(reply.status, 403);
    });
  }

  for (const authorization of [
    undefined,
    'Bearer wrong',
    'Bearer local-token2',
    'Basic local-token',
    'local-token',
  ]) {
    it(`refuses authorization "${authorization}"`, async () => {
      const headers = authorization === undefined ? {} : { authorization };
      const reply = await rig.post(REQUEST, headers);
      assert.equal(reply.status, 401);
      assert.ok(!(await reply.text()).includes('local-token'));
    });
  }

  it('takes no token that no client could send', async () => {
    for (const token of ['two words', 'gr\u00fc\u00df', 'line\n']) {
      await assert.rejects(start({ port: 0, token }), /^RelayError: token: only visible ASCII/);
    }
  });

  it('guards every route, even unknown ones', async () => {
    for (const path of ['/healthz', '/v1/models', '/models', '/nowhere']) {
      assert.equal((await rawRequest(rig.relay.url, { path })).status, 401, path);
    }
  });

  it('tells Codex of a wrong token in one plain sentence', async () => {
    const reply = await rig.post(REQUEST, { ...AS_CODEX });
    assert.equal(reply.status, 400);
    assert.match(await reply.text(), /^The relay needs its own token as bearer/);
  });

  it('answers a WebSocket upgrade with 426', async () => {
    const headers = { connection: 'Upgrade', upgrade: 'websocket', ...withToken };
    assert.equal((await rawRequest(rig.relay.url, { path: '/v1/responses', headers })).status, 426);
  });

  it("sends the configured key upstream, never the token, and none of the client's private headers", async () => {
    const before = rig.upstream.chats.length;
    await (
      await rig.post(REQUEST, {
        ...withToken,
        'x-codex-turn-metadata': '{"secret":1}',
        'session-id': 's',
        cookie: 'c',
      })
    ).text();
    const { headers } = await rig.upstream.chat(before);
    assert.equal(headers.authorization, 'Bearer provider-key');
    assert.deepEqual(Object.keys(headers).sort(), [
      'accept',
      'authorization',
      'connection',
      'content-length',
      'content-type',
      'host',
      'user-agent',
    ]);
  });
});

describe('the type of a body', () => {
  let rig: Rig;
  before(async () => {
    rig = await startRig(() => streamReply(textChunks('hi')));
  });
  after(() => rig.stop());

  for (const type of [
    'application/json',
    'Application/JSON',
    'application/json; charset=utf-8',
    'application/json ;charset=UTF-8',
  ]) {
    it(`may be ${type}`, async () => {
      assert.equal((await rig.post(REQUEST, { 'content-type': type })).status, 200);
    });
  }

  it('may be left out', async () => {
    const body = new TextEncoder().encode(JSON.stringify(REQUEST));
    const reply = await fetch(`${rig.relay.url}/v1/responses`, { method: 'POST', body });
    assert.equal(reply.status, 200);
  });

  for (const type of [
    'text/plain',
    'text/plain;charset=UTF-8',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonp',
    'application/json-seq',
    'application/json, text/plain',
    'text/json',
    'text/plain; application/json',
  ]) {
    it(`may not be ${type}`, async () => {
      const asked = rig.upstream.chats.length;
      for (const path of ['/v1/responses', '/responses', '/v1/responses/resp_1/cancel']) {
        const reply = await rig.post(REQUEST, { 'content-type': type }, path);
        assert.equal(reply.status, 415);
        assert.match((await errorOf(reply)).message, /content-type: application\/json/);
      }
      assert.equal(rig.upstream.chats.length, asked);
    });
  }

  it('is told to Codex in one plain sentence', async () => {
    const reply = await rig.post(REQUEST, { ...AS_CODEX, 'content-type': 'text/plain' });
    assert.equal(reply.status, 400);
    assert.equal(await reply.text(), 'The relay reads JSON only: send content-type: application/json.');
  });
});

describe('keys', () => {
  it("passes the client's own bearer on where no key is configured", async () => {
    const rig = await startRig([streamReply(textChunks('hi'))]);
    await (await rig.post(REQUEST, { authorization: 'Bearer client-key' })).text();
    assert.equal((await rig.upstream.chat(0)).headers.authorization, 'Bearer client-key');
    await rig.stop();
  });

  it('sends no key at all where there is only our token', async () => {
    const rig = await startRig([streamReply(textChunks('hi'))], { token: 't' });
    await (await rig.post(REQUEST, { authorization: 'Bearer t' })).text();
    assert.equal((await rig.upstream.chat(0)).headers.authorization, undefined);
    await rig.stop();
  });

  it('reports a client without the token to the host, and logs it once', async () => {
    const refusals: Refusal[] = [];
    const rig = await startRig(() => streamReply(textChunks('hi')), {
      token: 'local-token',
      onRefusal: (refusal) => refusals.push(refusal),
    });
    const from = (agent: string, more: Record<string, string> = {}) =>
      rawRequest(rig.relay.url, { headers: { host: 'localhost', 'user-agent': agent, ...more } });
    await from('codex_exec/0.169.0 (Linux; x) tty', { authorization: 'Bearer an-old-token' });
    await from('codex_exec/0.169.0', { authorization: 'Bearer an-old-token' });
    await from('secrets=/home/me');
    await from('good/1', { authorization: 'Bearer local-token' });
    assert.deepEqual(refusals, [
      { client: 'codex_exec/0.169.0', sentToken: true },
      { client: 'codex_exec/0.169.0', sentToken: true },
      { client: '', sentToken: false },
    ]);
    const lines = rig.log.filter((line) => line.includes('refused'));
    assert.equal(lines.length, 2, lines.join('\n'));
    assert.ok(!rig.log.join('\n').includes('an-old-token'));
    await rig.stop();
  });

  it('never repeats a key that a provider quotes, in an answer or in the log', async () => {
    const message = 'Incorrect API key provided: provider-key';
    const replies = [errorReply(401, message), streamReply({ error: { message, code: 401 } })];
    const reports: RequestReport[] = [];
    const rig = await startRig(replies, {
      apiKey: 'provider-key',
      onRequest: (report) => reports.push(report),
    });
    for (const _ of replies) {
      const body = await (await rig.post(REQUEST)).text();
      assert.match(body, /Incorrect API key provided: \[key\]/);
      assert.ok(![body, ...rig.log, JSON.stringify(reports)].join('\n').includes('provider-key'));
    }
    await rig.stop();
  });

  it('understands an error that contains the key as an ordinary word', async () => {
    const message = 'This model has a maximum context length of 8192 tokens';
    const rig = await startRig([errorReply(400, message)], { apiKey: 'x' });
    assert.equal((await errorOf(await rig.post(REQUEST))).code, 'context_length_exceeded');
    await rig.stop();
  });

  it('does not follow a redirect with a key', async () => {
    const other = await startRig([streamReply(textChunks('stolen'))]);
    const rig = await startRig(
      [{ status: 307, headers: { location: `${other.upstream.url}/chat/completions` }, body: [] }],
      { apiKey: 'k' },
    );
    const reply = await rig.post(REQUEST);
    assert.match(await reply.text(), /redirects to another address/);
    assert.equal(other.upstream.chats.length, 0);
    await rig.stop();
    await other.stop();
  });
});
