import { HOSTED_PROFILE } from '../base-profile.ts';
import {
  DEEPSEEK_MODELS,
  FIXED_EFFORT,
  GEMMA_MODELS,
  KIMI_MODELS,
  MISTRAL_MODELS,
  SERIAL_CALL_MODELS,
  TEXT_ONLY_AT_HOSTS,
  thinkingSwitch,
} from '../dialect-parts.ts';
import type { Preset } from '../preset.ts';

export const novita: Preset = {
  profile: {
    ...HOSTED_PROFILE,
    id: 'novita',
    name: 'Novita AI',
    optionalFields: ['temperature', 'top_p', 'frequency_penalty', 'presence_penalty'],
    // The switch is only documented for a few models.
    ...FIXED_EFFORT,
    // Not documented.
    toolChoices: [],
    // Interleaved thinking: fields and details go back unchanged.
    reasoningReplay: { ...HOSTED_PROFILE.reasoningReplay, answers: 'all' },
    errorCodes: { NOT_ENOUGH_BALANCE: 'insufficient_quota', MODEL_NOT_FOUND: 'model_not_found' },
  },
  models: [
    DEEPSEEK_MODELS,
    {
      match: ['zai-org/glm-4.5', 'deepseek/deepseek-v3.1*', 'deepseek/deepseek-v3.2-exp'],
      profile: {
        ...thinkingSwitch({ enable_thinking: true }, { enable_thinking: false }),
        thinksByDefault: true,
      },
    },
    KIMI_MODELS,
    TEXT_ONLY_AT_HOSTS,
    SERIAL_CALL_MODELS,
    GEMMA_MODELS,
    MISTRAL_MODELS,
  ],
  baseUrl: 'https://api.novita.ai/openai/v1',
  keywords: ['open models', 'llama', 'cheap'],
  hosts: ['api.novita.ai'],
  needsKey: true,
  keyUrl: 'https://novita.ai/settings/key-management',
  keyVariable: 'NOVITA_API_KEY',
  balance: {
    path: '/openapi/v1/billing/balance/detail',
    amount: 'availableBalance',
    currency: 'USD',
    unitsOfOne: 10_000,
    source: 'novita.ai/docs/api-reference/basic-get-user-balance',
    checked: '2026-11-28',
  },
  defaultModel: 'zai-org/glm-5.3',
  suggestedPort: 4485,
  source: 'Novita docs (create chat completion, interleaved thinking), anomalyco/models.dev',
  checked: '2026-11-28',
};
