import { BASE_NATIVE } from '../../translate/native/native-profile.ts';
import { HOSTED_PROFILE } from '../base-profile.ts';
import {
  DEEPSEEK_MODELS,
  FIXED_EFFORT,
  GEMMA_MODELS,
  GLM_MODELS,
  KIMI_MODELS,
  MISTRAL_MODELS,
  reasoningEffort,
  SERIAL_CALL_MODELS,
  TEXT_ONLY_AT_HOSTS,
} from '../dialect-parts.ts';
import type { Preset } from '../preset.ts';

/** The router of Inference Providers: a model's name may end with the provider to use (`:groq`, `:fastest`). */
export const huggingface: Preset = {
  profile: {
    ...HOSTED_PROFILE,
    id: 'huggingface',
    name: 'Hugging Face',
    optionalFields: ['temperature', 'top_p', 'frequency_penalty', 'presence_penalty'],
    ...FIXED_EFFORT,
    reasoningReplay: { ...HOSTED_PROFILE.reasoningReplay, answers: 'all' },
  },
  // The rules of the model's vendor apply here, too.
  models: [
    { match: ['*gpt-oss*'], profile: { ...reasoningEffort('low', 'medium', 'high'), thinksByDefault: true } },
    { match: ['*deepseek-v4*'], profile: reasoningEffort('high', 'max') },
    {
      match: ['*deepseek-v4.1*', '*deepseek-v4-pro-0813*', '*kimi-k3*', '*glm-5.3*'],
      profile: reasoningEffort('low', 'high', 'max'),
    },
    { match: ['*qwen3.8*'], profile: reasoningEffort('low', 'medium', 'xhigh') },
    { match: ['*minimax-m3.1*'], profile: reasoningEffort('low', 'medium', 'high', 'xhigh', 'max') },
    DEEPSEEK_MODELS,
    KIMI_MODELS,
    GLM_MODELS,
    TEXT_ONLY_AT_HOSTS,
    SERIAL_CALL_MODELS,
    GEMMA_MODELS,
    MISTRAL_MODELS,
  ],
  native: {
    wire: 'chat',
    profile: {
      ...BASE_NATIVE,
      reasoningIn: 'never',
      efforts: ['low', 'medium', 'high'],
    },
    source: '@ai-sdk/huggingface 2.0.48, huggingface/responses.js c0ac6ee',
    checked: '2026-11-28',
  },
  baseUrl: 'https://router.huggingface.co/v1',
  keywords: ['hf', 'open models', 'gateway', 'free'],
  hosts: ['router.huggingface.co'],
  needsKey: true,
  keyUrl: 'https://huggingface.co/settings/tokens',
  keyVariable: 'HF_TOKEN',
  defaultModel: 'zai-org/GLM-5.3',
  suggestedPort: 4481,
  source: 'Hugging Face docs (inference providers, chat completion), @earendil-works/pi-ai 1.6.0',
  checked: '2026-11-28',
};
