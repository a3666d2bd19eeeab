import { BASE_NATIVE } from '../../translate/native/native-profile.ts';
import { HOSTED_PROFILE } from '../base-profile.ts';
import { FIXED_EFFORT, reasoningEffort } from '../dialect-parts.ts';
import type { Preset } from '../preset.ts';

export const xai: Preset = {
  profile: {
    ...HOSTED_PROFILE,
    id: 'xai',
    name: 'xAI',
    // Penalties and `stop` are refused by models that reason; `strict` by some.
    optionalFields: ['parallel_tool_calls', 'temperature', 'top_p', 'service_tier'],
    ...reasoningEffort('low', 'medium', 'high'),
    thinksByDefault: true,
    lateInstructions: 'keep',
    emptyAssistantContent: 'empty',
    // 400 for a union at the root of a schema (2026-08).
    toolSchema: 'claude',
    reasoningReplay: { ...HOSTED_PROFILE.reasoningReplay, field: 'reasoning_content' },
  },
  models: [
    { match: ['grok-4.3*'], profile: reasoningEffort('none', 'low', 'medium', 'high') },
    { match: ['grok-4.6*', 'grok-4.7*'], profile: reasoningEffort('low', 'medium', 'high', 'xhigh') },
    { match: ['grok-4.20*', 'grok-4-fast*', 'grok-code*'], profile: FIXED_EFFORT },
  ],
  native: {
    wire: 'responses',
    profile: {
      ...BASE_NATIVE,
      // 422 "unknown variant" for custom tools, namespaces and tool search.
      hostedTools: { web_search: ['external_web_access', 'search_context_size'] },
      lateInstructions: 'keep',
      // Only reasoning that it sealed itself; without sealed content, or with a status, 422.
      reasoningIn: 'sealed',
      fields: [...BASE_NATIVE.fields, 'prompt_cache_key', 'service_tier'],
      include: ['reasoning.encrypted_content'],
      // Traces of its own searches, in the form of calls that nobody may run.
      serverCalls: ['xs_'],
    },
    models: [
      // Sampling is refused.
      {
        match: ['grok-4.5*', 'grok-4.6*', 'grok-4.7*'],
        profile: {
          fields: ['max_output_tokens', 'parallel_tool_calls', 'prompt_cache_key', 'service_tier'],
        },
      },
    ],
    source:
      'xAI docs (Responses API), router-for-me/CLIProxyAPI a7e3596, @ai-sdk/xai 5.0.12, opencodex 2.63.0',
    checked: '2026-11-28',
  },
  baseUrl: 'https://api.x.ai/v1',
  keywords: ['grok', 'x.ai'],
  hosts: ['api.x.ai'],
  needsKey: true,
  keyUrl: 'https://console.x.ai',
  keyVariable: 'XAI_API_KEY',
  defaultModel: 'grok-4.7',
  suggestedPort: 4451,
  source:
    'xAI docs (chat completions, reasoning), vercel/ai packages/xai fixtures (2026-08), @ai-sdk/xai 5.0.12',
  checked: '2026-11-22',
};
