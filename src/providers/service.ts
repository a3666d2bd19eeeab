/** Who is paid for answers from an address, as far as the address tells. */
import { presetByUrl } from './index.ts';
import type { Preset } from './preset.ts';

/** Hosts of plans that have no presets of their own. */
const PLANS: readonly RegExp[] = [
  /^coding(-intl)?\.dashscope\.aliyuncs\.com$/,
  /^token-plan-\w+\.xiaomimimo\.com$/,
  /(^|\.)ollama\.com$/,
];

/**
 * The id of the preset whose address this is and whose prices apply; `plan` if a subscription pays; `local` for the
 * user's own model server. Undefined for any other address, whose owner is not known.
 * @param preset the chosen or recognised one
 */
export function serviceOf(baseUrl: string, preset: Preset): string | undefined {
  const recognised = presetByUrl(baseUrl);
  const { hostname } = new URL(baseUrl);
  if (recognised.isPlan || PLANS.some((plan) => plan.test(hostname))) return 'plan';
  if (isModelServer(recognised)) return 'local';
  const { id } = recognised.profile;
  // Only where the address tells nothing: the dialect of a server makes nothing free at a provider that is known.
  if (id === 'openai-compatible') return isModelServer(preset) ? 'local' : undefined;
  return id;
}

/** Whether it is a program that runs the model itself, unlike a local gateway, which may pass requests on to anyone. */
function isModelServer({ server, profile }: Preset): boolean {
  return (server !== undefined && server !== 'any') || profile.id === 'demo';
}
