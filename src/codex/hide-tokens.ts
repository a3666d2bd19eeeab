/** Makes configurations fit to be shown: tokens are secrets, and screens are shared. */

const ASSIGNMENT =
  /(experimental_bearer_token["']?[ \t]*=[ \t]*)("""[\s\S]*?"""|'''[\s\S]*?'''|"(?:\\.|[^"\\\r\n])*"|'[^'\r\n]*'|[^\r\n]+)/g;
/** Shorter values may be part of ordinary words; none of our tokens are that short. */
const SHORTEST_TOKEN = 8;

/**
 * The text with every bearer token replaced by `"..."`: whoever it belongs to, in every form of TOML, in comments and
 * invalid lines, and wherever its value is repeated.
 */
export function hideTokens(text: string): string {
  const values = [...text.matchAll(ASSIGNMENT)].map(([, , value = '']) => withoutQuotes(value));
  const hidden = text.replace(ASSIGNMENT, '$1"..."');
  return values
    .filter((value) => value.length >= SHORTEST_TOKEN)
    .reduce((shown, value) => shown.replaceAll(value, '...'), hidden);
}

function withoutQuotes(value: string): string {
  return value.replace(/^("""|'''|["'])\r?\n?([\s\S]*)\1$/, '$2');
}
