import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { allEvents, errorOf, responseOf, startRig } from '../../support/relay-client.ts';
import { deltaChunk } from '../../support/scripted-upstream.ts';

/** As `fetch` fails: the cause holds the code. */
const failed = (code: string) =>
  new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) });
const REQUEST = { model: 'm', input: 'hello' };

describe('a connection that fails', () => {
  for (const [code, kind, words] of [
    ['UND_ERR_HEADERS_TIMEOUT', 'upstream_stalled', /sent nothing for so long/],
    ['UND_ERR_BODY_TIMEOUT', 'upstream_stalled', /sent nothing for so long/],
    ['ECONNREFUSED', 'upstream_unreachable', /cannot be reached.*ECONNREFUSED/],
    ['UND_ERR_CONNECT_TIMEOUT', 'upstream_unreachable', /cannot be reached/],
    ['CERT_HAS_EXPIRED', 'upstream_unreachable', /CERT_HAS_EXPIRED/],
  ] as const) {
    it(`before the reply is ${kind}: ${code}`, async () => {
      const rig = await startRig([], { fetch: () => Promise.reject(failed(code)) });
      const error = await errorOf(await rig.post(REQUEST));
      assert.equal(error.code, kind);
      assert.match(error.message, words);
      await rig.stop();
    });
  }

  for (const [code, kind, words] of [
    ['UND_ERR_BODY_TIMEOUT', 'upstream_stalled', /sent nothing for so long/],
    ['ECONNRESET', 'upstream_error', /broke off the answer \(ECONNRESET\)/],
  ] as const) {
    it(`inside the answer is ${kind}: ${code}`, async () => {
      const chunk = Buffer.from(`data: ${JSON.stringify(deltaChunk({ content: 'a' }))}\n\n`);
      const body = () =>
        new ReadableStream<Uint8Array>(
          {
            start: (stream) => stream.enqueue(chunk),
            // Asked for more when the first chunk was read.
            pull: (stream) => stream.error(failed(code)),
          },
          { highWaterMark: 0 },
        );
      const rig = await startRig([], { fetch: async () => new Response(body()) });
      const error = await errorOf(await rig.post(REQUEST));
      assert.equal(error.code, kind);
      assert.match(error.message, words);
      await rig.stop();
    });
  }
});

describe('a connection that breaks before the reply', () => {
  const real = performance.now.bind(performance);
  afterEach(() => mock.restoreAll());
  for (const code of ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']) {
    for (const [seconds, times] of [
      [0, 2],
      [60, 1],
    ] as const) {
      it(`is asked for ${times === 1 ? 'no more' : 'once more'} after ${seconds} s of work: ${code}`, async () => {
        let late = 0;
        let asked = 0;
        mock.method(performance, 'now', () => real() + late);
        const answer = `data: ${JSON.stringify(deltaChunk({ content: 'a' }))}\n\ndata: [DONE]\n\n`;
        const rig = await startRig([], {
          fetch: async (url) => {
            if (!String(url).endsWith('/chat/completions')) return new Response('{"data":[]}');
            asked += 1;
            if (asked > 1) return new Response(answer);
            late += seconds * 1_000;
            throw failed(code);
          },
        });
        const reply = await rig.post(REQUEST);
        if (times === 1) {
          const error = await errorOf(reply);
          assert.equal(error.code, 'upstream_unreachable', error.message);
          assert.match(error.message, /closed the connection after 60 s without a word.*may charge/);
        } else await reply.text();
        assert.equal(asked, times);
        await rig.stop();
      });
    }
  }
});

describe('an event named error', () => {
  for (const [data, code, words] of [
    ['quota for team exceeded, add credits', 'insufficient_quota', /quota for team exceeded, add credits/],
    ['{"message":"Model is being upgraded"}', 'upstream_error', /Model is being upgraded/],
    ['{"error":{"message":"slow down","code":429}}', 'rate_limit_exceeded', /slow down/],
    ['upstream connect error', 'upstream_error', /upstream connect error/],
  ] as const) {
    it(`fails the response in the provider's own words: ${data}`, async () => {
      const rig = await startRig(() => ({
        body: [deltaChunk({ content: 'a' }), `event: error\ndata: ${data}\n\n`],
      }));
      const error = await errorOf(await rig.post(REQUEST));
      assert.equal(error.code, code);
      assert.match(error.message, words);
      const last = (await allEvents(await rig.post({ ...REQUEST, stream: true }))).at(-1);
      assert.ok(last?.type === 'response.failed');
      assert.match(last.response.error?.message ?? '', words);
      await rig.stop();
    });
  }

  it('is not found in an answer that mentions one', async () => {
    const body = [deltaChunk({ content: 'event: error' }), { choices: [{ finish_reason: 'stop' }] }];
    const rig = await startRig(() => ({ body }));
    assert.equal((await responseOf(await rig.post(REQUEST))).status, 'completed');
    await rig.stop();
  });
});
