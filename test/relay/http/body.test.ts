import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { text as readAll } from 'node:stream/consumers';
import {
  brotliCompressSync,
  deflateRawSync,
  deflateSync,
  gzipSync,
  type InputType,
  zstdCompressSync,
} from 'node:zlib';
import { AS_CODEX, type Rig, startRig } from '../../support/relay-client.ts';
import { streamReply, textChunks } from '../../support/scripted-upstream.ts';

const ENCODERS: Readonly<Record<string, (text: InputType) => Buffer>> = {
  zstd: zstdCompressSync,
  gzip: gzipSync,
  'x-gzip': gzipSync,
  deflate: deflateSync,
  // What many clients mean by it.
  'raw deflate': deflateRawSync,
  br: brotliCompressSync,
  ZSTD: zstdCompressSync,
  identity: (text) => Buffer.from(text.toString()),
  'gzip, zstd': (text) => zstdCompressSync(gzipSync(text)),
  'identity, br': brotliCompressSync,
};
/** What the header says of it. */
const headerOf = (encoding: string) => encoding.replace('raw ', '');
const BODY = JSON.stringify({ model: 'm', input: 'größer \u{1f600}', stream: false });
const LIMIT = 1024 * 1024;

describe('a compressed body', () => {
  let rig: Rig;
  before(async () => {
    rig = await startRig(() => streamReply(textChunks('read')), { maxBodyBytes: LIMIT });
  });
  after(() => rig.stop());

  /** Sends these pieces chunked, without a length. */
  const send = (encoding: string, pieces: readonly Uint8Array[], headers = {}) =>
    new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
      const request = httpRequest(`${rig.relay.url}/v1/responses`, {
        method: 'POST',
        headers: { 'content-encoding': headerOf(encoding), ...headers },
      });
      request.on('error', reject);
      request.on('response', (reply) => {
        readAll(reply).then((body) => resolve({ status: reply.statusCode, body }), reject);
      });
      for (const piece of pieces) request.write(piece);
      request.end();
    });

  for (const [encoding, encode] of Object.entries(ENCODERS)) {
    it(`is read, whole or byte by byte: ${encoding}`, async () => {
      const bytes = encode(BODY);
      for (const pieces of [[bytes], [...bytes].map((byte) => Uint8Array.of(byte))]) {
        const { status, body } = await send(encoding, pieces);
        assert.equal(status, 200, body);
        const { messages } = rig.upstream.chats.at(-1)?.body ?? {};
        assert.equal(messages?.[0]?.content, 'größer \u{1f600}');
      }
    });
  }

  for (const encoding of ['zstd', 'gzip', 'deflate', 'raw deflate', 'br']) {
    const encode = ENCODERS[encoding] ?? assert.fail();

    it(`counts by its decoded size: ${encoding}`, async () => {
      const bomb = encode(JSON.stringify({ model: 'm', input: 'x'.repeat(8 * LIMIT) }));
      assert.ok(bomb.length < LIMIT / 10);
      const { status, body } = await send(encoding, [bomb]);
      assert.equal(status, 413);
      assert.match(body, /larger than the relay accepts \(1 MiB\)/);
      assert.equal((await send(encoding, [encode(BODY)])).status, 200);
    });

    it(`that is broken is bad input: ${encoding}`, async () => {
      const whole = encode(JSON.stringify({ model: 'm', input: 'x'.repeat(1000), secret: 'prompt' }));
      for (const bytes of [Buffer.from('no such encoding'), whole.subarray(0, whole.length - 5)]) {
        const { status, body } = await send(encoding, [bytes]);
        assert.equal(status, 400);
        assert.match(body, /is not what its encoding says|not valid JSON/);
        assert.ok(!body.includes('prompt'));
      }
    });

    it(`is not our error if the client leaves in the middle: ${encoding}`, async () => {
      const half = encode(BODY).subarray(0, 20);
      const head = `POST /v1/responses HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-encoding: ${headerOf(encoding)}\r\ncontent-length: 9999\r\n\r\n`;
      const client = connect(rig.relay.port, '127.0.0.1', () =>
        client.end(Buffer.concat([Buffer.from(head), half])),
      );
      client.resume();
      await new Promise((resolve) => client.once('close', resolve));
      assert.doesNotMatch(rig.log.join('\n'), /^error/m);
    });
  }

  it('of raw deflate is read, however little it holds', async () => {
    for (const level of [0, 1, 9]) {
      const { status } = await send('deflate', [deflateRawSync(BODY, { level })]);
      assert.equal(status, 200);
    }
    assert.equal((await send('deflate', [])).status, 400);
  });

  it('in an unknown encoding is refused by name, to Codex too', async () => {
    const { status, body } = await send('lzma', [Buffer.from('x')]);
    assert.equal(status, 415);
    assert.match(body, /reads no \\"lzma\\" bodies/);
    const told = await send('gzip, constructor', [Buffer.from('x')], AS_CODEX);
    assert.deepEqual([told.status, /reads no "constructor" bodies/.test(told.body)], [400, true]);
  });

  it('that is too large is answered, even if it comes without a length and uncompressed', async () => {
    const { status } = await send('identity', [Buffer.alloc(2 * LIMIT, ' ')]);
    assert.equal(status, 413);
  });
});
