import assert from 'node:assert/strict';
import { RelayError } from '../../../src/errors.ts';
import type { UpstreamOptions } from '../../../src/relay/options.ts';
import {
  endpoint,
  normalBaseUrl,
  resolveProvider,
  upstreamModel,
} from '../../../src/relay/routing/provider.ts';
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
  it('keep the query of its address behind them', () => {
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
  it('loses the white space that copying adds', () => {
    assert.equal(resolveProvider({ apiKey: ' sk-key\r\n' }).apiKey, 'sk-key');
    assert.equal(resolveProvider({ apiKey: ' ' }).apiKey, undefined);
  });

  it('is refused, unrepeated, where no header can carry it', () => {
    for (const apiKey of ['sk-one sk-two', 'sk-\u2026', 'sk-\nx']) {
      assert.throws(
        () => resolveProvider({ apiKey }),
        (error: unknown) =>
          error instanceof RelayError && error.param === 'apiKey' && !error.message.includes('sk-'),
      );
    }
  });
});

describe('the model', () => {
  const provider = resolveProvider({
    provider: 'demo',
    model: 'chosen',
    modelMap: { 'gpt-5.4': 'mapped:free' },
  });
  const served = new Set(['demo', 'listed']);
  const CASES: [what: string, requested: string, served: ReadonlySet<string> | undefined, used: string][] = [
    ['mapped', 'gpt-5.4', served, 'mapped:free'],
    ['chosen, for the alias', 'codex-relay', served, 'chosen'],
    ['itself', 'listed', served, 'listed'],
    ['itself without the provider in front', 'demo/listed', served, 'listed'],
    ['the chosen one where the provider does not list it', 'gpt-6', served, 'chosen'],
    ['itself while nobody knows what is listed', 'gpt-6', undefined, 'gpt-6'],
    ['itself where the provider lists nothing', 'gpt-6', new Set(), 'gpt-6'],
  ];
  for (const [what, requested, list, used] of CASES) {
    it(`${requested} is ${what}`, () => assert.equal(upstreamModel(provider, requested, list), used));
  }

  for (const [requested, list, used] of [
    ['openrouter/auto', undefined, 'openrouter/auto'],
    [
      'openrouter/deepseek/deepseek-v4-pro',
      new Set(['deepseek/deepseek-v4-pro']),
      'deepseek/deepseek-v4-pro',
    ],
    ['openrouter/auto', new Set(['openrouter/auto', 'auto']), 'openrouter/auto'],
  ] as const) {
    it(`${requested} keeps a vendor that is called like the provider, unless the list says otherwise`, () => {
      assert.equal(upstreamModel(resolveProvider({ provider: 'openrouter' }), requested, list), used);
    });
  }

  it("is itself where the list says nothing of the names that requests take (Azure's deployments)", () => {
    const azure = resolveProvider({
      provider: 'azure',
      upstream: 'https://x.openai.azure.com/openai/v1',
      model: 'a',
    });
    assert.equal(upstreamModel(azure, 'my-deployment', new Set(['gpt-5.6'])), 'my-deployment');
  });

  it('is asked for where the alias stands for none', () => {
    const bare = resolveProvider({ upstream: 'http://127.0.0.1:1' });
    assert.throws(() => upstreamModel(bare, 'codex-relay', undefined), /none is chosen/);
  });

  it('that is not listed is replaced with one line in the log', async () => {
    const rig = await startRig(() => streamReply(textChunks('hi')), { model: 'scripted-model' });
    await rig.relay.models();
    for (let time = 0; time < 2; time++) await (await rig.post({ model: 'gpt-6', input: 'hi' })).text();
    assert.deepEqual(
      rig.upstream.chats.map((chat) => chat.body.model),
      ['scripted-model', 'scripted-model'],
    );
    assert.equal(rig.log.filter((line) => line.includes('does not list the model "gpt-6"')).length, 1);
    await rig.stop();
  });
});
