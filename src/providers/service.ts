/** Who is paid for what an address answers, as far as the address tells. */
import { presetByUrl } from './index.ts';
import type { Preset } from './preset.ts';

/** Hosts of plans that are no presets of their own. */
const PLANS: readonly RegExp[] = [
  /^coding(-intl)?\.dashscope\.aliyuncs\.com$/,
  /^token-plan-\w+\.xiaomimimo\.com$/,
  /(^|\.)ollama\.com$/,
];

/**
 * The id of the preset whose address it is, and whose price list applies; `plan` where a subscription pays; `local`
 * for a model server of the user's own. Undefined for any other address: whom it belongs to is not known.
 * @param preset the one that was chosen or recognised
 */
export function serviceOf(baseUrl: string, preset: Preset): string | undefined {
  const recognised = presetByUrl(baseUrl);
  const { hostname } = new URL(baseUrl);
  if (recognised.isPlan || PLANS.some((plan) => plan.test(hostname))) return 'plan';
  if (isModelServer(recognised) || isModelServer(preset)) return 'local';
  const { id } = recognised.profile;
  return id === 'openai-compatible' ? undefined : id;
}

/** A program that runs the model itself. A gateway on this machine is none: it may pass requests on to anyone. */
function isModelServer({ server, profile }: Preset): boolean {
  return (server !== undefined && server !== 'any') || profile.id === 'demo';
}
