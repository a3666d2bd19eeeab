import assert from 'node:assert/strict';
import { Bindings } from '../../../src/relay/routing/bindings.ts';
import { resolveProvider } from '../../../src/relay/routing/provider.ts';
import type { Target } from '../../../src/relay/routing/target.ts';
import { BASE_NATIVE } from '../../../src/translate/native/native-profile.ts';

const provider = resolveProvider({ id: 'one', upstream: 'http://127.0.0.1:1/v1' });
const target = (model: string, keyIndex = 0): Target => ({
  provider,
  model,
  profile: provider.profile,
  wire: 'chat',
  native: BASE_NATIVE,
  apiKey: undefined,
  keyIndex,
});
const [a, b] = [target('a'), target('b')];

describe('the binding of a thread', () => {
  it('is found among the targets of its requests, and counts as a change once', () => {
    const bindings = new Bindings();
    assert.equal(bindings.targetOf('t', [a, b]), undefined);
    assert.equal(bindings.bind('t', b), true);
    assert.equal(bindings.bind('t', b), false);
    assert.equal(bindings.targetOf('t', [a, b]), b);
    assert.equal(bindings.targetOf('t', [a]), undefined, 'it is served no longer');
    assert.equal(bindings.bind('t', target('b', 1)), true, 'another key has another cache');
  });

  it('tells which models were used last, each once', () => {
    const bindings = new Bindings();
    for (const [thread, model] of [
      ['s', a],
      ['t', b],
      ['u', a],
      ['s', b],
    ] as const)
      bindings.bind(thread, model);
    const models = (known: Bindings) => known.recent().map(({ upstream, model }) => `${upstream}/${model}`);
    assert.deepEqual(models(bindings), ['one/b', 'one/a']);
    assert.deepEqual(models(new Bindings(bindings.text())), ['one/b', 'one/a']);
    assert.deepEqual(models(new Bindings()), []);
  });

  it('survives a restart', () => {
    const before = new Bindings();
    before.bind('t', b);
    assert.equal(new Bindings(before.text()).targetOf('t', [a, b]), b);
  });

  for (const saved of [
    '',
    'no JSON',
    '[]',
    '{"t":1}',
    '{"t":{"upstream":"one"}}',
    '{"t":{"upstream":"one","model":"a","key":"0"}}',
  ]) {
    it(`is forgotten if what was saved is damaged: ${saved || 'nothing'}`, () => {
      assert.equal(new Bindings(saved).targetOf('t', [a, b]), undefined);
    });
  }

  it('of the thread that was used longest ago is forgotten first', () => {
    const bindings = new Bindings();
    for (let at = 0; at <= 1_000; at++) {
      bindings.bind('kept', a);
      bindings.bind(`t${at}`, a);
    }
    assert.equal(bindings.targetOf('t0', [a]), undefined);
    assert.equal(bindings.targetOf('kept', [a]), a);
    assert.equal(bindings.targetOf('t1000', [a]), a);
  });
});
