import { BASE_PROFILE } from '../base-profile.ts';
import { MISTRAL_MODELS, switchAndEffort, TEXT_ONLY_MODELS } from '../dialect-parts.ts';
import type { Preset } from '../preset.ts';

/**
 * llama.cpp's server. The model's chat template makes the rules, and a model's name need not tell which one it is, so
 * messages are written as the strictest of the templates take them (71 templates tried with b11434, 2026-11-28).
 */
export const llamacpp: Preset = {
  profile: {
    ...BASE_PROFILE,
    id: 'llamacpp',
    name: 'llama.cpp',
    // Templates read the switch or, as those of gpt-oss, the effort.
    ...switchAndEffort(
      { chat_template_kwargs: { enable_thinking: true } },
      { chat_template_kwargs: { enable_thinking: false } },
      'low',
      'medium',
      'high',
    ),
    // A named function silently means auto.
    toolChoices: ['none', 'auto', 'required'],
    // `true` overrules what the server knows of its template: then there are calls that cannot be given back.
    parallelTrue: false,
    callHistory: 'serial',
    joinUserMessages: true,
    reasoningReplay: { ...BASE_PROFILE.reasoningReplay, field: 'reasoning_content' },
  },
  models: [TEXT_ONLY_MODELS, MISTRAL_MODELS],
  baseUrl: 'http://localhost:8080/v1',
  hosts: ['localhost:8080'],
  needsKey: false,
  suggestedPort: 4468,
  source: 'ggml-org/llama.cpp tools/server/README.md, llama-server b11434 and b11549',
  checked: '2026-11-28',
};
