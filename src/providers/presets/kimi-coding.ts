import type { Preset } from '../preset.ts';
import { kimi } from './kimi.ts';

/** The coding plan: its own keys, and 403 "only for Coding Agents" for others. */
export const kimiCoding: Preset = {
  ...kimi,
  profile: { ...kimi.profile, id: 'kimi-coding', name: 'Kimi Coding Plan' },
  baseUrl: 'https://api.kimi.com/coding/v1',
  keywords: ['moonshot', 'plan', 'subscription'],
  isPlan: true,
  hosts: ['api.kimi.com'],
  keyUrl: 'https://www.kimi.com/code/console',
  keyVariable: 'KIMI_API_KEY',
  defaultModel: 'kimi-for-coding',
  suggestedPort: 4454,
};
