import { BASE_NATIVE } from '../../translate/native/native-profile.ts';
import { HOSTED_PROFILE } from '../base-profile.ts';
import { effortFields, FIXED_EFFORT, GEMMA_MODELS, reasoningEffort } from '../dialect-parts.ts';
import type { Preset } from '../preset.ts';

export const groq: Preset = {
  profile: {
    ...HOSTED_PROFILE,
    id: 'groq',
    name: 'Groq',
    maxTokensField: 'max_completion_tokens',
    optionalFields: ['parallel_tool_calls', 'temperature', 'top_p', 'service_tier'],
    ...FIXED_EFFORT,
    responseFormat: 'json_object',
    // A JSON format together with function tools causes a 400.
    formatWithTools: false,
    maxTools: 128,
    emptyAssistantContent: 'empty',
    userImages: 'note',
    toolImages: 'note',
    reasoningReplay: { ...HOSTED_PROFILE.reasoningReplay, field: 'reasoning' },
    errorCodes: {
      // The model wrote an unreadable call; another attempt may do better.
      tool_use_failed: 'upstream_error',
      // Flex capacity is used up.
      http_498: 'rate_limit_exceeded',
    },
  },
  models: [
    {
      match: ['openai/gpt-oss*'],
      profile: {
        ...reasoningEffort('low', 'medium', 'high'),
        thinksByDefault: true,
        responseFormat: 'json_schema',
        webSearch: { tool: { type: 'browser_search' } },
      },
    },
    {
      match: ['qwen/*'],
      profile: {
        ...effortFields({
          none: { reasoning_effort: 'none' },
          medium: { reasoning_effort: 'default' },
        }),
        extraFields: { reasoning_format: 'parsed' },
        thinksByDefault: true,
      },
    },
    GEMMA_MODELS,
    { match: ['qwen/qwen3.8*'], profile: reasoningEffort('low', 'medium', 'high') },
    {
      match: ['qwen/qwen3.6*', 'qwen/qwen3.8*', '*llama-4*'],
      profile: { userImages: 'send', toolImages: 'user-message' },
    },
  ],
  native: {
    wire: 'chat',
    profile: {
      ...BASE_NATIVE,
      reasoningIn: 'text',
    },
    source: 'Groq docs (Responses API, beta)',
    checked: '2026-11-28',
  },
  baseUrl: 'https://api.groq.com/openai/v1',
  keywords: ['fast', 'llama', 'gpt-oss', 'free'],
  hosts: ['api.groq.com'],
  needsKey: true,
  isVendorPrefix: true,
  keyUrl: 'https://console.groq.com/keys',
  keyVariable: 'GROQ_API_KEY',
  defaultModel: 'openai/gpt-oss-120b',
  suggestedPort: 4450,
  source: 'Groq docs (reasoning, tool use, errors), groq/groq-typescript, @ai-sdk/groq 4.0.84',
  checked: '2026-11-22',
};
