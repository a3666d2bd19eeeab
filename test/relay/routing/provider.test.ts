import assert from 'node:assert/strict';
import { RelayError } from '../../../src/errors.ts';
import type { UpstreamOptions } from '../../../src/relay/options.ts';
import { endpoint, normalBaseUrl, resolveProvider } from '../../../src/relay/routing/provider.ts';
import { startRig } from '../../support/relay-client.ts';
import { streamReply, textChunks } from '../../support/scripted-upstream.ts';

describe('the upstream', () => {
  const URLS: [given: string, used: string | undefined][] = [
    ['https://api.example.com/v1', 'https://api.example.com/v1'],
    [' https://api.example.com/v1/ ', 'https://api.example.com/v1'],
    ['https://api.example.com/v1/chat/completions', 'https://api.example.com/v1'],
    ['https://api.example.com/v1/chat/completions/', 'https://api.example.com/v1'],
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
    ['demo:scripted', 'demo:scripted'],
    ['https://api.example.com/v1/chat/completions?v=1#top', 'https://api.example.com/v1?v=1'],
    ['ftp://example.com', undefined],
    ['example.com/v1', undefined],
    ['https://user:secret@example.com', undefined],
    ['', undefined],
  ];
  for (const [given, used] of URLS) {
    it(`takes "${given}" ${used === undefined ? 'for no address' : `as ${used}`}`, () => {
      if (used !== undefined) return assert.equal(normalBaseUrl(given), used);
      assert.throws(
        () => normalBaseUrl(given),
        (error: unknown) => {
          assert.ok(error instanceof RelayError && error.param === 'upstream');
          assert.ok(!error.message.includes('secret'));
          return true;
        },
      );
    });
  }

  it('is OpenRouter by default, recognised by host, and generic otherwise', () => {
    const id = (options: UpstreamOptions) => resolveProvider(options).profile.id;
    assert.equal(id({}), 'openrouter');
    assert.equal(id({ upstream: 'https://openrouter.ai/api/v1' }), 'openrouter');
    assert.equal(id({ upstream: 'https://notopenrouter.ai/api/v1' }), 'openai-compatible');
    assert.equal(id({ provider: 'demo' }), 'demo');
    assert.throws(() => id({ provider: 'nobody' }), /"nobody" is unknown\. Known: /);
    assert.throws(() => id({ provider: 'openai-compatible' }), /needs a base URL/);
  });
});

describe('the routes of the upstream', () => {
  it('keep the query of its address at the end', () => {
    const routes = (upstream: string) => {
      const provider = resolveProvider({ upstream });
      return [endpoint(provider, '/chat/completions'), endpoint(provider, '/models')];
    };
    assert.deepEqual(routes('https://example.com/v1'), [
      'https://example.com/v1/chat/completions',
      'https://example.com/v1/models',
    ]);
    assert.deepEqual(routes('https://example.com/v1/?v=1'), [
      'https://example.com/v1/chat/completions?v=1',
      'https://example.com/v1/models?v=1',
    ]);
  });
});

describe('the key', () => {
  it('is cleaned of what copying adds', () => {
    assert.deepEqual(resolveProvider({ apiKey: ' sk-key\r\n' }).apiKeys, ['sk-key']);
    assert.deepEqual(resolveProvider({ apiKey: ' ' }).apiKeys, []);
  });

  it('is refused without being quoted if no header can carry it', () => {
    for (const apiKey of ['sk-one sk-two', 'sk-\u2026', 'sk-\nx']) {
      assert.throws(
        () => resolveProvider({ apiKey }),
        (error: unknown) =>
          error instanceof RelayError && error.param === 'apiKey' && !error.message.includes('sk-'),
      );
    }
  });
});

describe("the user's own fields of requests", () => {
  it('are set and left out as the last word, in every request', async () => {
    const rig = await startRig(() => streamReply(textChunks('hi')), {
      extraParams: { top_k: 20, temperature: 1, stop: ['x'] },
      dropParams: ['stream_options', 'stop', 'never_sent'],
    });
    await (await rig.post({ model: 'scripted-model', input: 'hi', temperature: 0.5 })).text();
    assert.deepEqual(rig.upstream.chats[0]?.body, {
      model: 'scripted-model',
      messages: [{ role: 'user', content: 'hi' }],
      stream: true,
      temperature: 1,
      top_k: 20,
    });
    await rig.stop();
  });

  for (const options of [
    { extraParams: { stream: false } },
    { extraParams: { top_k: 1, model: 'x' } },
    { dropParams: ['messages'] },
    { dropParams: ['temperature', 'model'] },
  ]) {
    it(`are refused at start if no request could work: ${JSON.stringify(options)}`, () => {
      assert.throws(
        () => resolveProvider(options),
        (error: unknown) => error instanceof RelayError && error.param === Object.keys(options)[0],
      );
    });
  }
});
