import { HOSTED_PROFILE } from '../base-profile.ts';
import { FIXED_EFFORT, GEMMA_MODELS, reasoningEffort } from '../dialect-parts.ts';
import type { Preset } from '../preset.ts';

/** Gemini's OpenAI endpoint. */
export const gemini: Preset = {
  profile: {
    ...HOSTED_PROFILE,
    id: 'gemini',
    name: 'Gemini',
    // Any other field is a 400 'Unknown name'.
    optionalFields: ['temperature', 'top_p'],
    ...reasoningEffort('low', 'medium', 'high'),
    thinksByDefault: true,
    toolSchema: 'gemini',
    toolNames: 'letter-first',
    thinkTag: 'thought',
    // Thinking does not go back, but a call without its signature causes a 400 "missing a thought_signature".
    reasoningReplay: { ...HOSTED_PROFILE.reasoningReplay, answers: 'never' },
    lostCallExtra: { google: { thought_signature: 'skip_thought_signature_validator' } },
    errorCodes: { RESOURCE_EXHAUSTED: 'rate_limit_exceeded', UNAVAILABLE: 'server_is_overloaded' },
  },
  models: [
    { match: ['*gemini-2*'], profile: { formatWithTools: false, lostCallExtra: null } },
    { match: ['*gemini-2.5-flash*'], profile: reasoningEffort('none', 'low', 'medium', 'high') },
    {
      match: [
        '*gemini-3-flash*',
        '*gemini-3.1-flash*',
        '*gemini-3.5-flash*',
        '*gemini-3.6-flash*',
        '*gemini-flash*',
      ],
      profile: reasoningEffort('minimal', 'low', 'medium', 'high'),
    },
    GEMMA_MODELS,
    { match: ['*gemma*'], profile: { ...FIXED_EFFORT, lostCallExtra: null } },
  ],
  baseUrl: 'https://generativelanguage.googleapis.com/v1beta/openai',
  keywords: ['google', 'ai studio', 'free'],
  hosts: ['generativelanguage.googleapis.com'],
  needsKey: true,
  keyUrl: 'https://aistudio.google.com/apikey',
  keyVariable: 'GEMINI_API_KEY',
  defaultModel: 'gemini-3.8-flash',
  suggestedPort: 4463,
  source: 'Gemini API docs (OpenAI compatibility, thought signatures)',
  checked: '2026-11-22',
};
