import { HOSTED_PROFILE } from '../base-profile.ts';
import {
  DEEPSEEK_MODELS,
  FIXED_EFFORT,
  GEMMA_MODELS,
  KIMI_MODELS,
  MISTRAL_MODELS,
  reasoningEffort,
  SERIAL_CALL_MODELS,
  thinkingSwitch,
} from '../dialect-parts.ts';
import type { Preset } from '../preset.ts';

export const nvidia: Preset = {
  profile: {
    ...HOSTED_PROFILE,
    id: 'nvidia',
    name: 'NVIDIA NIM',
    // Unknown fields are refused, model by model; parallel calls fail ("single tool-calls at once").
    optionalFields: ['temperature', 'top_p', 'frequency_penalty', 'presence_penalty'],
    ...FIXED_EFFORT,
  },
  models: [
    {
      match: ['nvidia/nemotron*', 'nvidia/*nemotron*'],
      profile: thinkingSwitch(
        { chat_template_kwargs: { enable_thinking: true } },
        { chat_template_kwargs: { enable_thinking: false } },
      ),
    },
    {
      match: ['deepseek-ai/*'],
      profile: thinkingSwitch(
        { chat_template_kwargs: { thinking: true } },
        { chat_template_kwargs: { thinking: false } },
      ),
    },
    {
      match: ['openai/gpt-oss*'],
      profile: { ...reasoningEffort('low', 'medium', 'high'), userImages: 'note', toolImages: 'note' },
    },
    DEEPSEEK_MODELS,
    KIMI_MODELS,
    GEMMA_MODELS,
    SERIAL_CALL_MODELS,
    MISTRAL_MODELS,
  ],
  baseUrl: 'https://integrate.api.nvidia.com/v1',
  keywords: ['nim', 'nemotron', 'llama', 'free'],
  hosts: ['integrate.api.nvidia.com'],
  needsKey: true,
  isVendorPrefix: true,
  // Without it, a slow answer becomes a 202 that must be polled.
  headers: { 'nvcf-poll-seconds': '3600' },
  keyUrl: 'https://build.nvidia.com/settings/api-keys',
  keyVariable: 'NVIDIA_API_KEY',
  suggestedPort: 4462,
  source: 'NVIDIA NIM API reference, model cards; @earendil-works/pi-ai 1.5.2',
  checked: '2026-11-22',
};
