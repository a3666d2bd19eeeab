import { HOSTED_PROFILE } from '../base-profile.ts';
import {
  CLAUDE_MODELS,
  DEEPSEEK_MODELS,
  GEMINI_MODELS,
  GEMMA_MODELS,
  KIMI_MODELS,
  MISTRAL_MODELS,
  reasoningEffort,
  SERIAL_CALL_MODELS,
  TEXT_ONLY_AT_HOSTS,
} from '../dialect-parts.ts';
import type { Preset } from '../preset.ts';

export const deepinfra: Preset = {
  profile: {
    ...HOSTED_PROFILE,
    id: 'deepinfra',
    name: 'DeepInfra',
    optionalFields: ['temperature', 'top_p', 'frequency_penalty', 'presence_penalty', 'prompt_cache_key'],
    ...reasoningEffort('none', 'low', 'medium', 'high', 'xhigh'),
    toolChoices: ['none', 'auto'],
  },
  models: [
    {
      match: ['openai/gpt-oss*'],
      profile: { ...reasoningEffort('low', 'medium', 'high'), thinksByDefault: true },
    },
    CLAUDE_MODELS,
    GEMINI_MODELS,
    DEEPSEEK_MODELS,
    KIMI_MODELS,
    TEXT_ONLY_AT_HOSTS,
    SERIAL_CALL_MODELS,
    GEMMA_MODELS,
    MISTRAL_MODELS,
  ],
  baseUrl: 'https://api.deepinfra.com/v1/openai',
  keywords: ['open models', 'llama', 'cheap'],
  hosts: ['api.deepinfra.com'],
  needsKey: true,
  keyUrl: 'https://deepinfra.com/dash/api_keys',
  keyVariable: 'DEEPINFRA_TOKEN',
  defaultModel: 'zai-org/GLM-5.3',
  suggestedPort: 4484,
  source:
    'DeepInfra docs (reasoning, tool calling, prompt caching), BerriAI/litellm deepinfra transformation',
  checked: '2026-11-28',
};
