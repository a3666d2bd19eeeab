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
    reasoningReplay: { ...HOSTED_PROFILE.reasoningReplay, field: 'reasoning_content' },
  },
  models: [
    { match: ['grok-4.3*'], profile: reasoningEffort('none', 'low', 'medium', 'high') },
    { match: ['grok-4.6*', 'grok-4.7*'], profile: reasoningEffort('low', 'medium', 'high', 'xhigh') },
    { match: ['grok-4.20*', 'grok-4-fast*', 'grok-code*'], profile: FIXED_EFFORT },
  ],
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
