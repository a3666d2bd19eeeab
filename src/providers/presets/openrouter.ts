import { BASE_NATIVE } from '../../translate/native/native-profile.ts';
import { HOSTED_PROFILE } from '../base-profile.ts';
import {
  CLAUDE_MODELS,
  DEEPSEEK_MODELS,
  effortFields,
  GEMINI_MODELS,
  GEMMA_MODELS,
  GLM_MODELS,
  KIMI_MODELS,
  MISTRAL_MODELS,
} from '../dialect-parts.ts';
import type { Preset } from '../preset.ts';

const LEVELS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'];

export const openrouter: Preset = {
  profile: {
    ...HOSTED_PROFILE,
    id: 'openrouter',
    name: 'OpenRouter',
    optionalFields: [
      'parallel_tool_calls',
      'temperature',
      'top_p',
      'frequency_penalty',
      'presence_penalty',
      'service_tier',
    ],
    ...effortFields(Object.fromEntries(LEVELS.map((effort) => [effort, { reasoning: { effort } }]))),
    toolImages: 'inline',
    webSearch: { tool: { type: 'openrouter:web_search' } },
    // Entries go back unchanged and in order: signatures and encrypted parts belong to the backend.
    reasoningReplay: { ...HOSTED_PROFILE.reasoningReplay, answers: 'all' },
  },
  // The rules of the model's vendor apply here, too.
  models: [
    {
      match: ['openai/*', 'anthropic/*'],
      profile: { instructionRole: 'developer', lateInstructions: 'keep' },
    },
    { match: ['openai/*'], profile: { toolCallIds: 'max40', maxTools: 128, strictTools: true } },
    CLAUDE_MODELS,
    {
      match: ['*claude*'],
      // The mark caches instructions and tools for all threads that share them. The field caches each thread as it
      // grows, without changing any message.
      profile: { cacheMark: true, extraFields: { cache_control: { type: 'ephemeral' } } },
    },
    GEMINI_MODELS,
    DEEPSEEK_MODELS,
    KIMI_MODELS,
    GLM_MODELS,
    GEMMA_MODELS,
    MISTRAL_MODELS,
  ],
  native: {
    wire: 'chat',
    profile: {
      ...BASE_NATIVE,
      customTools: 'keep',
      namespaces: 'keep',
      additionalTools: true,
      // It is not known whether it respects a restriction to cached content.
      hostedTools: { web_search: ['external_web_access'] },
      moreItems: ['agent_message', 'web_search_call'],
      itemIds: 'reasoning',
      callOrder: 'as-made',
      singlePart: false,
      outputs: 'parts',
      lateInstructions: 'keep',
      efforts: ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'],
      fields: [...BASE_NATIVE.fields, 'prompt_cache_key', 'service_tier'],
      include: ['reasoning.encrypted_content'],
    },
    source: 'OpenRouter docs (Responses API, beta), @openrouter/sdk 1.3.19',
    checked: '2026-11-28',
  },
  baseUrl: 'https://openrouter.ai/api/v1',
  keywords: ['gateway', 'claude', 'anthropic', 'google', 'gemini', 'gpt', 'llama', 'free'],
  hosts: ['openrouter.ai'],
  needsKey: true,
  isVendorPrefix: true,
  headers: { 'x-openrouter-title': 'Codex Relay' },
  keyUrl: 'https://openrouter.ai/settings/keys',
  keyCheckPath: '/key',
  keyVariable: 'OPENROUTER_API_KEY',
  // The account's balance (`/credits`) is only told to management keys, which cannot be used for requests.
  balance: {
    path: '/api/v1/key',
    amount: 'data.limit_remaining',
    currency: 'USD',
    isOfKey: true,
    source: 'openrouter.ai/docs/api/api-reference/api-keys/get-current-key',
    checked: '2026-11-28',
  },
  suggestedPort: 4452,
  source:
    'OpenRouter docs (reasoning tokens, tool calling, web search, prompt caching), OpenRouterTeam/ai-sdk-provider CHANGELOG',
  checked: '2026-11-22',
};
