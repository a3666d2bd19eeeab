import { BASE_NATIVE } from '../../translate/native/native-profile.ts';
import { HOSTED_PROFILE } from '../base-profile.ts';
import {
  DEEPSEEK_MODELS,
  GEMMA_MODELS,
  KIMI_MODELS,
  MISTRAL_MODELS,
  reasoningEffort,
} from '../dialect-parts.ts';
import type { Preset } from '../preset.ts';

export const fireworks: Preset = {
  profile: {
    ...HOSTED_PROFILE,
    id: 'fireworks',
    name: 'Fireworks AI',
    // Any other field is a 400 "Extra inputs are not permitted".
    optionalFields: ['temperature', 'top_p', 'frequency_penalty', 'presence_penalty'],
    // Without it, an answer that does not fit is shortened silently.
    extraFields: { context_length_exceeded_behavior: 'error' },
    ...reasoningEffort('none', 'low', 'medium', 'high', 'max'),
    requiredChoice: 'any',
    reasoningReplay: { ...HOSTED_PROFILE.reasoningReplay, field: 'reasoning_content' },
  },
  models: [
    { match: ['*deepseek*', '*glm*', '*kimi-k3*'], profile: reasoningEffort('low', 'high', 'max') },
    { match: ['*qwen3p8*', '*qwen-max*'], profile: reasoningEffort('low', 'medium', 'xhigh') },
    { match: ['*minimax-m3'], profile: reasoningEffort('low', 'medium', 'high') },
    {
      match: ['*minimax-m3', '*minimax-latest', '*glm-5p3', '*qwen3p8-2p4t*', '*gpt-oss*'],
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
      instructionRole: 'system',
      lateInstructions: 'fold',
      reasoningIn: 'text',
    },
    source: 'Fireworks openapi 0.6.1, litellm 1.110.2',
    checked: '2026-11-28',
  },
  baseUrl: 'https://api.fireworks.ai/inference/v1',
  keywords: ['open models', 'llama', 'fast'],
  hosts: ['api.fireworks.ai'],
  needsKey: true,
  keyUrl: 'https://app.fireworks.ai/settings/users/api-keys',
  keyVariable: 'FIREWORKS_API_KEY',
  suggestedPort: 4460,
  source: 'Fireworks docs (chat completions, reasoning), BerriAI/litellm fireworks_ai transformation',
  checked: '2026-11-22',
};
