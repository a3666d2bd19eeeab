import type { Preset } from '../preset.ts';
import { volcengine } from './volcengine.ts';

/** The Coding Plan: its own address. The ordinary one takes the same key but bills each token. */
export const volcengineCoding: Preset = {
  ...volcengine,
  profile: { ...volcengine.profile, id: 'volcengine-coding', name: 'Volcengine Ark Coding Plan' },
  baseUrl: 'https://ark.cn-beijing.volces.com/api/coding/v3',
  keywords: ['doubao', 'bytedance', 'ark', 'plan', 'subscription', 'china', 'cn'],
  isPlan: true,
  hosts: [],
  defaultModel: 'ark-code-latest',
  suggestedPort: 4472,
  source:
    'Volcengine docs 82379 (1928261 Coding Plan, 2556056 Codex) by way of anomalyco/models.dev, farion1231/cc-switch',
};
