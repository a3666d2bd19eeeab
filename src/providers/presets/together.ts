import { BASE_NATIVE } from '../../translate/native/native-profile.ts';
import { HOSTED_PROFILE } from '../base-profile.ts';
import {
  DEEPSEEK_MODELS,
  GEMMA_MODELS,
  KIMI_MODELS,
  MISTRAL_MODELS,
  reasoningEffort,
  thinkingSwitch,
} from '../dialect-parts.ts';
import type { Preset } from '../preset.ts';

export const together: Preset = {
  profile: {
    ...HOSTED_PROFILE,
    id: 'together',
    name: 'Together AI',
    optionalFields: ['parallel_tool_calls', 'temperature', 'top_p', 'frequency_penalty', 'presence_penalty'],
    ...thinkingSwitch({ reasoning: { enabled: true } }, { reasoning: { enabled: false } }),
  },
  models: [
    {
      match: ['openai/gpt-oss*'],
      profile: { ...reasoningEffort('low', 'medium', 'high'), userImages: 'note', toolImages: 'note' },
    },
    { match: ['zai-org/glm-5.3*'], profile: reasoningEffort('low', 'high', 'max') },
    { match: ['deepseek-ai/deepseek-v4-pro*'], profile: reasoningEffort('high') },
    {
      match: ['*glm-5.2', '*glm-5.3', '*deepseek-v4-pro*', 'qwen/qwen3.7-max'],
      profile: { userImages: 'note', toolImages: 'note' },
    },
    DEEPSEEK_MODELS,
    KIMI_MODELS,
    GEMMA_MODELS,
    MISTRAL_MODELS,
  ],
  native: {
    wire: 'chat',
    profile: {
      ...BASE_NATIVE,
      reasoningIn: 'text',
    },
    source: 'Together docs (Responses API, beta)',
    checked: '2026-11-28',
  },
  baseUrl: 'https://api.together.ai/v1',
  keywords: ['open models', 'llama', 'gpt-oss'],
  hosts: ['api.together.ai', 'api.together.xyz'],
  needsKey: true,
  keyUrl: 'https://api.together.ai/settings/api-keys',
  keyVariable: 'TOGETHER_API_KEY',
  suggestedPort: 4459,
  source: 'Together docs (OpenAI compatibility, error codes), @earendil-works/pi-ai 1.5.2',
  checked: '2026-11-22',
};
