/**
 * Schemas for servers that turn those of all tools into one grammar (llama.cpp and what is built on it): a single part
 * that they cannot read fails the whole request, so such a part is left out, and only its limit is lost.
 */
import { isObject, type Json, type JsonObject } from '../../json.ts';

/** From this number on, repetitions are an error in a grammar (llama.cpp, 2025-11 to 2026-09). */
const TOO_MANY = 2000;
/** Patterns that are anchored and plain; others are an error in older grammar builders, or have no effect. */
const PLAIN_PATTERN = /^\^(?:(?!\(\?|\\[bBAZzkpPuxc\d]).)*\$$/s;

/** Which values of a keyword can be read; other keywords may have any. */
const READABLE: ReadonlyMap<string, (value: Json) => boolean> = new Map<string, (value: Json) => boolean>([
  ['pattern', isPattern],
  ['enum', isFilledList],
  ['anyOf', isFilledList],
  ['oneOf', isFilledList],
  ['allOf', isFilledList],
  ['prefixItems', isFilledList],
  ['required', Array.isArray],
  ['properties', isObject],
  ['items', (value) => isObject(value) || isFilledList(value)],
  ['additionalProperties', (value) => isObject(value) || typeof value === 'boolean'],
  ...['minLength', 'maxLength', 'minItems', 'maxItems'].map((keyword): [string, (value: Json) => boolean] => [
    keyword,
    isBound,
  ]),
]);

/** @returns the schema itself if all of it can be read */
export function grammarSchema(schema: JsonObject): JsonObject {
  const entries = Object.entries(schema);
  const mended = entries.flatMap(([keyword, value]): [string, Json][] => {
    if (READABLE.get(keyword)?.(value) === false) return [];
    const read = keyword === 'properties' ? schemasIn(value) : value;
    return [[keyword, read]];
  });
  const isUnchanged =
    mended.length === entries.length && mended.every(([, value], at) => value === entries[at]?.[1]);
  return isUnchanged ? schema : Object.fromEntries(mended);
}

function isPattern(value: Json): boolean {
  if (typeof value !== 'string' || !PLAIN_PATTERN.test(value)) return false;
  if (
    [...value.matchAll(/\{(\d*),?(\d*)\}/g)].some(([, ...bounds]) =>
      bounds.some((bound) => Number(bound) >= TOO_MANY),
    )
  )
    return false;
  try {
    new RegExp(value);
    return true;
  } catch {
    return false;
  }
}

function isFilledList(value: Json): boolean {
  return Array.isArray(value) && value.length > 0;
}

function isBound(value: Json): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < TOO_MANY;
}

/** A property whose value is not a schema may be anything. */
function schemasIn(properties: Json): Json {
  if (!isObject(properties) || Object.values(properties).every(isObject)) return properties;
  const entries = Object.entries(properties).map(([name, schema]) => [name, isObject(schema) ? schema : {}]);
  return Object.fromEntries(entries) as JsonObject;
}
