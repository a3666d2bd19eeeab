import { HOSTED_PROFILE } from '../base-profile.ts';
import { DEEPSEEK_MODELS, FIXED_EFFORT, KIMI_MODELS, TEXT_ONLY_AT_HOSTS } from '../dialect-parts.ts';
import type { Preset } from '../preset.ts';

/** API-Inference: some models of the hub, free of charge within daily limits. */
export const modelscope: Preset = {
  profile: {
    ...HOSTED_PROFILE,
    id: 'modelscope',
    name: 'ModelScope',
    optionalFields: ['temperature', 'top_p'],
    // No field for the effort is documented; models differ.
    ...FIXED_EFFORT,
  },
  models: [DEEPSEEK_MODELS, KIMI_MODELS, TEXT_ONLY_AT_HOSTS],
  baseUrl: 'https://api-inference.modelscope.cn/v1',
  keywords: ['alibaba', 'open models', 'china', 'cn', 'free'],
  hosts: ['api-inference.modelscope.cn'],
  needsKey: true,
  keyUrl: 'https://modelscope.cn/my/myaccesstoken',
  keyVariable: 'MODELSCOPE_API_KEY',
  defaultModel: 'ZhipuAI/GLM-5.1',
  suggestedPort: 4482,
  source: 'ModelScope docs (API-Inference intro) by way of anomalyco/models.dev, farion1231/cc-switch',
  checked: '2026-11-28',
};
