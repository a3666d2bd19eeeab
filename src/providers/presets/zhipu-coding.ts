import type { Preset } from '../preset.ts';
import { zaiCoding } from './zai-coding.ts';
import { zhipu } from './zhipu.ts';

/** The GLM Coding Plan for mainland China. */
export const zhipuCoding: Preset = {
  ...zhipu,
  profile: { ...zhipu.profile, id: 'zhipu-coding', name: 'Zhipu Coding Plan (GLM, China)' },
  ...(zaiCoding.native && { native: { ...zaiCoding.native, baseUrl: 'https://open.bigmodel.cn/api/v1' } }),
  baseUrl: 'https://open.bigmodel.cn/api/coding/paas/v4',
  keywords: ['glm', 'bigmodel', 'plan', 'subscription', 'china', 'cn'],
  isPlan: true,
  hosts: [],
  suggestedPort: 4475,
  source: 'BigModel docs (coding plan, thinking, function calling), @earendil-works/pi-ai 1.6.0',
  checked: '2026-11-28',
};
