import { BASE_NATIVE } from '../../translate/native/native-profile.ts';
import { HOSTED_PROFILE } from '../base-profile.ts';
import { thinkingSwitch } from '../dialect-parts.ts';
import type { Preset } from '../preset.ts';

/** Also serves the token plan, by its own address and keys: `https://token-plan-cn.xiaomimimo.com/v1` (-sgp, -ams). */
export const mimo: Preset = {
  profile: {
    ...HOSTED_PROFILE,
    id: 'mimo',
    name: 'Xiaomi MiMo',
    maxTokensField: 'max_completion_tokens',
    optionalFields: ['temperature', 'top_p', 'frequency_penalty', 'presence_penalty'],
    ...thinkingSwitch({ thinking: { type: 'enabled' } }, { thinking: { type: 'disabled' } }),
    thinksByDefault: true,
    // Schemas for answers are not documented.
    responseFormat: 'json_object',
    // The server removes other values.
    toolChoices: ['auto'],
    emptyAssistantContent: 'empty',
    // 400 "The reasoning_content in the thinking mode must be passed back to the API." after any tool call.
    reasoningReplay: {
      ...HOSTED_PROFILE.reasoningReplay,
      answers: 'all',
      field: 'reasoning_content',
      placeholder: '',
    },
  },
  models: [
    {
      match: ['mimo-v2-flash*', 'mimo-v2-pro*', 'mimo-v2.5-pro*'],
      profile: { userImages: 'note', toolImages: 'note' },
    },
  ],
  native: {
    wire: 'chat',
    profile: {
      ...BASE_NATIVE,
      // Custom tools and web search: 400 "responses_feature_not_supported".
      reasoningIn: 'text',
      efforts: ['low', 'medium', 'high'],
    },
    source: 'Xiaomi MiMo docs (Codex guide), reports by its users (2026-06 to 2026-09)',
    checked: '2026-11-28',
  },
  baseUrl: 'https://api.xiaomimimo.com/v1',
  keywords: ['xiaomi', 'china'],
  hosts: ['xiaomimimo.com'],
  needsKey: true,
  keyUrl: 'https://platform.xiaomimimo.com/#/console/api-keys',
  keyVariable: 'MIMO_API_KEY',
  defaultModel: 'mimo-v2.6-pro',
  suggestedPort: 4480,
  source:
    'Xiaomi MiMo docs (openai-api, passing-back-reasoning_content, models), in part by way of notes on them of 2026-10; @earendil-works/pi-ai 1.6.0',
  checked: '2026-11-28',
};
