/** Strings in JSON text, found and read without parsing what is around them. */
import { parseJson } from '../../json.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;

/**
 * The position of the closing quote of the string that begins at `start`; -1 if there is none or it is not valid JSON.
 */
export function endOfString(text: string, start: number): number {
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return at;
    if (code === BACKSLASH) at += 1;
    else if (code < SPACE) return -1;
  }
  return -1;
}

/** The value of what stands between two quotes; undefined if its escapes are invalid. */
export function stringOf(raw: string): string | undefined {
  if (!raw.includes('\\')) return raw;
  const value = parseJson(`"${raw}"`);
  return typeof value === 'string' ? value : undefined;
}
