/**
 * A value as JSON text that every reader accepts. Lone surrogates, which clients send as escapes and models write,
 * would be refused, crash a provider's decoder or make Codex lose the event, so they become U+FFFD.
 */
export function wellFormedJson(value: object | string): string {
  const text = JSON.stringify(value);
  if (!/\\ud[89a-f]/.test(text)) return text;
  // JSON.stringify only escapes lone surrogates; an even number of backslashes before the escape is text.
  return text.replace(/(?<!\\)((?:\\\\)*)\\ud[89a-f][0-9a-f]{2}/g, '$1\ufffd');
}
