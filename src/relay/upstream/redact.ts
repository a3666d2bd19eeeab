/** Providers quote what they refuse, the key too. */

/** What is shorter is no secret but a word that a local server is given for a key (`x`, `none`, `ollama`). */
const SHORTEST_KEY = 8;

/** What a provider said, without the key that it was sent. */
export function withoutKey(text: string, apiKey: string | undefined): string {
  const isSecret = apiKey !== undefined && apiKey.length >= SHORTEST_KEY;
  return isSecret ? text.replaceAll(apiKey, '[key]') : text;
}
