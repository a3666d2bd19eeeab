import { BASE_PROFILE } from '../base-profile.ts';
import { MISTRAL_MODELS, thinkingSwitch } from '../dialect-parts.ts';
import type { Preset } from '../preset.ts';

/** llama.cpp's server; tools need its `--jinja` option. */
export const llamacpp: Preset = {
  profile: {
    ...BASE_PROFILE,
    id: 'llamacpp',
    name: 'llama.cpp',
    ...thinkingSwitch(
      { chat_template_kwargs: { enable_thinking: true } },
      { chat_template_kwargs: { enable_thinking: false } },
    ),
    toolSchema: 'inlined',
    // A named function silently means auto.
    toolChoices: ['none', 'auto', 'required'],
    reasoningReplay: { ...BASE_PROFILE.reasoningReplay, field: 'reasoning_content' },
  },
  models: [MISTRAL_MODELS],
  baseUrl: 'http://localhost:8080/v1',
  hosts: ['localhost:8080'],
  needsKey: false,
  windowSetting: '--ctx-size 32768',
  suggestedPort: 4468,
  source: 'ggml-org/llama.cpp tools/server/README.md',
  checked: '2026-11-22',
};
