/** Mends what servers write into JSON that is none: `NaN`, commas too many, and raw characters and odd escapes in strings. */
import { type Json, parseJson } from '../../json.ts';

/** Strings, which end with a quote or not at all; numbers that JSON does not have; commas before a closing bracket. */
const PARTS = /"(?:[^"\\]|\\[\s\S])*"?|-?\b(?:NaN|Infinity)\b|,(?=\s*[}\]])/g;
/** Escapes, and backslashes that begin none. */
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})|\\/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what JSON does not allow inside a string
const CONTROL = /[\u0000-\u001f]/g;

/** Far longer than any chunk; the pattern would need too much of the stack for a text without end. */
const MAX_CHARS = 1_000_000;

/** The value of an object or list after mending; undefined where that does not help. */
export function mendedJson(text: string): Json | undefined {
  if (text.length > MAX_CHARS || !/^\s*[{[]/.test(text)) return undefined;
  const mended = text.replace(PARTS, (part) => {
    if (part === ',') return '';
    if (!part.startsWith('"')) return 'null';
    return part.replace(ESCAPE, (found) => (found === '\\' ? '\\\\' : found)).replace(CONTROL, escaped);
  });
  return mended === text ? undefined : parseJson(mended);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
