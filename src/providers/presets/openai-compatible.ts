import { BASE_PROFILE } from '../base-profile.ts';
import {
  CLAUDE_MODELS,
  DEEPSEEK_MODELS,
  GEMINI_MODELS,
  GEMMA_MODELS,
  KIMI_MODELS,
  MISTRAL_MODELS,
  SERIAL_CALL_MODELS,
  TEXT_ONLY_MODELS,
} from '../dialect-parts.ts';
import type { Preset } from '../preset.ts';

/** Any endpoint that is only known to be "OpenAI-compatible". */
export const openaiCompatible: Preset = {
  profile: BASE_PROFILE,
  // Even behind gateways, the rules of the model's vendor apply.
  models: [
    CLAUDE_MODELS,
    GEMINI_MODELS,
    DEEPSEEK_MODELS,
    KIMI_MODELS,
    TEXT_ONLY_MODELS,
    SERIAL_CALL_MODELS,
    GEMMA_MODELS,
    MISTRAL_MODELS,
  ],
  baseUrl: undefined,
  hosts: [],
  needsKey: false,
  server: 'any',
  source: 'What the documented providers have in common',
  checked: '2026-11-22',
};
