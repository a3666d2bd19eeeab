import { BASE_NATIVE } from '../../translate/native/native-profile.ts';
import { HOSTED_PROFILE } from '../base-profile.ts';
import {
  DEEPSEEK_MODELS,
  FIXED_EFFORT,
  GLM_MODELS,
  KIMI_MODELS,
  reasoningEffort,
  switchAndEffort,
  thinkingSwitch,
} from '../dialect-parts.ts';
import type { Preset } from '../preset.ts';

const ON = { thinking: { type: 'enabled' } };
const OFF = { thinking: { type: 'disabled' } };

/** Pay-as-you-go. It takes only dated model names, and names of inference endpoints (`ep-...`). */
export const volcengine: Preset = {
  profile: {
    ...HOSTED_PROFILE,
    id: 'volcengine',
    name: 'Volcengine Ark',
    // `max_completion_tokens` takes no more than 65536.
    maxTokensField: 'max_tokens',
    optionalFields: ['parallel_tool_calls', 'temperature', 'top_p', 'service_tier'],
    // Some models refuse the effort `none`, but all know the switch.
    ...switchAndEffort(ON, OFF, 'low', 'medium', 'high'),
    thinksByDefault: true,
    reasoningReplay: { ...HOSTED_PROFILE.reasoningReplay, field: 'reasoning_content' },
    errorCodes: {
      AccountOverdueError: 'insufficient_quota',
      AuthenticationError: 'upstream_unauthorized',
      'InvalidEndpointOrModel.NotFound': 'model_not_found',
      ModelNotOpen: 'model_not_found',
    },
  },
  models: [
    DEEPSEEK_MODELS,
    {
      match: ['deepseek*'],
      profile: { ...switchAndEffort(ON, OFF, 'high', 'max'), userImages: 'note', toolImages: 'note' },
    },
    {
      match: ['deepseek-v4.1*', 'deepseek-v4-1*'],
      profile: { userImages: 'send', toolImages: 'user-message' },
    },
    KIMI_MODELS,
    { match: ['kimi*'], profile: FIXED_EFFORT },
    { match: ['kimi-k3*'], profile: reasoningEffort('low', 'high', 'max') },
    GLM_MODELS,
    // Thinking cannot be turned off.
    { match: ['glm-5.3*', 'glm-5-3*'], profile: reasoningEffort('low', 'high', 'max') },
    { match: ['glm*'], profile: { userImages: 'note', toolImages: 'note' } },
    {
      match: ['glm-5.3-flash*', 'glm-5-3-flash*'],
      profile: { userImages: 'send', toolImages: 'user-message' },
    },
    { match: ['minimax*'], profile: thinkingSwitch(ON, OFF) },
    { match: ['minimax-m2*'], profile: { ...FIXED_EFFORT, userImages: 'note', toolImages: 'note' } },
  ],
  native: {
    wire: 'chat',
    profile: {
      ...BASE_NATIVE,
      hostedTools: { web_search: ['external_web_access', 'search_context_size', 'filters'] },
      // It refuses unknown fields, one per attempt, and reasoning in the input.
      reasoningIn: 'never',
      efforts: ['low', 'medium', 'high'],
      reasoningSummary: false,
      fields: ['max_output_tokens', 'temperature', 'top_p'],
    },
    source:
      'volcengine-python-sdk 4.0.45, Volcengine docs 82379/2556056, reports by its users (2026-04 to 2026-09)',
    checked: '2026-11-28',
  },
  baseUrl: 'https://ark.cn-beijing.volces.com/api/v3',
  keywords: ['doubao', 'bytedance', 'ark', 'china', 'cn'],
  hosts: ['volces.com'],
  needsKey: true,
  keyUrl: 'https://console.volcengine.com/ark/region:ark+cn-beijing/apiKey',
  keyVariable: 'ARK_API_KEY',
  defaultModel: 'doubao-seed-2-1-pro-260628',
  suggestedPort: 4471,
  source:
    'Volcengine docs 82379 (1298459 chat, 1330310 models, 1449737 deep thinking) by way of anomalyco/models.dev; volcengine/volcengine-python-sdk; BytePlus docs (Chat API)',
  checked: '2026-11-28',
};
