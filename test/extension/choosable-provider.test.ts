import assert from 'node:assert/strict';
import { choosableProviders, freeProviderId, isUnencrypted } from '../../src/extension/choosable-provider.ts';
import { readSettings } from '../../src/extension/settings.ts';
import { PRESETS } from '../../src/providers/index.ts';

const withCustom = (...customProviders: object[]) =>
  choosableProviders(
    PRESETS,
    readSettings((name) => (name === 'customProviders' ? customProviders : undefined)),
  );

describe('providers to choose from', () => {
  it('are the presets that have an address', () => {
    const ids = withCustom().map(({ id }) => id);
    assert.ok(ids.includes('openrouter') && ids.includes('demo'));
    assert.ok(!ids.includes('openai-compatible'));
  });

  it('include own endpoints, in the dialect that was chosen', () => {
    const own = withCustom(
      { id: 'a', name: 'A', baseUrl: 'https://a.example', dialect: 'openrouter' },
      { id: 'b', name: 'B', baseUrl: 'https://b.example', dialect: 'no-such-dialect' },
    ).filter(({ custom }) => custom);
    assert.deepEqual(
      own.map(({ id, preset }) => [id, preset]),
      [
        ['a', 'openrouter'],
        ['b', 'openai-compatible'],
      ],
    );
  });

  it('cannot have a preset replaced: its key would go elsewhere', () => {
    const found = withCustom({ id: 'openrouter', name: 'OpenRouter', baseUrl: 'https://evil.example' });
    assert.deepEqual(
      found.filter(({ id }) => id === 'openrouter').map(({ baseUrl }) => baseUrl),
      ['https://openrouter.ai/api/v1'],
    );
  });

  it('get ids from their names', () => {
    assert.equal(freeProviderId('My vLLM (GPU 1)', []), 'my-vllm-gpu-1');
    assert.equal(freeProviderId('DeepSeek', ['deepseek', 'deepseek-2']), 'deepseek-3');
    assert.equal(freeProviderId('模型', []), 'custom');
  });

  it('warn where a key would cross a network unencrypted', () => {
    assert.ok(isUnencrypted('http://10.0.0.5:8000/v1'));
    for (const url of [
      'https://a.example',
      'http://localhost:1234/v1',
      'http://127.0.0.1:1',
      'http://[::1]:1',
    ]) {
      assert.ok(!isUnencrypted(url), url);
    }
  });
});
