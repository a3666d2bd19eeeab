/** All shipped providers, in the order in which they are shown. */
import { demo } from './demo.ts';
import { openaiCompatible } from './openai-compatible.ts';
import { openrouter } from './openrouter.ts';
import type { Preset } from './preset.ts';

export type { Preset } from './preset.ts';

export const PRESETS: readonly Preset[] = [openrouter, openaiCompatible, demo];

export function presetById(id: string): Preset | undefined {
  return PRESETS.find((preset) => preset.profile.id === id);
}

/** The preset whose host serves `baseUrl`; the careful generic one for any other. */
export function presetByUrl(baseUrl: string): Preset {
  const { protocol, hostname } = new URL(baseUrl);
  if (protocol === 'demo:') return demo;
  const isHost = (host: string) => hostname === host || hostname.endsWith(`.${host}`);
  return PRESETS.find((preset) => preset.hosts.some(isHost)) ?? openaiCompatible;
}
