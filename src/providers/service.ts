/** Who is paid for what an address answers, as far as the address tells. */
import { presetByUrl } from './index.ts';
import type { Preset } from './preset.ts';

/** Addresses where a subscription pays, by host with its subdomains and by the beginning of the path. */
const PLANS: readonly { host: string; path?: string }[] = [
  { host: 'api.kimi.com' },
  { host: 'api.z.ai', path: '/api/coding/' },
  { host: 'open.bigmodel.cn', path: '/api/coding/' },
  { host: 'coding.dashscope.aliyuncs.com' },
  { host: 'coding-intl.dashscope.aliyuncs.com' },
  { host: 'ollama.com' },
];

/**
 * The id of the preset whose address it is, and whose price list applies; `plan` where a subscription pays; `local`
 * for a model server of the user's own. Undefined for any other address: whom it belongs to is not known.
 * @param preset the one that was chosen or recognised
 */
export function serviceOf(baseUrl: string, preset: Preset): string | undefined {
  const { hostname, pathname } = new URL(baseUrl);
  const isPlan = PLANS.some(
    ({ host, path = '/' }) =>
      (hostname === host || hostname.endsWith(`.${host}`)) && `${pathname}/`.startsWith(path),
  );
  if (isPlan) return 'plan';
  const recognised = presetByUrl(baseUrl);
  if (isModelServer(recognised) || isModelServer(preset)) return 'local';
  const { id } = recognised.profile;
  return id === 'openai-compatible' ? undefined : id;
}

/** A program that runs the model itself. A gateway on this machine is none: it may pass requests on to anyone. */
function isModelServer({ server, profile }: Preset): boolean {
  return (server !== undefined && server !== 'any') || profile.id === 'demo';
}
