/** Providers quote what they refuse, the key too. */

/** What is shorter is no secret but a word that a local server is given for a key (`x`, `none`, `ollama`). */
const SHORTEST_KEY = 8;
/** A key that is not ours may be quoted as well: a gateway's own, towards the provider behind it. */
const BEARER = /\b(bearer\s+)(?=\S*\d)[\w.~+/=-]{8,}/gi;

/** What a provider said, without the key that it was sent, however it is escaped, and without any bearer token. */
export function withoutKey(text: string, apiKey: string | undefined): string {
  const withoutBearers = text.replace(BEARER, '$1[key]');
  if (apiKey === undefined || apiKey.length < SHORTEST_KEY) return withoutBearers;
  // A slash is escaped in some JSON, once more in JSON inside of JSON.
  const slashes = ['/', '\\/', '\\\\/', '\\\\\\/'];
  const spellings = [...slashes.map((slash) => apiKey.replaceAll('/', slash)), encodeURIComponent(apiKey)];
  return spellings.reduce((said, key) => said.replaceAll(key, '[key]'), withoutBearers);
}
