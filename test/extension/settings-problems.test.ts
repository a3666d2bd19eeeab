import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { settingsProblems, settingsSchema } from '../../src/extension/settings-problems.ts';
import { PRESETS } from '../../src/providers/index.ts';

const find = (settings: Record<string, unknown>) => settingsProblems((name) => settings[name], PRESETS);
const own = { id: 'own', name: 'Own', baseUrl: 'https://own.example/v1' };

describe('problems of settings', () => {
  for (const settings of [
    {},
    { provider: '' },
    { provider: 'deepseek' },
    { provider: ' own ', customProviders: [own] },
    { customProviders: [{ ...own, dialect: 'ollama' }] },
  ]) {
    it(`are none in ${JSON.stringify(settings)}`, () => assert.deepEqual(find(settings), []));
  }

  const TYPOS: readonly [string, string | undefined][] = [
    ['deepseak', 'deepseek'],
    ['DeepSeek', 'deepseek'],
    ['opnrouter', 'openrouter'],
    ['ownn', 'own'],
    ['something-else', undefined],
    // A dialect without an address is nobody's provider.
    ['openai-compatible', undefined],
  ];
  for (const [provider, meant] of TYPOS) {
    it(`are told of the provider "${provider}"${meant === undefined ? '' : `: ${meant} was meant`}`, () => {
      const [problem, ...others] = find({ provider, customProviders: [own] });
      assert.deepEqual(others, []);
      assert.equal(problem?.code, 'unknownProvider');
      assert.equal(problem.place, 'codexRelay.provider');
      assert.equal(problem.meant, meant);
    });
  }

  const ENTRIES: readonly [unknown, string, string][] = [
    [{ ...own, id: 'My Own' }, 'badId', 'customProviders[0].id'],
    [{ ...own, id: 'deepseek' }, 'takenId', 'customProviders[0].id'],
    [{ ...own, baseUrl: 'own.example/v1' }, 'badAddress', 'customProviders[0].baseUrl'],
    [{ ...own, dialect: 'depseek' }, 'unknownDialect', 'customProviders[0].dialect'],
  ];
  for (const [entry, code, place] of ENTRIES) {
    it(`are reported with their place: ${JSON.stringify(entry)}`, () => {
      const found = find({ customProviders: [entry] });
      assert.deepEqual(
        found.map((problem) => [problem.code, problem.place]),
        [[code, `codexRelay.${place}`]],
      );
    });
  }

  const VALUES: readonly [settings: Record<string, unknown>, code: string, place: string, value: string][] = [
    [{ upstreamExtraParams: [1] }, 'badFields', 'upstreamExtraParams', '[1]'],
    [{ upstreamExtraParams: 'top_k' }, 'badFields', 'upstreamExtraParams', 'top_k'],
    [{ upstreamExtraParams: { model: 'x' } }, 'requiredField', 'upstreamExtraParams', 'model'],
    [
      { upstreamExtraParams: { deepseek: { stream: false } } },
      'requiredField',
      'upstreamExtraParams.deepseek',
      'stream',
    ],
    [{ dropUpstreamParams: 'top_p' }, 'badFieldNames', 'dropUpstreamParams', 'top_p'],
    [{ dropUpstreamParams: ['top_p', 7] }, 'badFieldNames', 'dropUpstreamParams', '7'],
    [{ dropUpstreamParams: ['messages'] }, 'requiredField', 'dropUpstreamParams', 'messages'],
    [
      { dropUpstreamParams: { own: [''] }, customProviders: [own] },
      'badFieldNames',
      'dropUpstreamParams.own',
      '',
    ],
    [
      { dropUpstreamParams: { deepseak: ['top_p'] } },
      'unknownProvider',
      'dropUpstreamParams.deepseak',
      'deepseak',
    ],
    [{ heal: 'no' }, 'badSwitch', 'heal', 'no'],
    [{ heal: 0 }, 'badSwitch', 'heal', '0'],
  ];
  for (const [settings, code, place, value] of VALUES) {
    it(`are reported for a useless value: ${JSON.stringify(settings)}`, () => {
      const found = find(settings).map((problem) => [problem.code, problem.place, problem.value]);
      assert.deepEqual(found, [[code, `codexRelay.${place}`, value]]);
    });
  }

  it('are none in fields that can be set and left out', () => {
    const upstreamExtraParams = { top_k: 20, thinking: {}, openrouter: { provider: { sort: 'price' } } };
    for (const dropUpstreamParams of [['top_p'], { deepseek: ['top_p'] }, [], undefined])
      assert.deepEqual(find({ upstreamExtraParams, dropUpstreamParams, heal: false }), []);
  });

  it('are reported for the second of two providers with one id', () => {
    assert.deepEqual(
      find({ customProviders: [own, own] }).map(({ place }) => place),
      ['codexRelay.customProviders[1].id'],
    );
  });

  it('never make it throw, whatever the settings contain', () => {
    for (const customProviders of [null, 7, 'x', [null, 7, 'x', []]])
      assert.ok(Array.isArray(find({ provider: 9, customProviders })));
  });
});

describe('the schema of settings', () => {
  it('knows the providers that ship, and those of the user', () => {
    const schema = JSON.stringify(settingsSchema(PRESETS, [own]));
    for (const id of ['"deepseek"', '"own"', '"demo"']) assert.ok(schema.includes(id), id);
    assert.ok(!schema.includes('openai-compatible'));
  });

  it('agrees with the manifest for what ships', () => {
    const { contributes } = JSON.parse(readFileSync('package.json', 'utf8'));
    const { dialect } = contributes.configuration.properties['codexRelay.customProviders'].items.properties;
    const dialects = PRESETS.filter(
      ({ profile: { id }, onlyIn }) => id !== 'demo' && onlyIn === undefined,
    ).map(({ profile }) => profile);
    assert.deepEqual(
      dialect.enum,
      dialects.map(({ id }) => id),
    );
    assert.deepEqual(
      dialect.enumDescriptions,
      dialects.map(({ name }) => name),
    );
  });
});
