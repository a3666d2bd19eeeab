import type { Preset } from '../preset.ts';
import { byteplus } from './byteplus.ts';

/** The Coding Plan: its own address, with models of several vendors. */
export const byteplusCoding: Preset = {
  ...byteplus,
  profile: { ...byteplus.profile, id: 'byteplus-coding', name: 'BytePlus Coding Plan' },
  baseUrl: 'https://ark.ap-southeast.bytepluses.com/api/coding/v3',
  keywords: ['bytedance', 'seed', 'ark', 'plan', 'subscription'],
  isPlan: true,
  hosts: [],
  defaultModel: 'ark-code-latest',
  suggestedPort: 4474,
  source: 'BytePlus (codingplan page) by way of anomalyco/models.dev, farion1231/cc-switch',
};
