import { BASE_NATIVE } from '../../translate/native/native-profile.ts';
import { BASE_PROFILE } from '../base-profile.ts';
import {
  FIXED_EFFORT,
  GEMMA_MODELS,
  MISTRAL_MODELS,
  reasoningEffort,
  SERIAL_CALL_MODELS,
  TEXT_ONLY_MODELS,
} from '../dialect-parts.ts';
import type { Preset } from '../preset.ts';

export const lmstudio: Preset = {
  profile: {
    ...BASE_PROFILE,
    id: 'lmstudio',
    name: 'LM Studio',
    optionalFields: ['temperature', 'top_p', 'frequency_penalty', 'presence_penalty'],
    ...FIXED_EFFORT,
    responseFormat: 'json_schema_only',
    // Values must be strings; an object is refused.
    toolChoices: ['none', 'auto', 'required'],
  },
  models: [
    { match: ['*gpt-oss*'], profile: reasoningEffort('low', 'medium', 'high') },
    TEXT_ONLY_MODELS,
    SERIAL_CALL_MODELS,
    GEMMA_MODELS,
    MISTRAL_MODELS,
  ],
  native: {
    wire: 'chat',
    profile: {
      ...BASE_NATIVE,
      reasoningIn: 'text',
    },
    source: 'LM Studio docs (Responses API), reports by its users (2026-04)',
    checked: '2026-11-28',
  },
  baseUrl: 'http://localhost:1234/v1',
  keywords: ['local', 'offline', 'private', 'free', 'gguf', 'mlx'],
  hosts: ['localhost:1234'],
  needsKey: false,
  server: 'lmstudio',
  startCommand: 'lms server start',
  suggestedPort: 4467,
  source: 'lmstudio-ai/docs (OpenAI compatibility endpoints)',
  checked: '2026-11-22',
};
