import { BASE_PROFILE } from '../base-profile.ts';
import type { Preset } from '../preset.ts';

/** The scripted demo inside the relay: no model, no network, no key. It shows that the chain works. */
export const demo: Preset = {
  profile: { ...BASE_PROFILE, id: 'demo', name: 'Scripted demo (no model)' },
  baseUrl: 'demo:scripted',
  keywords: ['try', 'test', 'free', 'offline', 'no key'],
  hosts: [],
  needsKey: false,
  defaultModel: 'demo',
  source: 'src/relay/upstream/demo-transport.ts',
  checked: '2026-11-22',
};
