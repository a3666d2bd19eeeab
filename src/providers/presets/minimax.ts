import { BASE_NATIVE } from '../../translate/native/native-profile.ts';
import { HOSTED_PROFILE } from '../base-profile.ts';
import { FIXED_EFFORT, reasoningEffort, thinkingSwitch } from '../dialect-parts.ts';
import type { Preset } from '../preset.ts';

export const minimax: Preset = {
  profile: {
    ...HOSTED_PROFILE,
    id: 'minimax',
    name: 'MiniMax',
    maxTokensField: 'max_completion_tokens',
    optionalFields: ['temperature', 'top_p'],
    // Separates thinking from the text, into `reasoning_details`.
    extraFields: { reasoning_split: true },
    ...FIXED_EFFORT,
    thinksByDefault: true,
    responseFormat: 'prompt',
    // Not documented.
    toolChoices: [],
    userImages: 'note',
    toolImages: 'note',
    detailsMayRepeat: true,
    reasoningReplay: { ...HOSTED_PROFILE.reasoningReplay, answers: 'all' },
    errorCodes: {
      1002: 'rate_limit_exceeded',
      1004: 'upstream_unauthorized',
      1008: 'insufficient_quota',
      1039: 'context_length_exceeded',
      2049: 'upstream_unauthorized',
    },
  },
  models: [
    {
      match: ['minimax-m3', 'minimax-m3-*'],
      profile: thinkingSwitch({ thinking: { type: 'adaptive' } }, { thinking: { type: 'disabled' } }),
    },
    { match: ['minimax-m3.1*'], profile: reasoningEffort('low', 'medium', 'high', 'xhigh', 'max') },
    { match: ['minimax-m3*'], profile: { userImages: 'send', toolImages: 'user-message' } },
  ],
  native: {
    wire: 'chat',
    profile: {
      ...BASE_NATIVE,
      reasoningIn: 'text',
      efforts: ['none', 'high'],
      reasoningSummary: false,
      textFormat: 'prompt',
    },
    source: 'MiniMax docs (Responses API), MiniMax-AI/MiniMax-M2#120, farion1231/cc-switch 5ca9459',
    checked: '2026-11-28',
  },
  baseUrl: 'https://api.minimax.io/v1',
  keywords: ['china', 'hailuo'],
  hosts: ['api.minimax.io'],
  needsKey: true,
  keyUrl: 'https://platform.minimax.io/user-center/basic-information/interface-key',
  keyVariable: 'MINIMAX_API_KEY',
  defaultModel: 'MiniMax-M3',
  suggestedPort: 4458,
  source: 'MiniMax docs (text-openai-api, errorcode)',
  checked: '2026-11-22',
};
