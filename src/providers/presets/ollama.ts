import { BASE_NATIVE } from '../../translate/native/native-profile.ts';
import { BASE_PROFILE } from '../base-profile.ts';
import { GEMMA_MODELS, reasoningEffort, SERIAL_CALL_MODELS, TEXT_ONLY_MODELS } from '../dialect-parts.ts';
import type { Preset } from '../preset.ts';

export const ollama: Preset = {
  profile: {
    ...BASE_PROFILE,
    id: 'ollama',
    name: 'Ollama',
    // `max_completion_tokens` is silently ignored.
    optionalFields: ['temperature', 'top_p', 'frequency_penalty', 'presence_penalty'],
    ...reasoningEffort('none', 'low', 'medium', 'high', 'max'),
    toolChoices: ['auto'],
    reasoningReplay: { ...BASE_PROFILE.reasoningReplay, field: 'reasoning' },
  },
  models: [TEXT_ONLY_MODELS, SERIAL_CALL_MODELS, GEMMA_MODELS],
  native: {
    wire: 'chat',
    profile: {
      ...BASE_NATIVE,
      toolChoices: ['auto'],
      // Thinking is expected as plain text in place of the sealed content.
      reasoningIn: 'text-as-sealed',
    },
    source: 'ollama/ollama fb30760 (openai/responses.go)',
    checked: '2026-11-28',
  },
  baseUrl: 'http://localhost:11434/v1',
  keywords: ['local', 'offline', 'private', 'free', 'llama', 'gguf'],
  hosts: ['localhost:11434', 'ollama.com'],
  needsKey: false,
  server: 'ollama',
  startCommand: 'ollama serve',
  impliedTag: 'latest',
  suggestedPort: 4466,
  source: 'ollama/ollama openai/openai.go, Ollama docs (OpenAI compatibility)',
  checked: '2026-11-22',
};
