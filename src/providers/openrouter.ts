import { BASE_PROFILE } from './base-profile.ts';
import type { Preset } from './preset.ts';

export const openrouter: Preset = {
  profile: { ...BASE_PROFILE, id: 'openrouter', name: 'OpenRouter' },
  baseUrl: 'https://openrouter.ai/api/v1',
  hosts: ['openrouter.ai'],
  needsKey: true,
  keyUrl: 'https://openrouter.ai/settings/keys',
  suggestedPort: 4452,
};
