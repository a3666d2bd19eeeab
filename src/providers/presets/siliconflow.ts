import { HOSTED_PROFILE } from '../base-profile.ts';
import {
  DEEPSEEK_MODELS,
  FIXED_EFFORT,
  GEMMA_MODELS,
  KIMI_MODELS,
  reasoningEffort,
  TEXT_ONLY_AT_HOSTS,
  thinkingSwitch,
} from '../dialect-parts.ts';
import type { Preset } from '../preset.ts';

const OFF = { enable_thinking: false };

export const siliconflow: Preset = {
  profile: {
    ...HOSTED_PROFILE,
    id: 'siliconflow',
    name: 'SiliconFlow',
    optionalFields: ['temperature', 'top_p', 'frequency_penalty'],
    // 400 code 20015 for models that do not know the switch, so only the listed ones get it.
    ...FIXED_EFFORT,
    responseFormat: 'json_object',
    // Not documented.
    toolChoices: [],
    maxTools: 128,
    reasoningReplay: { ...HOSTED_PROFILE.reasoningReplay, answers: 'all', field: 'reasoning_content' },
    errorCodes: {
      20012: 'model_not_found',
      30001: 'insufficient_quota',
      30011: 'insufficient_quota',
      50505: 'server_is_overloaded',
    },
  },
  models: [
    {
      match: [
        '*qwen3-8b',
        '*qwen3-14b',
        '*qwen3-32b',
        '*qwen3-30b-a3b',
        '*qwen3-235b-a22b',
        '*hunyuan-a13b*',
        '*glm-4.5v',
        '*glm-4.6v',
        '*glm-5v*',
      ],
      profile: { ...thinkingSwitch({ enable_thinking: true }, OFF), thinksByDefault: true },
    },
    DEEPSEEK_MODELS,
    { match: ['*deepseek-v3.2*'], profile: thinkingSwitch({ enable_thinking: true }, OFF) },
    // It only calls functions without thinking.
    { match: ['*deepseek-v3.1*'], profile: { extraFields: OFF, thinksByDefault: false } },
    { match: ['*deepseek-v4*', '*glm-5.2'], profile: reasoningEffort('high', 'max') },
    KIMI_MODELS,
    GEMMA_MODELS,
    TEXT_ONLY_AT_HOSTS,
  ],
  baseUrl: 'https://api.siliconflow.com/v1',
  keywords: ['open models', 'qwen', 'deepseek', 'free'],
  hosts: ['api.siliconflow.com'],
  needsKey: true,
  keyUrl: 'https://cloud.siliconflow.com/account/ak',
  keyVariable: 'SILICONFLOW_API_KEY',
  // The documentation names no currency; each of the two sites bills in its own.
  balance: {
    path: '/v1/user/info',
    amount: 'data.totalBalance',
    currency: 'USD',
    source: 'docs.siliconflow.com/cn/api-reference/userinfo/get-user-info',
    checked: '2026-11-28',
  },
  defaultModel: 'zai-org/GLM-5.3',
  suggestedPort: 4477,
  source:
    'SiliconFlow docs (chat completions, function calling, interleaved thinking) by way of notes on them of 2026-10; the name of the key from anomalyco/models.dev',
  checked: '2026-11-28',
};
