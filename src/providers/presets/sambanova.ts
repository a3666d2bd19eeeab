import { HOSTED_PROFILE } from '../base-profile.ts';
import {
  DEEPSEEK_MODELS,
  FIXED_EFFORT,
  GEMMA_MODELS,
  reasoningEffort,
  SERIAL_CALL_MODELS,
} from '../dialect-parts.ts';
import type { Preset } from '../preset.ts';

export const sambanova: Preset = {
  profile: {
    ...HOSTED_PROFILE,
    id: 'sambanova',
    name: 'SambaNova',
    // The penalties are accepted but have no effect.
    optionalFields: ['parallel_tool_calls', 'temperature', 'top_p'],
    ...FIXED_EFFORT,
    toolChoices: ['auto', 'required', 'named'],
    userImages: 'note',
    toolImages: 'note',
    errorCodes: { PAYMENT_METHOD_REQUIRED: 'insufficient_quota' },
  },
  models: [
    DEEPSEEK_MODELS,
    SERIAL_CALL_MODELS,
    { match: ['gpt-oss*'], profile: { ...reasoningEffort('low', 'medium', 'high'), thinksByDefault: true } },
    GEMMA_MODELS,
    { match: ['gemma*', 'llama-4*'], profile: { userImages: 'send', toolImages: 'user-message' } },
  ],
  baseUrl: 'https://api.sambanova.ai/v1',
  keywords: ['fast', 'llama', 'gpt-oss', 'free'],
  hosts: ['api.sambanova.ai'],
  needsKey: true,
  keyUrl: 'https://cloud.sambanova.ai/apis',
  keyVariable: 'SAMBANOVA_API_KEY',
  defaultModel: 'MiniMax-M3',
  suggestedPort: 4483,
  source:
    'SambaNova docs (chat completions, function calling, responses), BerriAI/litellm sambanova transformation',
  checked: '2026-11-28',
};
