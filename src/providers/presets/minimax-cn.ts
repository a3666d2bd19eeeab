import type { Preset } from '../preset.ts';
import { minimax } from './minimax.ts';

/** The platform for mainland China: the same dialect, but different keys. */
export const minimaxCn: Preset = {
  ...minimax,
  profile: { ...minimax.profile, id: 'minimax-cn', name: 'MiniMax (China)' },
  baseUrl: 'https://api.minimaxi.com/v1',
  keywords: ['china', 'cn', 'hailuo'],
  hosts: ['api.minimaxi.com'],
  keyUrl: 'https://platform.minimaxi.com/user-center/basic-information/interface-key',
  suggestedPort: 4476,
  source: 'MiniMax docs (text-openai-api, errorcode; minimaxi.com), anomalyco/models.dev',
  checked: '2026-11-28',
};
