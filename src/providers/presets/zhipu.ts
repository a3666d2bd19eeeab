import type { Preset } from '../preset.ts';
import { zai } from './zai.ts';

/** The platform for mainland China: the same dialect, but different keys. */
export const zhipu: Preset = {
  ...zai,
  profile: { ...zai.profile, id: 'zhipu', name: 'Zhipu BigModel (GLM, China)' },
  baseUrl: 'https://open.bigmodel.cn/api/paas/v4',
  keywords: ['glm', 'bigmodel', 'z.ai', 'china', 'cn', 'free'],
  hosts: ['open.bigmodel.cn'],
  keyUrl: 'https://open.bigmodel.cn/usercenter/proj-mgmt/apikeys',
  keyVariable: 'ZHIPU_API_KEY',
  suggestedPort: 4457,
};
