/** Which models are spoken to by their provider's own Responses API, and at which address. */
import assert from 'node:assert/strict';
import { nativeFor, PRESETS, presetById, type WireFacts } from '../../src/providers/index.ts';
import { endpoint, resolveProvider } from '../../src/relay/routing/provider.ts';
import { BASE_NATIVE } from '../../src/translate/native/native-profile.ts';

const OWN: WireFacts = { isOwn: true, wires: {}, profiles: {} };

function wireOf(id: string, model: string, facts = OWN) {
  const preset = presetById(id);
  assert.ok(preset);
  return nativeFor(preset, model, facts).wire;
}

/** Only where it is clearly better for Codex: reasoning, tools or caching that Chat Completions loses there. */
const NATIVE = ['deepseek', 'xai', 'zai-coding', 'zhipu-coding'];

describe('the wire of a model', () => {
  it('is the Responses API only for the few providers where that is better', () => {
    const native = PRESETS.filter(({ profile }) => wireOf(profile.id, 'any-model') === 'responses');
    assert.deepEqual(native.map(({ profile }) => profile.id).toSorted(), NATIVE);
  });

  it('is the Responses API for OpenAI’s models that reason and call tools at once', () => {
    for (const model of ['gpt-5.4', 'gpt-5.5-codex', 'gpt-6'])
      assert.equal(wireOf('openai', model), 'responses');
    for (const model of ['gpt-4.1', 'gpt-5', 'o3']) assert.equal(wireOf('openai', model), 'chat');
  });

  it("is Chat Completions at an address that is not the provider's own", () => {
    for (const id of NATIVE) assert.equal(wireOf(id, 'any-model', { ...OWN, isOwn: false }), 'chat');
  });

  it('is what the user says, either way, and a name beats a pattern', () => {
    const wires = { 'grok-*': 'chat', 'grok-4.7': 'responses', '*': 'chat' } as const;
    assert.equal(wireOf('xai', 'grok-4.7', { ...OWN, wires }), 'responses');
    assert.equal(wireOf('xai', 'grok-4.6', { ...OWN, wires }), 'chat');
    assert.equal(wireOf('groq', 'any', { ...OWN, isOwn: false, wires: { '*': 'responses' } }), 'responses');
  });

  it('is described by the preset, and the user’s entries beat it', () => {
    const preset = presetById('deepseek');
    assert.ok(preset);
    const profiles = { 'deepseek-*': { customNames: null, hostedTools: {} } };
    const { profile } = nativeFor(preset, 'deepseek-v4-pro', { ...OWN, profiles });
    assert.equal(profile.customNames, null);
    assert.deepEqual(profile.hostedTools, {});
    assert.equal(profile.effortWithoutReasoning, 'none');
    const cerebras = presetById('cerebras');
    assert.ok(cerebras);
    assert.deepEqual(nativeFor(cerebras, 'any', OWN).profile, BASE_NATIVE);
  });

  for (const { profile, native } of PRESETS) {
    if (native === undefined) continue;
    it(`is documented for ${profile.id}`, () => {
      assert.match(native.checked, /^2026-\d\d-\d\d$/);
      assert.ok(native.source.length > 10);
    });
  }
});

describe('the address of a Responses endpoint', () => {
  const ADDRESSES: [options: { provider?: string; upstream?: string }, url: string][] = [
    [{ provider: 'deepseek' }, 'https://api.deepseek.com/responses'],
    [{ upstream: 'https://api.deepseek.com/v1' }, 'https://api.deepseek.com/responses'],
    [{ provider: 'zai-coding' }, 'https://api.z.ai/api/v1/responses'],
    [{ provider: 'zhipu-coding' }, 'https://open.bigmodel.cn/api/v1/responses'],
    [{ provider: 'xai' }, 'https://api.x.ai/v1/responses'],
    [{ provider: 'volcengine-coding' }, 'https://ark.cn-beijing.volces.com/api/coding/v3/responses'],
    [
      { upstream: 'https://me.openai.azure.com/openai/v1?api-version=preview' },
      'https://me.openai.azure.com/openai/v1/responses?api-version=preview',
    ],
    [{ upstream: 'https://api.x.ai/v1/responses' }, 'https://api.x.ai/v1/responses'],
    [
      { provider: 'deepseek', upstream: 'https://gateway.example/v1' },
      'https://gateway.example/v1/responses',
    ],
  ];
  for (const [options, url] of ADDRESSES) {
    it(`${options.upstream ?? options.provider}: ${url}`, () => {
      assert.equal(endpoint(resolveProvider(options), '/responses'), url);
    });
  }
});
