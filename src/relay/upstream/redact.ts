/** Providers quote what they refuse, even the key. */

/** Anything shorter is not a secret but a placeholder for a local server (`x`, `none`, `ollama`). */
const SHORTEST_KEY = 8;
/** Keys that are not ours may be quoted too, such as a gateway's own key for the provider behind it. */
const BEARER = /\b(bearer\s+)(?=\S*\d)[\w.~+/=-]{8,}/gi;

/** A provider's words without the key that was sent to it, however escaped, and without any bearer token. */
export function withoutKey(text: string, apiKey: string | undefined): string {
  const withoutBearers = text.replace(BEARER, '$1[key]');
  if (apiKey === undefined || apiKey.length < SHORTEST_KEY) return withoutBearers;
  // Some JSON escapes slashes, and JSON inside JSON escapes them again.
  const slashes = ['/', '\\/', '\\\\/', '\\\\\\/'];
  const spellings = [...slashes.map((slash) => apiKey.replaceAll('/', slash)), encodeURIComponent(apiKey)];
  return spellings.reduce((said, key) => said.replaceAll(key, '[key]'), withoutBearers);
}
