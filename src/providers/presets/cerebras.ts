import { HOSTED_PROFILE } from '../base-profile.ts';
import { reasoningEffort } from '../dialect-parts.ts';
import type { Preset } from '../preset.ts';

export const cerebras: Preset = {
  profile: {
    ...HOSTED_PROFILE,
    id: 'cerebras',
    name: 'Cerebras',
    maxTokensField: 'max_completion_tokens',
    optionalFields: [
      'parallel_tool_calls',
      'temperature',
      'top_p',
      'frequency_penalty',
      'presence_penalty',
      'prompt_cache_key',
      'service_tier',
    ],
    ...reasoningEffort('none', 'low', 'medium', 'high'),
    userImages: 'note',
    toolImages: 'note',
    reasoningReplay: { ...HOSTED_PROFILE.reasoningReplay, field: 'reasoning' },
    // A full window is refused without any message.
    errorCodes: { http_400_empty: 'context_length_exceeded' },
  },
  models: [
    { match: ['gpt-oss*'], profile: { ...reasoningEffort('low', 'medium', 'high'), thinksByDefault: true } },
    {
      match: ['*glm*'],
      profile: { extraFields: { clear_thinking: false }, reasoningReplay: { answers: 'all' } },
    },
    { match: ['qwen-3.8*'], profile: { userImages: 'send', toolImages: 'user-message' } },
  ],
  baseUrl: 'https://api.cerebras.ai/v1',
  keywords: ['fast', 'llama', 'gpt-oss', 'free'],
  hosts: ['api.cerebras.ai'],
  needsKey: true,
  keyUrl: 'https://cloud.cerebras.ai/platform',
  keyVariable: 'CEREBRAS_API_KEY',
  defaultModel: 'gpt-oss-120b',
  suggestedPort: 4461,
  source: 'Cerebras docs (reasoning, tool use), Cerebras/cerebras-cloud-sdk-node',
  checked: '2026-11-22',
};
