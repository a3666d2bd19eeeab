import assert from 'node:assert/strict';
import { presetById, profileFor } from '../../../src/providers/index.ts';
import { effortFor } from '../../../src/translate/request/effort.ts';

const on = { thinking: { type: 'enabled' } };
const off = { thinking: { type: 'disabled' } };

/** Provider, model, the effort that Codex asks for, and what is sent. */
const CASES: [provider: string, model: string, effort: string | undefined, sent: object | undefined][] = [
  ['deepseek', 'deepseek-v4-pro', undefined, undefined],
  ['deepseek', 'deepseek-v4-pro', 'none', off],
  ['deepseek', 'deepseek-v4-pro', 'minimal', { ...on, reasoning_effort: 'low' }],
  ['deepseek', 'deepseek-v4-pro', 'medium', { ...on, reasoning_effort: 'high' }],
  ['deepseek', 'deepseek-v4-pro', 'ultra', { ...on, reasoning_effort: 'max' }],
  ['deepseek', 'deepseek-v4-pro', 'banana', undefined],
  ['kimi', 'kimi-k2.5', 'none', off],
  ['kimi', 'kimi-k2.6', 'high', { thinking: { type: 'enabled', keep: 'all' } }],
  ['kimi', 'kimi-k2.7-code', 'none', undefined],
  ['kimi', 'kimi-k3', 'none', { reasoning_effort: 'low' }],
  ['kimi', 'kimi-k3', 'xhigh', { reasoning_effort: 'max' }],
  ['qwen', 'qwen3.7-plus', 'none', { enable_thinking: false }],
  ['qwen', 'qwen3.7-plus', 'high', { enable_thinking: true }],
  ['qwen', 'qwen3.8-max', 'high', { reasoning_effort: 'xhigh' }],
  ['mistral', 'mistral-large-latest', 'high', undefined],
  ['mistral', 'mistral-medium-latest', 'low', { reasoning_effort: 'high' }],
  ['mistral', 'mistral-large-4', 'max', { reasoning_effort: 'high' }],
  ['groq', 'openai/gpt-oss-120b', 'none', { reasoning_effort: 'low' }],
  ['groq', 'qwen/qwen3.6-27b', 'high', { reasoning_effort: 'default' }],
  ['groq', 'llama-3.3-70b-versatile', 'high', undefined],
  ['xai', 'grok-4.6', 'max', { reasoning_effort: 'xhigh' }],
  ['xai', 'grok-4.3', 'none', { reasoning_effort: 'none' }],
  ['xai', 'grok-4.20-reasoning', 'high', undefined],
  ['openrouter', 'any/model', 'xhigh', { reasoning: { effort: 'xhigh' } }],
  ['zai', 'glm-4.7', 'none', off],
  ['zai', 'glm-5.3', 'none', { reasoning_effort: 'low' }],
  ['minimax', 'MiniMax-M3', 'low', { thinking: { type: 'adaptive' } }],
  ['minimax', 'MiniMax-M2.7', 'low', undefined],
  ['together', 'Qwen/Qwen3.6-Plus', 'none', { reasoning: { enabled: false } }],
  [
    'nvidia',
    'nvidia/nemotron-3-ultra-550b-a55b',
    'none',
    { chat_template_kwargs: { enable_thinking: false } },
  ],
  ['gemini', 'gemini-3-flash-preview', 'none', { reasoning_effort: 'minimal' }],
  ['gemini', 'gemini-3.1-pro-preview', 'xhigh', { reasoning_effort: 'high' }],
  ['ollama', 'any', 'minimal', { reasoning_effort: 'low' }],
  ['openai-compatible', 'any', 'banana', { reasoning_effort: 'banana' }],
];

describe('effortFor', () => {
  for (const [provider, model, effort, sent] of CASES) {
    it(`${provider} ${model}: ${effort} is ${JSON.stringify(sent)}`, () => {
      const preset = presetById(provider);
      assert.ok(preset);
      assert.deepEqual(effortFor(effort, profileFor(preset, model), false)?.fields, sent);
    });
  }

  it('is none if OpenAI takes tools only without reasoning', () => {
    const preset = presetById('openai');
    assert.ok(preset);
    const profile = profileFor(preset, 'gpt-5.6');
    assert.deepEqual(effortFor('high', profile, true)?.fields, { reasoning_effort: 'none' });
    assert.deepEqual(effortFor(undefined, profile, true)?.fields, { reasoning_effort: 'none' });
    assert.deepEqual(effortFor('high', profile, false)?.fields, { reasoning_effort: 'high' });
  });
});
