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

/** TokenHub, the successor of the Hunyuan API (shut down on 2026-09-30). Its plans have their own addresses. */
export const tencent: Preset = {
  profile: {
    ...HOSTED_PROFILE,
    id: 'tencent',
    name: 'Tencent TokenHub (Hunyuan)',
    // The cache key keeps one conversation together.
    optionalFields: ['temperature', 'top_p', 'prompt_cache_key'],
    ...switchAndEffort(ON, OFF, 'low', 'medium', 'high'),
    reasoningReplay: { ...HOSTED_PROFILE.reasoningReplay, answers: 'all', field: 'reasoning_content' },
  },
  models: [
    // Thinking is off unless asked for; images are not understood.
    { match: ['hy3*'], profile: { userImages: 'note', toolImages: 'note' } },
    { match: ['hunyuan-t1*', 'hunyuan*think*'], profile: { ...FIXED_EFFORT, thinksByDefault: true } },
    DEEPSEEK_MODELS,
    {
      match: ['deepseek*'],
      profile: { ...switchAndEffort(ON, OFF, 'high', 'max'), userImages: 'note', toolImages: 'note' },
    },
    { match: ['deepseek-v4.1*'], profile: { userImages: 'send', toolImages: 'user-message' } },
    GLM_MODELS,
    { match: ['glm*'], profile: { ...thinkingSwitch(ON, OFF), userImages: 'note', toolImages: 'note' } },
    { match: ['glm-5.2*'], profile: switchAndEffort(ON, OFF, 'high', 'max') },
    { match: ['glm-5.3*'], profile: reasoningEffort('low', 'high', 'max') },
    KIMI_MODELS,
    { match: ['kimi*'], profile: thinkingSwitch(ON, OFF) },
    { match: ['kimi-k2.7*'], profile: FIXED_EFFORT },
    { match: ['kimi-k3*'], profile: reasoningEffort('low', 'high', 'max') },
    { match: ['minimax*'], profile: { ...FIXED_EFFORT, thinksByDefault: true } },
  ],
  native: {
    wire: 'chat',
    profile: {
      ...BASE_NATIVE,
      reasoningIn: 'text',
      efforts: ['low', 'high'],
    },
    source: 'farion1231/cc-switch 5ca9459',
    checked: '2026-11-28',
  },
  baseUrl: 'https://tokenhub.tencentmaas.com/v1',
  keywords: ['hunyuan', 'tokenhub', 'china', 'cn'],
  hosts: ['tencentmaas.com', 'tencentmaas.cn', 'tencentcloudmaas.com', 'api.lkeap.cloud.tencent.com'],
  needsKey: true,
  keyUrl: 'https://console.cloud.tencent.com/tokenhub/apikey',
  keyVariable: 'TENCENT_TOKENHUB_API_KEY',
  defaultModel: 'hy3',
  suggestedPort: 4479,
  source:
    'Tencent Cloud docs 1823 (130079 calls, 131208 deep thinking, 131410 cache) by way of anomalyco/models.dev, which also names the key; openclaw#99076 (live)',
  checked: '2026-11-28',
};
