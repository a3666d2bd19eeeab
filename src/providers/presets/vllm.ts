import { BASE_PROFILE } from '../base-profile.ts';
import { MISTRAL_MODELS } from '../dialect-parts.ts';
import type { Preset } from '../preset.ts';

/** vLLM; tools need its `--enable-auto-tool-choice` and `--tool-call-parser` options. */
export const vllm: Preset = {
  profile: {
    ...BASE_PROFILE,
    id: 'vllm',
    name: 'vLLM',
    optionalFields: [
      'parallel_tool_calls',
      'temperature',
      'top_p',
      'frequency_penalty',
      'presence_penalty',
      'top_logprobs',
    ],
    reasoningReplay: { ...BASE_PROFILE.reasoningReplay, field: 'reasoning' },
  },
  models: [MISTRAL_MODELS],
  baseUrl: 'http://localhost:8000/v1',
  hosts: ['localhost:8000'],
  needsKey: false,
  suggestedPort: 4469,
  source: 'vLLM docs (OpenAI-compatible server, reasoning outputs, tool calling)',
  checked: '2026-11-22',
};
