import { BASE_NATIVE } from '../../translate/native/native-profile.ts';
import { HOSTED_PROFILE } from '../base-profile.ts';
import { FIXED_EFFORT, reasoningEffort, thinkingSwitch } from '../dialect-parts.ts';
import type { Preset } from '../preset.ts';

export const kimi: Preset = {
  profile: {
    ...HOSTED_PROFILE,
    id: 'kimi',
    name: 'Kimi (Moonshot)',
    maxTokensField: 'max_completion_tokens',
    // Sampling is fixed: any value other than the model's own causes a 400.
    optionalFields: ['prompt_cache_key', 'safety_identifier'],
    ...FIXED_EFFORT,
    thinksByDefault: true,
    responseFormat: 'json_object',
    toolChoicesThinking: ['auto', 'none'],
    maxTools: 128,
    lateInstructions: 'keep',
    toolSchema: 'moonshot',
    toolNames: 'letter-first',
    // 400 "thinking is enabled but reasoning_content is missing" on messages with calls.
    reasoningReplay: {
      ...HOSTED_PROFILE.reasoningReplay,
      answers: 'all',
      field: 'reasoning_content',
      placeholder: ' ',
    },
    errorCodes: {
      exceeded_current_quota_error: 'insufficient_quota',
      rate_limit_reached_error: 'rate_limit_exceeded',
      engine_overloaded_error: 'server_is_overloaded',
      resource_not_found_error: 'model_not_found',
    },
  },
  models: [
    {
      match: ['*kimi-k2.5*'],
      profile: thinkingSwitch({ thinking: { type: 'enabled' } }, { thinking: { type: 'disabled' } }),
    },
    // Earlier thinking is kept on request.
    {
      match: ['*kimi-k2.6*'],
      profile: thinkingSwitch(
        { thinking: { type: 'enabled', keep: 'all' } },
        { thinking: { type: 'disabled' } },
      ),
    },
    { match: ['*kimi-k2.7*', '*k3*'], profile: { responseFormat: 'json_schema' } },
    {
      match: ['*k3*', 'kimi-for-coding'],
      profile: {
        ...reasoningEffort('low', 'high', 'max'),
        toolChoicesThinking: ['auto', 'none', 'required'],
      },
    },
    { match: ['moonshot-v1*'], profile: { thinksByDefault: false, reasoningReplay: { answers: 'never' } } },
    {
      match: ['moonshot-v1-8k', 'moonshot-v1-32k', 'moonshot-v1-128k', 'moonshot-v1-auto', 'kimi-k2-*'],
      profile: { userImages: 'note', toolImages: 'note' },
    },
  ],
  native: {
    wire: 'chat',
    profile: {
      ...BASE_NATIVE,
      namespaces: 'keep',
      lateInstructions: 'keep',
      // This API shows no thinking, only sealed content; with Chat Completions Codex's user can read it.
      reasoningIn: 'sealed',
      fields: ['max_output_tokens', 'parallel_tool_calls', 'prompt_cache_key'],
      include: ['reasoning.encrypted_content'],
    },
    source: 'platform.kimi.ai docs (Responses API), reports by its users (2026-08 to 2026-09)',
    checked: '2026-11-28',
  },
  baseUrl: 'https://api.moonshot.ai/v1',
  keywords: ['moonshot', 'china'],
  hosts: ['api.moonshot.ai'],
  needsKey: true,
  keyUrl: 'https://platform.moonshot.ai/console/api-keys',
  keyVariable: 'MOONSHOT_API_KEY',
  balance: {
    path: '/v1/users/me/balance',
    amount: 'data.available_balance',
    currency: 'USD',
    source: 'platform.moonshot.ai, Check Balance (its OpenAPI file, by way of api-evangelist/moonshot-ai)',
    checked: '2026-11-28',
  },
  defaultModel: 'kimi-k3',
  suggestedPort: 4447,
  source: 'Kimi platform docs (chat, tool use, errors, thinking), @ai-sdk/moonshotai 3.0.60',
  checked: '2026-11-22',
};
