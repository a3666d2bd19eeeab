import { BASE_NATIVE } from '../../translate/native/native-profile.ts';
import { BASE_PROFILE } from '../base-profile.ts';
import { MISTRAL_MODELS, switchAndEffort, TEXT_ONLY_MODELS } from '../dialect-parts.ts';
import type { Preset } from '../preset.ts';

/**
 * llama.cpp's server. The model's chat template makes the rules, and the model's name may not tell which template it
 * is, so messages are written for the strictest ones (71 were tried with b11434, 2026-11-28).
 */
export const llamacpp: Preset = {
  profile: {
    ...BASE_PROFILE,
    id: 'llamacpp',
    name: 'llama.cpp',
    // Some templates read the switch; others, such as gpt-oss's, read the effort.
    ...switchAndEffort(
      { chat_template_kwargs: { enable_thinking: true } },
      { chat_template_kwargs: { enable_thinking: false } },
      'low',
      'medium',
      'high',
    ),
    // A named function silently means auto.
    toolChoices: ['none', 'auto', 'required'],
    // `true` would override what the server knows about its template, and lead to calls that cannot be sent back.
    parallelTrue: false,
    callHistory: 'serial',
    joinUserMessages: true,
    reasoningReplay: { ...BASE_PROFILE.reasoningReplay, field: 'reasoning_content' },
  },
  models: [TEXT_ONLY_MODELS, MISTRAL_MODELS],
  native: {
    wire: 'chat',
    profile: {
      ...BASE_NATIVE,
      // Developer messages reach the chat template, and Qwen's takes instructions only at the beginning.
      instructionRole: 'system',
      // Reasoning without readable text is refused.
      reasoningIn: 'text',
      textFormat: 'prompt',
    },
    source: 'ggml-org/llama.cpp 03eb25f (tools/server)',
    checked: '2026-11-28',
  },
  baseUrl: 'http://localhost:8080/v1',
  keywords: ['local', 'offline', 'private', 'free', 'gguf', 'llama.cpp'],
  hosts: ['localhost:8080'],
  needsKey: false,
  server: 'llamacpp',
  suggestedPort: 4468,
  source: 'ggml-org/llama.cpp tools/server/README.md, llama-server b11434 and b11549',
  checked: '2026-11-28',
};
