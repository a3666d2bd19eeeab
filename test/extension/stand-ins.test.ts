import assert from 'node:assert/strict';
import { type UnusableName, usableStandIns } from '../../src/extension/stand-ins.ts';

const KNOWN = ['deepseek', 'openrouter', 'kimi', 'ollama'];
const SERVED = ['deepseek', 'openrouter'];

type Given = Parameters<typeof usableStandIns>[0];
const NOTHING: Given = { fallbacks: {}, roles: {}, visionModel: '' };

const CASES: [what: string, given: Partial<Given>, used: Partial<Given>, unusable: UnusableName[]][] = [
  [
    'a list for all models',
    { fallbacks: { '*': ['deepseek/a'] } },
    { fallbacks: { '*': ['deepseek/a'] } },
    [],
  ],
  [
    'a model with slashes of its own',
    { fallbacks: { '*': ['openrouter/qwen/qwen3:free'] } },
    { fallbacks: { '*': ['openrouter/qwen/qwen3:free'] } },
    [],
  ],
  ['a provider in capitals', { roles: { title: 'DeepSeek/a' } }, { roles: { title: 'DeepSeek/a' } }, []],
  [
    'a provider that does not exist, beside one that does',
    { fallbacks: { '*': ['deepseak/a', 'deepseek/a'] } },
    { fallbacks: { '*': ['deepseek/a'] } },
    [{ setting: 'fallbacks', value: 'deepseak/a', reason: 'unknown-provider' }],
  ],
  [
    'a provider without a key, for one model',
    { fallbacks: { 'deepseek/a': ['kimi/k'] } },
    {},
    [{ setting: 'fallbacks.deepseek/a', value: 'kimi/k', reason: 'not-served' }],
  ],
  [
    'no provider',
    { fallbacks: { '*': ['gpt-5', 'deepseek/', '/a'] } },
    {},
    ['gpt-5', 'deepseek/', '/a'].map((value) => ({ setting: 'fallbacks', value, reason: 'no-model' })),
  ],
  [
    'a model that describes images',
    { visionModel: 'openrouter/qwen/qwen3-vl' },
    { visionModel: 'openrouter/qwen/qwen3-vl' },
    [],
  ],
  [
    'a model that describes images without a key',
    { visionModel: 'kimi/kimi-k3' },
    {},
    [{ setting: 'visionModel', value: 'kimi/kimi-k3', reason: 'not-served' }],
  ],
  [
    'no model to describe images',
    { visionModel: 'kimi-k3' },
    {},
    [{ setting: 'visionModel', value: 'kimi-k3', reason: 'no-model' }],
  ],
  [
    'a role that does not exist, beside those that do',
    { roles: { titel: 'deepseek/a', review: 'ollama/b', subagent: 'deepseek/c' } },
    { roles: { subagent: 'deepseek/c' } },
    [
      { setting: 'roles', value: 'titel', reason: 'unknown-role' },
      { setting: 'roles.review', value: 'ollama/b', reason: 'not-served' },
    ],
  ],
];

describe('the stand-ins of the settings', () => {
  for (const [what, given, used, unusable] of CASES) {
    it(`may name ${what}`, () => {
      const result = usableStandIns({ ...NOTHING, ...given }, KNOWN, SERVED);
      assert.deepEqual(result, { standIns: { fallbacks: {}, roles: {}, ...used }, unusable });
    });
  }
});
