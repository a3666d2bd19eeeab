import { BASE_PROFILE } from './base-profile.ts';
import type { Preset } from './preset.ts';

/** Any endpoint that is only known to be "OpenAI-compatible". */
export const openaiCompatible: Preset = {
  profile: BASE_PROFILE,
  baseUrl: undefined,
  hosts: [],
  needsKey: false,
  source: 'What the documented providers have in common',
  checked: '2026-11-22',
};
