/** A type for JSON, and helpers to narrow parsed JSON of unknown shape. */

/** Whatever `JSON.parse` returns. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** Whether it is a JSON object, and neither null nor a list. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value if it is an object; else undefined. */
export function asObject(value: unknown): JsonObject | undefined {
  return isObject(value) ? value : undefined;
}

/** The value of a JSON text; undefined if it is not JSON (which itself has no undefined). */
export function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

/** The text without the byte order mark (U+FEFF) that editors on Windows put first, and that `JSON.parse` refuses. */
export function withoutByteOrderMark(text: string): string {
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}

/** The object in a JSON text; undefined if it contains anything else or is not JSON. */
export function parseObject(text: string): JsonObject | undefined {
  return asObject(parseJson(text));
}
