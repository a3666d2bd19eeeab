import type { Preset } from '../preset.ts';
import { kimi } from './kimi.ts';

/** The platform for mainland China: the same dialect, but different keys. */
export const kimiCn: Preset = {
  ...kimi,
  profile: { ...kimi.profile, id: 'kimi-cn', name: 'Kimi (Moonshot, China)' },
  baseUrl: 'https://api.moonshot.cn/v1',
  keywords: ['moonshot', 'china', 'cn'],
  hosts: ['api.moonshot.cn'],
  keyUrl: 'https://platform.moonshot.cn/console/api-keys',
  balance: {
    path: '/v1/users/me/balance',
    amount: 'data.available_balance',
    currency: 'CNY',
    source: 'platform.moonshot.cn/docs/api/balance',
    checked: '2026-11-28',
  },
  suggestedPort: 4470,
};
