/** API keys as people paste them. */

/** A key without what is copied along with it: white space, quotes, `Bearer`, `NAME=`. */
export function cleanKey(pasted: string): string {
  return pasted
    .trim()
    .replace(/^(export\s+)?[A-Z][A-Z0-9_]*=(?=[^=])/, '')
    .replace(/^(["'])(.*)\1$/, '$2')
    .replace(/^Bearer\s+/i, '')
    .trim();
}

/** Whether a header can carry the key. */
export function isPossibleKey(key: string): boolean {
  return /^[\x21-\x7e]+$/.test(key);
}
