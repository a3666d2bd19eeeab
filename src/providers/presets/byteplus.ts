import type { Preset } from '../preset.ts';
import { volcengine } from './volcengine.ts';

/** Ark outside mainland China: the same dialect, but different keys, each for one region. */
export const byteplus: Preset = {
  ...volcengine,
  profile: { ...volcengine.profile, id: 'byteplus', name: 'BytePlus ModelArk' },
  baseUrl: 'https://ark.ap-southeast.bytepluses.com/api/v3',
  keywords: ['bytedance', 'seed', 'ark', 'volcengine'],
  hosts: ['bytepluses.com'],
  keyUrl: 'https://console.byteplus.com/ark/region:ark+ap-southeast-1/apiKey',
  defaultModel: 'dola-seed-2-1-turbo-260628',
  suggestedPort: 4473,
  source:
    'BytePlus docs (ModelArk 1298454, 1399009, 1544136; LAS Chat API), Bifrost docs, anomalyco/models.dev',
};
