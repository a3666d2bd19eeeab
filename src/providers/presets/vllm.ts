import { BASE_NATIVE } from '../../translate/native/native-profile.ts';
import { BASE_PROFILE } from '../base-profile.ts';
import {
  GEMMA_MODELS,
  MISTRAL_MODELS,
  reasoningEffort,
  SERIAL_CALL_MODELS,
  TEXT_ONLY_MODELS,
} from '../dialect-parts.ts';
import type { Preset } from '../preset.ts';

/** vLLM; tools need its `--enable-auto-tool-choice` and `--tool-call-parser` options. */
export const vllm: Preset = {
  profile: {
    ...BASE_PROFILE,
    id: 'vllm',
    name: 'vLLM',
    optionalFields: ['parallel_tool_calls', 'temperature', 'top_p', 'frequency_penalty', 'presence_penalty'],
    // Any other value causes a 400.
    ...reasoningEffort('none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'),
    reasoningReplay: { ...BASE_PROFILE.reasoningReplay, field: 'reasoning' },
  },
  models: [TEXT_ONLY_MODELS, SERIAL_CALL_MODELS, GEMMA_MODELS, MISTRAL_MODELS],
  native: {
    wire: 'chat',
    profile: {
      ...BASE_NATIVE,
      // A grammar is refused; releases before 0.31 want ids and a status.
      customTools: 'text',
      itemIds: 'all',
      itemStatus: true,
      // Sealed content is refused.
      reasoningIn: 'text',
    },
    source: 'vllm 0.33.0 (entrypoints/openai/responses)',
    checked: '2026-11-28',
  },
  baseUrl: 'http://localhost:8000/v1',
  keywords: ['local', 'self-hosted', 'private', 'gpu'],
  hosts: ['localhost:8000'],
  needsKey: false,
  server: 'vllm',
  suggestedPort: 4469,
  source: 'vLLM docs (OpenAI-compatible server, reasoning outputs, tool calling), vLLM 0.32.0',
  checked: '2026-11-28',
};
