/**
 * Mends what is no JSON Schema at all, in every flavour: MCP servers write `type: "any"` or `required: true`, and strict
 * providers (OpenAI, Anthropic, Gemini) then refuse the whole request. A proper schema stays the same object.
 */
import { isObject, type Json, type JsonObject } from '../../json.ts';

/** The types of JSON Schema, and what is written in their place. */
const TYPES: ReadonlyMap<string, string> = new Map([
  ...['string', 'number', 'integer', 'boolean', 'object', 'array', 'null'].map(
    (type) => [type, type] as const,
  ),
  ['str', 'string'],
  ['text', 'string'],
  ['int', 'integer'],
  ['long', 'integer'],
  ['float', 'number'],
  ['double', 'number'],
  ['bool', 'boolean'],
  ['dict', 'object'],
  ['map', 'object'],
  ['list', 'array'],
  ['none', 'null'],
]);

/** Keywords that may be null. */
const NULLABLE = new Set(['default', 'const']);

export function wellFormedSchema(schema: JsonObject): JsonObject {
  const entries = Object.entries(schema);
  const mended = entries.flatMap(([keyword, value]): [string, Json][] => {
    // A number that is too large is written as null.
    const isNothing = value === null ? !NULLABLE.has(keyword) : value === Infinity || value === -Infinity;
    const mend = isNothing ? undefined : mendedValue(keyword, value, schema);
    return mend === undefined ? [] : mend;
  });
  const isSame =
    mended.length === entries.length &&
    mended.every(([keyword, value], at) => keyword === entries[at]?.[0] && value === entries[at]?.[1]);
  return isSame ? schema : Object.fromEntries(mended);
}

function mendedValue(keyword: string, value: Json, schema: JsonObject): [string, Json][] | undefined {
  switch (keyword) {
    case 'type':
      return entry(keyword, readType(value));
    case 'required':
      return entry(keyword, Array.isArray(value) ? names(value) : undefined);
    case 'properties':
      return entry(keyword, isObject(value) ? schemasIn(value) : undefined);
    case 'enum':
      return entry(keyword, isFilled(value) ? value : undefined);
    case 'anyOf':
    case 'oneOf':
    case 'allOf':
      return entry(keyword, isFilled(value) ? schemas(value) : undefined);
    case '$ref':
      return entry(keyword, typeof value === 'string' ? value : undefined);
    // Draft 4: whether `minimum` or `maximum` is itself excluded.
    case 'exclusiveMinimum':
    case 'exclusiveMaximum':
      return typeof value === 'boolean' ? undefined : [[keyword, value]];
    case 'minimum':
    case 'maximum': {
      const exclusive = keyword === 'minimum' ? 'exclusiveMinimum' : 'exclusiveMaximum';
      return [[schema[exclusive] === true ? exclusive : keyword, value]];
    }
    default:
      return [[keyword, value]];
  }
}

/** Undefined for a type that does not exist, such as `any`: the schema then allows every type. */
function readType(type: Json): Json | undefined {
  if (!Array.isArray(type)) return typeof type === 'string' ? TYPES.get(type.toLowerCase()) : undefined;
  const types = type.map(readType);
  if (types.length === 0 || types.includes(undefined)) return undefined;
  return types.every((name, at) => name === type[at]) ? type : [...new Set(types.filter(isSome))];
}

function entry(keyword: string, value: Json | undefined): [string, Json][] | undefined {
  return value === undefined ? undefined : [[keyword, value]];
}

function names(list: Json[]): Json {
  const unique = [...new Set(list.filter((name) => typeof name === 'string'))];
  return unique.length === list.length ? list : unique;
}

/** A property whose schema is none may be anything. */
function schemasIn(properties: JsonObject): Json {
  if (Object.values(properties).every(isSchema)) return properties;
  return Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [name, isSchema(schema) ? schema : {}]),
  );
}

function schemas(list: Json[]): Json | undefined {
  if (list.every(isSchema)) return list;
  const proper = list.filter(isSchema);
  return proper.length === 0 ? undefined : proper;
}

function isSchema(value: Json): boolean {
  return isObject(value) || typeof value === 'boolean';
}

function isFilled(value: Json): value is Json[] {
  return Array.isArray(value) && value.length > 0;
}

function isSome(value: Json | undefined): value is Json {
  return value !== undefined;
}
