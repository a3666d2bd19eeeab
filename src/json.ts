/** Narrowing of parsed JSON, whose shape nobody promised. */
import type { JsonObject } from './wire/responses.ts';

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value as an object; undefined where it is none. */
export function objectOr(value: unknown): JsonObject | undefined {
  return isObject(value) ? value : undefined;
}
