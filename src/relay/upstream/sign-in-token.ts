/** A ChatGPT sign-in is a credential for OpenAI alone; Codex sends it to whatever it believes to be OpenAI. */
import { RelayError } from '../../errors.ts';
import { parseObject } from '../../json.ts';
import type { Provider } from '../routing/provider.ts';

const ISSUER = /^https:\/\/auth\.openai\.com(\/|$)/;
const OWN_HOST = /(^|\.)(openai|chatgpt)\.com$/;

/** Whether this bearer token is a ChatGPT sign-in that must not go to this base URL. */
export function isForeignSignIn(bearer: string | undefined, baseUrl: string): boolean {
  if (bearer === undefined || isOpenAi(baseUrl)) return false;
  // A JSON Web Token: header, payload, signature.
  const payload = parseObject(Buffer.from(bearer.split('.')[1] ?? '', 'base64url').toString());
  if (payload === undefined) return false;
  const issuer = payload['iss'];
  return (
    (typeof issuer === 'string' && ISSUER.test(issuer)) ||
    Object.keys(payload).some((claim) => claim.startsWith('https://api.openai.com/'))
  );
}

export function isOpenAi(baseUrl: string): boolean {
  return OWN_HOST.test(new URL(baseUrl).hostname);
}

/**
 * What a provider without a key gets in place of a sign-in: nothing, if the server is known to need no key.
 * @throws RelayError `unauthorized` if it may need one
 */
export function insteadOfSignIn({ preset, profile }: Provider): undefined {
  if (!preset.needsKey && preset.baseUrl !== undefined) return undefined;
  throw new RelayError(
    'unauthorized',
    `The client sent its ChatGPT sign-in, which belongs to OpenAI and is not passed on to ${profile.name}. Set this provider's own key (--api-key, or CODEX_RELAY_API_KEY).`,
  );
}
