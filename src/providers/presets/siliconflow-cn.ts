import type { Preset } from '../preset.ts';
import { siliconflow } from './siliconflow.ts';

/** The platform for mainland China: the same dialect, but different keys and models. */
export const siliconflowCn: Preset = {
  ...siliconflow,
  profile: { ...siliconflow.profile, id: 'siliconflow-cn', name: 'SiliconFlow (China)' },
  baseUrl: 'https://api.siliconflow.cn/v1',
  keywords: ['open models', 'qwen', 'deepseek', 'free', 'china', 'cn'],
  hosts: ['api.siliconflow.cn'],
  keyUrl: 'https://cloud.siliconflow.cn/account/ak',
  keyVariable: 'SILICONFLOW_CN_API_KEY',
  balance: {
    path: '/v1/user/info',
    amount: 'data.totalBalance',
    currency: 'CNY',
    source: 'docs.siliconflow.cn/cn/api-reference/userinfo/get-user-info',
    checked: '2026-11-28',
  },
  defaultModel: 'zai-org/GLM-5.2',
  suggestedPort: 4478,
};
