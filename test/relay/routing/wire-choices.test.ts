import assert from 'node:assert/strict';
import { type ByModel, choicesFor, ownersIn, partOf } from '../../../src/relay/routing/wire-choices.ts';

const CASES: [what: string, choices: ByModel<string>, expected: Record<string, string> | undefined][] = [
  ['nothing', {}, undefined],
  ['somebody else', { xai: 'a', 'xai/m': 'b' }, undefined],
  ['the upstream', { kimi: 'a' }, { '*': 'a' }],
  ['one of its models', { 'kimi/m': 'a' }, { m: 'a' }],
  ['a model whose name holds a slash', { 'kimi/vendor/m': 'a' }, { 'vendor/m': 'a' }],
  ['all upstreams', { '*': 'a' }, { '*': 'a' }],
  ['a model of all upstreams', { '*/m': 'a' }, { m: 'a' }],
  ['all, and the upstream after it', { '*': 'a', kimi: 'b' }, { '*': 'b' }],
  ['all, and the upstream before it', { kimi: 'b', '*': 'a' }, { '*': 'b' }],
];

describe('choices by model', () => {
  for (const [what, choices, expected] of CASES) {
    it(`are split by upstream: ${what}`, () => assert.deepEqual(partOf(choices, 'kimi'), expected));
  }

  it('name their upstreams', () => {
    assert.deepEqual(ownersIn({ 'a/m': 1, 'a/n': 1, b: 1, '*': 1, '*/m': 1 }), ['a', 'b']);
  });

  it('of a flag beat those of the file', () => {
    const entries = {
      'kimi/m': { wire: 'chat', takes: { phase: true } },
      'kimi/n': { wire: 'chat' },
    } as const;
    assert.deepEqual(choicesFor('kimi', { 'kimi/m': 'responses' }, entries), {
      wire: { m: 'responses', n: 'chat' },
      native: { m: { phase: true } },
    });
    assert.deepEqual(choicesFor('xai', {}, entries), {});
  });
});
