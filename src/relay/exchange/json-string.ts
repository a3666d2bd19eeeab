/** Strings in JSON text, found and read without parsing what is around them. */
import { parseJson } from '../../json.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;

/** Where the quotation mark is that ends the string which begins at `start`; -1 where none does, or it is no JSON. */
export function endOfString(text: string, start: number): number {
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return at;
    if (code === BACKSLASH) at += 1;
    else if (code < SPACE) return -1;
  }
  return -1;
}

/** The string of what stands between two quotation marks; undefined where its escapes are none. */
export function stringOf(raw: string): string | undefined {
  if (!raw.includes('\\')) return raw;
  const value = parseJson(`"${raw}"`);
  return typeof value === 'string' ? value : undefined;
}
