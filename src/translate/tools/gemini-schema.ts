/**
 * Gemini's subset of JSON Schema, as an allow-list: anything else is a 400 'Unknown name "...": Cannot find field' for
 * the whole request (2026-11, public reports). What else a schema says goes into its description or is left to the
 * client, which checks the arguments against its own schema.
 */
import { isObject, type Json, type JsonObject } from '../../json.ts';

/** The allowed formats by type; any other is refused. */
const FORMATS: Readonly<Record<string, readonly string[]>> = {
  string: ['date-time', 'enum'],
  number: ['float', 'double'],
  integer: ['int32', 'int64'],
};
const TYPES = ['string', 'number', 'integer', 'boolean', 'array', 'object'];
const NUMBERS = ['minimum', 'maximum', 'minItems', 'maxItems'];
/** For arrays whose items may be anything, because some type must be named. */
const ANY_ITEM = { type: 'string' };

/** One schema in Gemini's terms; its inner schemas have already been converted. */
export function geminiSchema(schema: JsonObject): JsonObject {
  const { description } = schema;
  const type = typeOf(schema);
  const choice = choiceOf(schema, type);
  const named = type ?? choice.type;
  const words = [typeof description === 'string' ? description : '', choice.words];
  const about = words.filter((text) => text !== '').join(' ');
  const isNullable = schema['nullable'] === true || schema['type'] === 'null' || choice.isNullable;
  const result: JsonObject = {
    ...(named === undefined ? {} : { type: named }),
    ...(about === '' ? {} : { description: about }),
    ...(isNullable ? { nullable: true } : {}),
    ...(choice.enum === undefined ? {} : { enum: choice.enum }),
    ...numbersOf(schema),
    ...formatOf(schema, named),
    ...propertiesOf(schema),
    ...(named === 'array' ? { items: itemsOf(schema) } : {}),
  };
  return withUnion(result, schema['anyOf']);
}

function typeOf({ type, properties, items }: JsonObject): string | undefined {
  if (typeof type === 'string' && TYPES.includes(type)) return type;
  if (isObject(properties)) return 'object';
  return isObject(items) ? 'array' : undefined;
}

interface Choice {
  enum?: string[];
  /** The values in words if they cannot be sent as a list: only non-empty strings may be listed. */
  words: string;
  type: string | undefined;
  isNullable: boolean;
}

function choiceOf({ enum: given }: JsonObject, type: string | undefined): Choice {
  if (!Array.isArray(given)) return { words: '', type: undefined, isNullable: false };
  const values = given.filter((value) => value !== null);
  const rest = { type: commonType(values), isNullable: values.length < given.length };
  if (values.length === 0) return { ...rest, words: '' };
  const texts = values.filter((value): value is string => typeof value === 'string' && value !== '');
  if (texts.length === values.length && (type === undefined || type === 'string')) {
    return { ...rest, enum: [...new Set(texts)], words: '' };
  }
  return { ...rest, words: `One of: ${values.map((value) => JSON.stringify(value)).join(', ')}.` };
}

function commonType(values: readonly Json[]): string | undefined {
  const types = ['string', 'boolean', 'number'].filter((type) =>
    values.some((value) => typeof value === type),
  );
  const [type] = types;
  if (types.length !== 1 || !values.every((value) => typeof value === type)) return undefined;
  return type === 'number' && values.every(Number.isInteger) ? 'integer' : type;
}

function numbersOf(schema: JsonObject): JsonObject {
  return Object.fromEntries(
    NUMBERS.flatMap((keyword) => {
      const value = schema[keyword];
      return typeof value === 'number' ? [[keyword, value]] : [];
    }),
  );
}

function formatOf({ format }: JsonObject, type: string | undefined): JsonObject {
  const isKnown = typeof format === 'string' && FORMATS[type ?? '']?.includes(format);
  return isKnown ? { format } : {};
}

/** Only existing properties may be required. */
function propertiesOf({ properties, required }: JsonObject): JsonObject {
  if (!isObject(properties)) return {};
  const names = Array.isArray(required) ? required : [];
  const present = names.filter((name) => typeof name === 'string' && Object.hasOwn(properties, name));
  return { properties, ...(present.length === 0 ? {} : { required: [...new Set(present)] }) };
}

function itemsOf({ items }: JsonObject): JsonObject {
  return isObject(items) && Object.keys(items).length > 0 ? items : ANY_ITEM;
}

/**
 * A union may have nothing beside it but a description. A branch for null becomes a flag; a branch for anything
 * replaces the union.
 */
function withUnion(schema: JsonObject, anyOf: Json | undefined): JsonObject {
  if (!Array.isArray(anyOf)) return schema;
  const branches = anyOf.filter(isObject);
  const others = branches.filter((branch) => !isNull(branch));
  const nullable = others.length < branches.length || schema['nullable'] === true ? { nullable: true } : {};
  if (others.length === 0 || others.some((branch) => Object.keys(branch).length === 0)) {
    return { ...schema, ...nullable };
  }
  const { type, description, ...constraints } = schema;
  const about = description === undefined ? {} : { description };
  const [only] = others;
  if (only !== undefined && others.length === 1) {
    return geminiSchema({ ...schema, ...only, ...membersOf(schema, only), ...about, ...nullable });
  }
  if ('properties' in constraints) return { ...schema, ...nullable, anyOf: others };
  const typed = others.map((branch) =>
    type === undefined || 'type' in branch || 'anyOf' in branch ? branch : { type, ...branch },
  );
  return { ...about, ...nullable, anyOf: typed };
}

/** The properties of several schemas that apply at once. */
function membersOf(...schemas: readonly JsonObject[]): JsonObject {
  const properties = schemas.map((schema) => schema['properties']).filter(isObject);
  const required = schemas.flatMap((schema) => (Array.isArray(schema['required']) ? schema['required'] : []));
  return properties.length === 0
    ? {}
    : { properties: Object.assign({}, ...properties.toReversed()), required };
}

function isNull(schema: JsonObject): boolean {
  return (
    Object.keys(schema).every((keyword) => keyword === 'nullable' || keyword === 'description') &&
    schema['nullable'] === true
  );
}
