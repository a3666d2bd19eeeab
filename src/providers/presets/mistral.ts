import { BASE_NATIVE } from '../../translate/native/native-profile.ts';
import { HOSTED_PROFILE } from '../base-profile.ts';
import { FIXED_EFFORT, reasoningEffort } from '../dialect-parts.ts';
import type { Preset } from '../preset.ts';

export const mistral: Preset = {
  profile: {
    ...HOSTED_PROFILE,
    id: 'mistral',
    name: 'Mistral',
    // Any other field is a 422 "extra_forbidden".
    optionalFields: [
      'parallel_tool_calls',
      'temperature',
      'top_p',
      'presence_penalty',
      'frequency_penalty',
      'prompt_cache_key',
      'metadata',
    ],
    // Usage arrives without being asked for; `stream_options` is refused.
    usageRequest: 'none',
    ...FIXED_EFFORT,
    emptyAssistantContent: 'empty',
    // 400 code 3230 "Expected last role User or Tool" and "Unexpected role 'user' after role 'tool'".
    bridgeAfterTool: 'Understood.',
    continueAfterAssistant: 'Continue.',
    toolMessageName: true,
    toolCallIds: 'alnum9',
    reasoningReplay: { ...HOSTED_PROFILE.reasoningReplay, answers: 'all', field: 'thinking_block' },
  },
  models: [
    {
      match: [
        'mistral-small-2603',
        'mistral-small-latest',
        'mistral-medium-2604',
        'mistral-medium-3*',
        'mistral-medium-latest',
        'magistral-medium*',
        '*leanstral*',
      ],
      profile: reasoningEffort('none', 'high'),
    },
    { match: ['mistral-large-4*'], profile: reasoningEffort('low', 'medium', 'high') },
    { match: ['*glm-5-3*', '*deepseek*'], profile: reasoningEffort('low', 'high', 'max') },
    { match: ['*glm-5-2*'], profile: reasoningEffort('high', 'max') },
    {
      match: ['codestral*', 'devstral*', '*glm-5-2', '*glm-5-3', '*deepseek*', 'open-mistral-nemo'],
      profile: { userImages: 'note', toolImages: 'note' },
    },
  ],
  native: {
    wire: 'chat',
    profile: {
      ...BASE_NATIVE,
      namespaces: 'keep',
      outputs: 'parts',
      outputImages: 'inline',
      files: 'send',
      reasoningIn: 'text',
      fields: [...BASE_NATIVE.fields, 'prompt_cache_key'],
    },
    source: 'Mistral docs (Responses API, public preview)',
    checked: '2026-11-28',
  },
  baseUrl: 'https://api.mistral.ai/v1',
  keywords: ['codestral', 'devstral', 'europe', 'france', 'free'],
  hosts: ['api.mistral.ai'],
  needsKey: true,
  keyUrl: 'https://console.mistral.ai/api-keys',
  keyVariable: 'MISTRAL_API_KEY',
  defaultModel: 'mistral-medium-latest',
  suggestedPort: 4449,
  source: 'mistralai/platform-docs-public openapi.yaml (2026-08), @ai-sdk/mistral 4.0.87',
  checked: '2026-11-22',
};
