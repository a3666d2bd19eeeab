import type { Preset } from '../preset.ts';
import { kimi } from './kimi.ts';

/** The platform for mainland China: the same dialect, other keys. */
export const kimiCn: Preset = {
  ...kimi,
  profile: { ...kimi.profile, id: 'kimi-cn', name: 'Kimi (Moonshot, China)' },
  baseUrl: 'https://api.moonshot.cn/v1',
  keywords: ['moonshot', 'china', 'cn'],
  hosts: ['api.moonshot.cn'],
  keyUrl: 'https://platform.moonshot.cn/console/api-keys',
  suggestedPort: 4470,
};
