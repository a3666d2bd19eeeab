import { BASE_NATIVE } from '../../translate/native/native-profile.ts';
import type { Preset } from '../preset.ts';
import { zai } from './zai.ts';

/** The GLM Coding Plan: the same host and keys, but its own address. The plan does not apply at the other address. */
export const zaiCoding: Preset = {
  ...zai,
  profile: { ...zai.profile, id: 'zai-coding', name: 'Z.ai Coding Plan (GLM)' },
  native: {
    wire: 'responses',
    baseUrl: 'https://api.z.ai/api/v1',
    profile: {
      ...BASE_NATIVE,
      toolChoices: ['auto'],
      reasoningIn: 'text',
      efforts: ['low', 'high', 'max'],
      fields: [...BASE_NATIVE.fields, 'prompt_cache_key'],
      textFormat: 'json_object',
    },
    source: 'opencodex 2.63.0 (every model of the plan, 2026-09-12), litellm 1.110.2',
    checked: '2026-11-28',
  },
  baseUrl: 'https://api.z.ai/api/coding/paas/v4',
  keywords: ['glm', 'zhipu', 'plan', 'subscription', 'china'],
  isPlan: true,
  hosts: [],
  suggestedPort: 4456,
  source:
    'Z.ai docs (devpack overview, thinking, function calling), anomalyco/models.dev, @earendil-works/pi-ai 1.6.0',
  checked: '2026-11-28',
};
