import { BASE_NATIVE } from '../../translate/native/native-profile.ts';
import { HOSTED_PROFILE } from '../base-profile.ts';
import { switchAndEffort } from '../dialect-parts.ts';
import type { Preset } from '../preset.ts';

export const deepseek: Preset = {
  profile: {
    ...HOSTED_PROFILE,
    id: 'deepseek',
    name: 'DeepSeek',
    optionalFields: ['temperature', 'top_p', 'frequency_penalty', 'presence_penalty'],
    ...switchAndEffort(
      { thinking: { type: 'enabled' } },
      { thinking: { type: 'disabled' } },
      'low',
      'high',
      'max',
    ),
    thinksByDefault: true,
    responseFormat: 'json_object',
    // 400 "Thinking mode does not support this tool_choice" for all but auto and none.
    toolChoicesThinking: ['none'],
    maxTools: 128,
    emptyAssistantContent: 'empty',
    userImages: 'note',
    toolImages: 'note',
    // 400 "reasoning_content ... must be passed back" if any assistant message in a tool loop lacks it.
    reasoningReplay: {
      ...HOSTED_PROFILE.reasoningReplay,
      answers: 'all',
      field: 'reasoning_content',
      placeholder: '',
    },
  },
  models: [
    { match: ['*flash*', '*v4.1*'], profile: { userImages: 'send', toolImages: 'inline' } },
    { match: ['deepseek-v4-pro*'], profile: { lateInstructions: 'keep' } },
  ],
  native: {
    wire: 'responses',
    baseUrl: 'https://api.deepseek.com',
    profile: {
      ...BASE_NATIVE,
      customTools: 'keep',
      customNames: ['apply_patch'],
      // 400 "Duplicate namespace name", even if one of them is in a tool_search_output.
      namespaces: 'unique',
      toolSearch: true,
      // It is not known whether it respects a restriction to cached content.
      hostedTools: { web_search: ['external_web_access'] },
      toolChoices: ['none', 'auto'],
      lateInstructions: 'keep',
      // 400 "reasoning_text ... must be passed back" for calls without it, unless the effort is none.
      reasoningIn: 'text',
      effortWithoutReasoning: 'none',
      efforts: ['none', 'low', 'high', 'max'],
      reasoningSummary: false,
      // Its terminal event is sometimes missing after tool results (reports of 2026-08).
      missingTerminal: 'complete',
    },
    source:
      'DeepSeek docs (Responses API, Codex guide), reports by its users (2026-07 to 2026-09), opencodex 2.63.0',
    checked: '2026-11-28',
  },
  baseUrl: 'https://api.deepseek.com',
  keywords: ['china', 'cheap', 'deep seek'],
  hosts: ['api.deepseek.com'],
  needsKey: true,
  keyUrl: 'https://platform.deepseek.com/api_keys',
  keyVariable: 'DEEPSEEK_API_KEY',
  balance: {
    path: '/user/balance',
    each: 'balance_infos',
    amount: 'total_balance',
    currency: { at: 'currency' },
    source: 'api-docs.deepseek.com/api/get-user-balance',
    checked: '2026-11-28',
  },
  defaultModel: 'deepseek-v4-pro',
  suggestedPort: 4446,
  source: 'DeepSeek API docs (thinking mode, function calling), @ai-sdk/deepseek 3.0.56',
  checked: '2026-11-22',
};
