/** A sign-in to ChatGPT is a credential for OpenAI alone; Codex sends it to whatever it takes for OpenAI. */
import { parseObject } from '../../json.ts';

const ISSUER = /^https:\/\/auth\.openai\.com\b/;
const OWN_HOST = /(^|\.)(openai|chatgpt)\.com$/;

/** Whether this bearer token is a ChatGPT sign-in that must not go to this base URL. */
export function isForeignSignIn(bearer: string | undefined, baseUrl: string): boolean {
  // Every JSON Web Token begins so: its header is an object.
  if (!bearer?.startsWith('eyJ') || OWN_HOST.test(new URL(baseUrl).hostname)) return false;
  const payload = parseObject(Buffer.from(bearer.split('.')[1] ?? '', 'base64url').toString());
  if (payload === undefined) return false;
  const issuer = payload['iss'];
  return (
    (typeof issuer === 'string' && ISSUER.test(issuer)) ||
    Object.keys(payload).some((claim) => claim.startsWith('https://api.openai.com/'))
  );
}
