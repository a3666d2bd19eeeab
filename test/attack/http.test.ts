/** Requests that no HTTP library sends, written byte by byte: each has one meaning, or is refused. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { text as readAll } from 'node:stream/consumers';
import { type Rig, startRig } from '../support/relay-client.ts';
import { streamReply, textChunks } from '../support/scripted-upstream.ts';

const HOST = 'Host: 127.0.0.1';
const TOKEN = 'Authorization: Bearer local-token';
const BODY = '{"model":"m","input":"hello"}';

/** All that comes back for these bytes until the relay closes the connection. */
async function send(rig: Rig, bytes: string): Promise<string> {
  const socket = connect(rig.relay.port, '127.0.0.1');
  socket.write(bytes);
  return readAll(socket);
}

function head(...lines: string[]): string {
  return [...lines, '', ''].join('\r\n');
}

/** The status of each answer in what came back. */
function statuses(reply: string): number[] {
  return [...reply.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
}

describe('attacks on HTTP', () => {
  let rig: Rig;
  before(async () => {
    rig = await startRig(() => streamReply(textChunks('hi')), { token: 'local-token', apiKey: 'key' });
  });
  afterEach(() =>
    assert.deepEqual(
      rig.log.filter((line) => line.startsWith('error')),
      [],
    ),
  );
  after(() => rig.stop());

  describe('a request within a request', () => {
    const inner = head('GET /healthz HTTP/1.1', HOST, TOKEN);
    const post = (...lines: string[]) => head('POST /v1/responses HTTP/1.1', HOST, TOKEN, ...lines);
    const CASES: Record<string, string> = {
      'two lengths': `${post('Content-Length: 0', `Content-Length: ${inner.length}`)}${inner}`,
      'a length and chunks': `${post('Content-Length: 5', 'Transfer-Encoding: chunked')}0\r\n\r\n${inner}`,
      'chunks that are said twice over': `${post('Transfer-Encoding: chunked, identity')}0\r\n\r\n${inner}`,
      'an encoding that nobody knows': `${post('Transfer-Encoding: xchunked')}0\r\n\r\n${inner}`,
      'a length in hexadecimal': `${post('Content-Length: 0x0')}${inner}`,
      'a length with a sign': `${post('Content-Length: +0')}${inner}`,
      'a chunk that is no number': `${post('Transfer-Encoding: chunked')}zz\r\n\r\n${inner}`,
    };
    for (const [what, bytes] of Object.entries(CASES)) {
      it(`is not served: ${what}`, async () => assert.deepEqual(statuses(await send(rig, bytes)), [400]));
    }
  });

  describe('a header', () => {
    const get = (...lines: string[]) => head('GET /healthz HTTP/1.1', ...lines);
    const CASES: Record<string, [bytes: string, status: number]> = {
      'Host twice': [get(HOST, 'Host: evil.example', TOKEN), 400],
      'Host twice, in other letters': [get(HOST, 'hOST: 127.0.0.1', TOKEN), 400],
      'Host twice, the other first': [get('Host: evil.example', HOST, TOKEN), 403],
      'no Host': [get(TOKEN), 400],
      'an empty Host': [get('Host:', TOKEN), 403],
      'no Host in HTTP/1.0': [head('GET /healthz HTTP/1.0', TOKEN), 403],
      'Authorization twice': [get(HOST, TOKEN, 'Authorization: Bearer wrong'), 400],
      'Authorization twice, the wrong one first': [get(HOST, 'Authorization: Bearer wrong', TOKEN), 400],
      'an Origin without a value': [get(HOST, TOKEN, 'Origin:'), 403],
      'an Origin on a folded line': [get(HOST, TOKEN, 'X-A: b', ' Origin: https://evil.example'), 400],
      'an Origin with a space before the colon': [get(HOST, TOKEN, 'Origin : https://evil.example'), 400],
      'an Origin behind a lone carriage return': [get(HOST, TOKEN, 'X-A: b\rOrigin: x'), 400],
      'lines without carriage returns': [get(HOST, TOKEN).replaceAll('\r', ''), 400],
      'a byte of zero': [get(HOST, TOKEN, 'X-A: b\0c'), 400],
      'forwarded names of hosts': [get('Host: evil.example', TOKEN, 'X-Forwarded-Host: 127.0.0.1'), 403],
      'a method in another header': [get(HOST, TOKEN, 'X-HTTP-Method-Override: DELETE'), 200],
    };
    for (const [what, [bytes, status]] of Object.entries(CASES)) {
      it(`has only one meaning: ${what}`, async () => {
        const closing = bytes.replace(/\r\n\r\n$/, '\r\nConnection: close\r\n\r\n');
        assert.deepEqual(statuses(await send(rig, closing)), [status]);
      });
    }

    it('may not be longer than 16 KiB', async () => {
      assert.deepEqual(statuses(await send(rig, get(HOST, TOKEN, `X-A: ${'a'.repeat(20_000)}`))), [431]);
    });
  });

  describe('a path', () => {
    const CASES: [path: string, status: number][] = [
      ['http://127.0.0.1/healthz', 400],
      ['http://evil.example/healthz', 400],
      ['evil.example/healthz', 400],
      ['*', 400],
      ['//healthz', 404],
      ['//evil.example/healthz', 404],
      ['/.//healthz', 404],
      ['/./healthz', 404],
      ['/v1/../healthz', 404],
      ['/relay/status/../../healthz?nonce=0123456789abcdef', 404],
      ['/relay/status%2f..%2f..%2fhealthz?nonce=0123456789abcdef', 404],
      ['/%68ealthz', 404],
      ['/%2fhealthz', 404],
      ['/healthz%00', 404],
      ['/healthz;a=b', 404],
      ['\\healthz', 400],
      ['/v1/responses/..%2f..%2fpackage', 404],
      ['/v1/responses/%2e%2e', 404],
      ['/v1/responses/..%5c..%5cpackage', 404],
      ['/v1/responses/%zz', 404],
      ['/v1/responses/%00', 404],
      ['/v1/responses/__proto__', 404],
      ['/v1/responses/constructor', 404],
      ['/v1/responses/toString/input_items', 404],
    ];
    for (const [path, status] of CASES) {
      it(`is taken literally: ${path}`, async () => {
        const reply = await send(rig, head(`GET ${path} HTTP/1.1`, HOST, TOKEN, 'Connection: close'));
        assert.deepEqual(statuses(reply), [status]);
      });
    }

    it('without the token is refused like any other', async () => {
      for (const [path] of CASES) {
        const reply = await send(rig, head(`GET ${path} HTTP/1.1`, HOST, 'Connection: close'));
        assert.ok([400, 401].includes(statuses(reply)[0] ?? 0), `${path}: ${statuses(reply)}`);
        assert.doesNotMatch(reply, /"status":"ok"/);
      }
    });
  });

  it('opens no tunnel', async () => {
    assert.deepEqual(statuses(await send(rig, head('CONNECT evil.example:443 HTTP/1.1', HOST, TOKEN))), []);
  });

  it('needs the token in each pipelined request', async () => {
    const good = head('GET /healthz HTTP/1.1', HOST, TOKEN);
    const bad = head('GET /healthz HTTP/1.1', HOST, 'Connection: close');
    assert.deepEqual(statuses(await send(rig, good + good + bad)), [200, 200, 401]);
  });

  it('takes a token only from its header', async () => {
    const path = '/healthz?token=local-token&access_token=local-token&authorization=Bearer%20local-token';
    const lines = [
      'Cookie: token=local-token',
      'X-Api-Key: local-token',
      'Proxy-Authorization: Bearer local-token',
    ];
    const reply = await send(rig, head(`GET ${path} HTTP/1.1`, HOST, ...lines, 'Connection: close'));
    assert.deepEqual(statuses(reply), [401]);
    assert.doesNotMatch(reply, /local-token/);
  });

  it('is not split into two requests by what its body looks like', async () => {
    const asked = rig.upstream.chats.length;
    const lines = ['Content-Type: application/json', `Content-Length: ${BODY.length}`];
    const next = head('GET /healthz HTTP/1.1', HOST, 'Connection: close');
    const reply = await send(rig, head('POST /v1/responses HTTP/1.1', HOST, TOKEN, ...lines) + BODY + next);
    assert.deepEqual(statuses(reply), [200, 401]);
    assert.equal(rig.upstream.chats.length, asked + 1);
  });
});
