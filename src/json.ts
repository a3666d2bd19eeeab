/** JSON as a type, and narrowing of parsed JSON, whose shape nobody promised. */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value as an object; undefined where it is anything else. */
export function asObject(value: unknown): JsonObject | undefined {
  return isObject(value) ? value : undefined;
}

/** The value of a text; undefined where it is not JSON (JSON itself has no undefined). */
export function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

/** The object that a text holds; undefined where it holds anything else, or is not JSON. */
export function parseObject(text: string): JsonObject | undefined {
  return asObject(parseJson(text));
}
