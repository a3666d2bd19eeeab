/** Mends what servers write into JSON that is none: `NaN`, and control characters inside strings. */
import { type Json, parseJson } from '../../json.ts';

/** Strings, which end with a quote or not at all; numbers that JSON does not have; everything else is left alone. */
const STRING_OR_NUMBER = /"(?:[^"\\]|\\[\s\S])*"?|-?\b(?:NaN|Infinity)\b/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what JSON does not allow inside a string
const CONTROL = /[\u0000-\u001f]/g;

/** Far longer than any chunk; the pattern would need too much of the stack for a text without end. */
const MAX_CHARS = 1_000_000;

/** The value of an object or list after mending; undefined where that does not help. */
export function mendedJson(text: string): Json | undefined {
  if (text.length > MAX_CHARS || !/^\s*[{[]/.test(text)) return undefined;
  const mended = text.replace(STRING_OR_NUMBER, (part) =>
    part.startsWith('"') ? part.replace(CONTROL, escaped) : 'null',
  );
  return mended === text ? undefined : parseJson(mended);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
