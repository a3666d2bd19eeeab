import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { BASE_PROFILE } from '../../src/providers/base-profile.ts';
import { switchAndEffort, thinkingSwitch } from '../../src/providers/dialect-parts.ts';
import { PRESETS, type Preset, presetById, presetByUrl, profileFor } from '../../src/providers/index.ts';
import type { Profile } from '../../src/translate/profile.ts';

const PORTS = {
  zai: 4453,
  deepseek: 4446,
  kimi: 4447,
  qwen: 4448,
  mistral: 4449,
  groq: 4450,
  xai: 4451,
  openrouter: 4452,
};

describe('presets', () => {
  it('have ids, names, hosts and ports of their own', () => {
    assertUnique(PRESETS.map(({ profile }) => profile.id));
    assertUnique(PRESETS.map(({ profile }) => profile.name));
    assertUnique(PRESETS.flatMap(({ hosts }) => hosts));
    assertUnique(PRESETS.flatMap(({ suggestedPort }) => suggestedPort ?? []));
  });

  it('keep the ports that are in people’s configurations', () => {
    for (const [id, port] of Object.entries(PORTS)) assert.equal(presetById(id)?.suggestedPort, port, id);
  });

  it('have one file each, which index.ts lists', () => {
    const files = readdirSync(new URL('../../src/providers/presets/', import.meta.url)).map((file) =>
      file.replace(/\.ts$/, ''),
    );
    assert.deepEqual(files.toSorted(), PRESETS.map(({ profile }) => profile.id).toSorted());
  });

  it('are recognised by their base URL, and by any subdomain of their hosts', () => {
    for (const preset of PRESETS) {
      if (preset.baseUrl !== undefined) assert.equal(presetByUrl(preset.baseUrl), preset);
      for (const host of preset.hosts.filter((name) => !name.includes(':'))) {
        assert.equal(presetByUrl(`https://${host}/any`), preset);
        assert.equal(presetByUrl(`https://eu.${host}/any`), preset);
        assert.equal(presetByUrl(`https://not-${host}/any`).profile.id, 'openai-compatible');
      }
    }
    assert.equal(presetByUrl('http://127.0.0.1:11434/v1').profile.id, 'ollama');
    // A plan shares its host with pay-as-you-go: the beginning of the address distinguishes them.
    assert.equal(presetByUrl('https://api.z.ai/api/coding/paas/v4/').profile.id, 'zai-coding');
    assert.equal(presetByUrl('https://api.z.ai/api/paas/v4').profile.id, 'zai');
    assert.equal(
      presetByUrl('https://ark.cn-beijing.volces.com/api/coding/v3').profile.id,
      'volcengine-coding',
    );
    assert.equal(presetByUrl('https://ark.cn-beijing.volces.com/api/coding/v33').profile.id, 'volcengine');
    assert.equal(presetByUrl('https://ark.eu-west.bytepluses.com/api/v3').profile.id, 'byteplus');
    assert.equal(presetByUrl('https://token-plan-cn.xiaomimimo.com/v1').profile.id, 'mimo');
    assert.equal(presetByUrl('http://[::1]:8000/v1').profile.id, 'vllm');
    assert.equal(presetByUrl('http://127.0.0.1:9/v1').profile.id, 'openai-compatible');
    assert.equal(presetByUrl('http://example.com:11434/v1').profile.id, 'openai-compatible');
  });

  for (const preset of PRESETS) {
    describe(preset.profile.id, () => {
      it('says where its dialect was read, and when', () => {
        assert.ok(preset.source.length > 10);
        assert.match(preset.checked, /^20\d\d-[01]\d-[0-3]\d$/);
        assert.ok(!Number.isNaN(Date.parse(preset.checked)));
      });

      it('says where to get a key, if it needs one', () => {
        assert.equal(preset.needsKey, preset.keyUrl !== undefined);
        assert.equal(preset.needsKey, preset.keyVariable !== undefined);
      });

      for (const [models, profile] of dialectsOf(preset)) {
        it(`is sound for ${models}`, () => assertSound(profile));
      }
    });
  }

  it('find the same profile object for every model that the same rules match', () => {
    const preset = presetById('kimi');
    assert.ok(preset);
    assert.equal(profileFor(preset, 'kimi-k3'), profileFor(preset, 'KIMI-K3.1-pro'));
    assert.equal(profileFor(preset, 'something-else'), preset.profile);
    assert.deepEqual(profileFor(preset, 'kimi-k3').effortLevels, ['low', 'high', 'max']);
  });

  it('merge rules deeply, and replace lists', () => {
    const preset: Preset = {
      ...presetById('openai-compatible'),
      profile: { ...BASE_PROFILE, extraFields: { a: { b: 1, c: 2 } }, effortLevels: ['low', 'high'] },
      models: [{ match: ['x*', 'y'], profile: { extraFields: { a: { b: 3 } }, effortLevels: ['max'] } }],
    } as Preset;
    const { extraFields, effortLevels } = profileFor(preset, 'xyz');
    assert.deepEqual(extraFields, { a: { b: 3, c: 2 } });
    assert.deepEqual(effortLevels, ['max']);
    assert.equal(profileFor(preset, 'yy'), preset.profile);
  });

  it('do not mix two ways of choosing the effort', () => {
    const preset: Preset = {
      ...presetById('openai-compatible'),
      profile: { ...BASE_PROFILE, ...switchAndEffort({ on: true }, { on: false }, 'medium', 'high') },
      models: [{ match: ['x'], profile: thinkingSwitch({ on: 1 }, { on: 0 }) }],
    } as Preset;
    assert.deepEqual(profileFor(preset, 'x').effortFields, { none: { on: 0 }, medium: { on: 1 } });
  });
});

/** The profile, and what each single rule makes of it. */
function dialectsOf({ profile, models = [], ...preset }: Preset): [string, Profile][] {
  const single = models.map((rule): [string, Profile] => {
    const always = { ...rule, match: ['*'] };
    return [rule.match.join(', '), profileFor({ ...preset, profile, models: [always] }, 'model')];
  });
  return [['all models', profile], ...single];
}

function assertSound(profile: Profile): void {
  const known = Object.keys(BASE_PROFILE);
  assert.deepEqual(
    Object.keys(profile).filter((key) => !known.includes(key)),
    [],
  );
  if (profile.effort === 'fields') {
    for (const level of profile.effortLevels)
      assert.ok(profile.effortFields[level], `no fields for ${level}`);
  }
  if (profile.effort !== 'none') assertUnique(profile.effortLevels);
  if (profile.effortWithTools !== null) assert.ok(profile.effortLevels.includes(profile.effortWithTools));
  // A model that reads no image in a message reads none in a tool's output.
  if (profile.userImages === 'note') assert.equal(profile.toolImages, 'note');
  if (profile.reasoningReplay.field === 'think_tags') assert.notEqual(profile.thinkTag, null);
  assertUnique(profile.optionalFields);
  assertUnique(profile.toolChoices);
}

function assertUnique(values: readonly unknown[]): void {
  assert.deepEqual(values, [...new Set(values)]);
}
