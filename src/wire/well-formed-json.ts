/**
 * A value as JSON text that every reader accepts. A lone surrogate, which clients send as an escape and models
 * write, would be refused, crash a provider's decoder, or make Codex lose the event: it becomes U+FFFD.
 */
export function wellFormedJson(value: object | string): string {
  const text = JSON.stringify(value);
  if (!/\\ud[89a-f]/.test(text)) return text;
  // JSON.stringify escapes a surrogate only where it stands alone; an even run of backslashes before is text.
  return text.replace(/(?<!\\)((?:\\\\)*)\\ud[89a-f][0-9a-f]{2}/g, '$1\ufffd');
}
