/**
 * JSON Schemas in the flavour that a provider accepts. Clients send what MCP servers declare: `$ref`, `anyOf` next to
 * `type`, unions at the root, missing types. A rewritten schema accepts everything that the original accepted, and
 * sometimes more, because not every flavour can express everything; the client checks the arguments against its own
 * schema.
 */

import type { Json, JsonObject } from '../../json.ts';
import { isObject } from '../../json.ts';
import type { SchemaFlavour } from '../profile.ts';
import { withoutRootUnions } from './root-unions.ts';
import { FLAVOURS, type Rules } from './schema-flavours.ts';
import { wellFormedSchema } from './schema-form.ts';

/** Keywords whose value is a map of schemas by name; below, those with a list of schemas, and with one schema. */
const SCHEMA_MAPS = new Set(['properties', 'patternProperties', 'dependentSchemas', '$defs', 'definitions']);
const SCHEMA_LISTS = new Set(['anyOf', 'oneOf', 'allOf', 'prefixItems']);
const SCHEMAS = new Set([
  'items',
  'additionalProperties',
  'propertyNames',
  'not',
  'if',
  'then',
  'else',
  'contains',
]);

/** Schemas beyond these limits are cut: a few references can inline to millions of nodes. */
const MAX_DEPTH = 40;
const MAX_INLINED = 500;
const MAX_ROOT_REFS = 5;

/** The parameters of a function: an object at the root in every flavour. */
export function toolParameters(schema: JsonObject, flavour: SchemaFlavour): JsonObject {
  const rules = FLAVOURS[flavour];
  const rewritten = new Rewriter(schema, rules).root();
  const root = withoutRootRef(rewritten);
  const flat = finished(
    {
      ...(rules.flatRoot ? withoutRootUnions(root, (ref) => resolve(rewritten, ref)) : root),
      type: 'object',
    },
    rules,
  );
  const { type: _, properties, ...rest } = flat;
  return { type: 'object', properties: isObject(properties) ? properties : {}, ...rest };
}

/** The schema of an answer, whose root may be of any type. */
export function answerSchema(schema: JsonObject, flavour: SchemaFlavour): JsonObject {
  const rules = FLAVOURS[flavour];
  return finished(new Rewriter(schema, rules).root(), rules);
}

/**
 * A schema for `strict: true`: every object is closed and requires all its properties; optional ones may be null
 * instead. A schema that is already strict stays unchanged.
 */
export function strictSchema(schema: JsonObject): JsonObject {
  return mapSchemas(schema, (node) => {
    const { properties } = node;
    if (!isObject(properties)) return node;
    const required = new Set(Array.isArray(node['required']) ? node['required'] : []);
    const entries = Object.entries(properties);
    return {
      ...node,
      properties: Object.fromEntries(
        entries.map(([name, value]) => [name, required.has(name) ? value : orNull(value)]),
      ),
      required: entries.map(([name]) => name),
      additionalProperties: false,
    };
  });
}

/**
 * A root that refers to another schema, as generators write named types: what stands beside a reference is ignored by
 * many readers, so there must be none beside `type` and `properties`.
 */
function withoutRootRef(schema: JsonObject): JsonObject {
  let root = schema;
  for (let level = 0; level < MAX_ROOT_REFS && typeof root['$ref'] === 'string'; level++) {
    const { $ref, ...rest } = root;
    root = { ...resolve(schema, String($ref)), ...rest };
  }
  return typeof root['$ref'] === 'string' ? without(root, '$ref') : root;
}

function finished(schema: JsonObject, { finish }: Rules): JsonObject {
  return finish === null ? schema : mapSchemas(schema, finish);
}

class Rewriter {
  readonly #schema: JsonObject;
  readonly #rules: Rules;
  readonly #openRefs = new Set<string>();
  #inlined = 0;

  constructor(schema: JsonObject, rules: Rules) {
    this.#schema = schema;
    this.#rules = rules;
  }

  root(): JsonObject {
    return this.#node(this.#schema, 0);
  }

  /** @param isPart whether it will be merged into the surrounding schema, which then gets a type */
  #node(given: JsonObject, depth: number, isPart = false): JsonObject {
    const schema = wellFormedSchema(given);
    if (depth > MAX_DEPTH) return { type: 'object' };
    const { inlineRefs, simpleUnions } = this.#rules;
    const ref = schema['$ref'];
    if (typeof ref === 'string') {
      if (inlineRefs) return this.#inline(ref, schema, depth, isPart);
      // A dangling reference would get the whole request refused.
      if (resolve(this.#schema, ref) === undefined) return this.#node(without(schema, '$ref'), depth, isPart);
    }
    const result: JsonObject = {};
    for (const [keyword, value] of Object.entries(schema)) {
      if (this.#isDropped(keyword) || (this.#rules.noBooleans && isVacuous(keyword, value))) continue;
      result[keyword] = this.#value(keyword, value, depth);
    }
    const simple = simpleUnions ? simplified(result) : result;
    return isPart ? simple : this.#typed(simple, depth);
  }

  #isDropped(keyword: string): boolean {
    const isDefinitions = keyword === '$defs' || keyword === 'definitions';
    return this.#rules.drop.has(keyword) || (this.#rules.inlineRefs && isDefinitions);
  }

  #value(keyword: string, value: Json, depth: number): Json {
    if (SCHEMA_MAPS.has(keyword) && isObject(value)) {
      const entries = Object.entries(value).filter(([, schema]) => this.#isPossible(schema));
      return Object.fromEntries(entries.map(([name, schema]) => [name, this.#schemaOr(schema, depth)]));
    }
    if (SCHEMA_LISTS.has(keyword) && Array.isArray(value)) {
      const schemas = keyword === 'prefixItems' ? value : value.filter((schema) => this.#isPossible(schema));
      return schemas.map((schema) => this.#schemaOr(schema, depth, keyword === 'allOf'));
    }
    // In every flavour a boolean says whether an object is closed.
    if (!SCHEMAS.has(keyword) || (keyword === 'additionalProperties' && !isObject(value))) return value;
    return Array.isArray(value)
      ? value.map((schema) => this.#schemaOr(schema, depth))
      : this.#schemaOr(value, depth);
  }

  #isPossible(schema: Json): boolean {
    return !(this.#rules.noBooleans && schema === false);
  }

  #schemaOr(value: Json, depth: number, isPart = false): Json {
    if (isObject(value)) return this.#node(value, depth + 1, isPart);
    return typeof value === 'boolean' && this.#rules.noBooleans ? this.#node({}, depth + 1, isPart) : value;
  }

  #inline(ref: string, schema: JsonObject, depth: number, isPart: boolean): JsonObject {
    const { $ref: _, ...siblings } = schema;
    const target = this.#openRefs.has(ref) ? undefined : resolve(this.#schema, ref);
    this.#inlined += 1;
    // A recursive schema has no finite form, so the inner one allows anything.
    if (target === undefined || this.#inlined > MAX_INLINED) {
      const type = resolve(this.#schema, ref)?.['type'];
      return this.#node({ type: typeof type === 'string' ? type : 'object', ...siblings }, depth + 1);
    }
    this.#openRefs.add(ref);
    const result = this.#node({ ...target, ...siblings }, depth + 1, isPart);
    this.#openRefs.delete(ref);
    return result;
  }

  #typed(schema: JsonObject, depth: number): JsonObject {
    const { typeLists, typeEverywhere } = this.#rules;
    const { type } = schema;
    if (Array.isArray(type) && typeLists !== 'keep')
      return this.#typed(withoutTypeList(schema, typeLists), depth);
    if (!typeEverywhere) return schema;
    const plain = withoutMixedEnum(schema);
    const { properties } = plain;
    const whole = isObject(properties)
      ? { ...plain, properties: mapValues(properties, typedProperty) }
      : plain;
    if (Array.isArray(whole['anyOf'])) return typeInBranches(whole);
    return typeof whole['type'] === 'string'
      ? whole
      : { type: guessedType(whole), ...without(whole, 'type') };
  }
}

// ----------------------------------------------------------------------------------------- one schema

/** Whether a keyword says nothing: a union that includes "anything", or items that are "anything" or "nothing". */
function isVacuous(keyword: string, value: Json): boolean {
  if (keyword === 'anyOf' || keyword === 'oneOf') return Array.isArray(value) && value.includes(true);
  return typeof value === 'boolean' && SCHEMAS.has(keyword) && keyword !== 'additionalProperties';
}

function simplified(schema: JsonObject): JsonObject {
  const { oneOf, allOf, const: constant, prefixItems, ...rest } = schema;
  let result: JsonObject = rest;
  if (Array.isArray(oneOf) && result['anyOf'] === undefined) result = { ...result, anyOf: oneOf };
  if (Array.isArray(allOf)) result = allOf.filter(isObject).reduce<JsonObject>(mergedSchemas, result);
  if (constant !== undefined) result = { ...result, enum: [constant] };
  const tuple = prefixItems ?? result['items'];
  if (Array.isArray(tuple))
    result = { ...result, items: tuple.length === 1 ? (tuple[0] ?? {}) : { anyOf: tuple } };
  return result;
}

/** Both schemas in one, as far as possible: the properties and requirements of both, and the first one's details. */
function mergedSchemas(first: JsonObject, second: JsonObject): JsonObject {
  const result = { ...second, ...first };
  const [left, right] = [first['properties'], second['properties']];
  if (isObject(left) && isObject(right)) result['properties'] = { ...right, ...left };
  const required = [first['required'], second['required']].flatMap((list) =>
    Array.isArray(list) ? list : [],
  );
  if (required.length > 0) result['required'] = [...new Set(required)];
  return result;
}

function withoutTypeList(schema: JsonObject, form: 'anyOf' | 'nullable'): JsonObject {
  const { type, ...rest } = schema;
  const types = Array.isArray(type) ? type : [];
  const others = types.filter((name) => name !== 'null');
  const isNullable = others.length < types.length;
  // The branches already name the types.
  if (rest['anyOf'] !== undefined) return rest;
  if (form === 'nullable') {
    const nullable = isNullable ? { nullable: true } : {};
    const [only] = others;
    if (only !== undefined && others.length === 1) return { type: only, ...rest, ...nullable };
    return { ...rest, ...nullable, anyOf: others.map((name) => ({ type: name })) };
  }
  const { description, ...constraints } = rest;
  const branches = types.map(
    (name): JsonObject => (name === 'null' ? { type: name } : ofType(String(name), constraints)),
  );
  const [only] = branches;
  const about = description === undefined ? {} : { description };
  return branches.length === 1 && only !== undefined ? { ...only, ...about } : { ...about, anyOf: branches };
}

/** A schema with one type, without listed values of others. */
function ofType(type: string, constraints: JsonObject): JsonObject {
  const { enum: values, ...rest } = constraints;
  if (!Array.isArray(values)) return { type, ...constraints };
  const own = values.filter((value) => typesOf(value).includes(type));
  return own.length === 0 ? { type, ...rest } : { type, ...rest, enum: own };
}

/** The types that a value may be said to have, the narrowest first. */
function typesOf(value: Json): string[] {
  if (value === null) return ['null'];
  if (Array.isArray(value)) return ['array'];
  if (typeof value === 'number') return Number.isInteger(value) ? ['integer', 'number'] : ['number'];
  return [typeof value];
}

/** Listed values of several types, as a union of lists of one. */
function withoutMixedEnum(schema: JsonObject): JsonObject {
  const { enum: values, type, anyOf, ...rest } = schema;
  if (!Array.isArray(values) || anyOf !== undefined || Array.isArray(type)) return schema;
  const types = [...new Set(values.map((value) => typesOf(value).at(-1) ?? 'string'))];
  if (types.length < 2) {
    const [only = 'string'] = types;
    // Objects and lists cannot be listed.
    const isPlain = only !== 'object' && only !== 'array' && only !== 'null';
    return isPlain ? schema : { ...rest, type: only };
  }
  const { description, ...constraints } = rest;
  const about = description === undefined ? {} : { description };
  return { ...about, anyOf: types.map((name) => ofType(name, { ...constraints, enum: values })) };
}

function typeInBranches(schema: JsonObject): JsonObject {
  const { type, anyOf, ...rest } = schema;
  const branches = (Array.isArray(anyOf) ? anyOf : []).map((branch) => {
    if (!isObject(branch)) return branch;
    const named = branch['type'] !== undefined || branch['anyOf'] !== undefined;
    return named ? branch : { type: type ?? guessedType(branch), ...branch };
  });
  return { ...rest, anyOf: branches };
}

function typedProperty(property: Json): Json {
  return isObject(property) ? property : { type: 'string' };
}

function guessedType(schema: JsonObject): string {
  const [value] = Array.isArray(schema['enum']) ? schema['enum'] : [];
  if (typeof value === 'number') return 'number';
  if (typeof value === 'boolean') return 'boolean';
  if (schema['properties'] !== undefined || schema['required'] !== undefined) return 'object';
  if (schema['items'] !== undefined) return 'array';
  return 'string';
}

function orNull(schema: Json): Json {
  if (!isObject(schema)) return schema;
  const { type } = schema;
  if (type === 'null' || (Array.isArray(type) && type.includes('null'))) return schema;
  if (typeof type === 'string' && schema['enum'] === undefined) return { ...schema, type: [type, 'null'] };
  const { anyOf } = schema;
  if (Array.isArray(anyOf)) {
    const allowsNull = anyOf.some((branch) => isObject(branch) && branch['type'] === 'null');
    return allowsNull ? schema : { ...schema, anyOf: [...anyOf, { type: 'null' }] };
  }
  return { anyOf: [schema, { type: 'null' }] };
}

// -------------------------------------------------------------------------------------------- walking

function mapSchemas(schema: JsonObject, change: (node: JsonObject) => JsonObject, depth = 0): JsonObject {
  if (depth > MAX_DEPTH) return schema;
  const inner = (value: Json): Json => (isObject(value) ? mapSchemas(value, change, depth + 1) : value);
  const result: JsonObject = {};
  for (const [keyword, value] of Object.entries(schema)) {
    if (SCHEMA_MAPS.has(keyword) && isObject(value)) result[keyword] = mapValues(value, inner);
    else if (SCHEMA_LISTS.has(keyword) && Array.isArray(value)) result[keyword] = value.map(inner);
    else result[keyword] = SCHEMAS.has(keyword) ? inner(value) : value;
  }
  return change(result);
}

/** The schema that `#/$defs/name`, `#/definitions/a/b` or `#` refers to; undefined for anything else. */
function resolve(schema: JsonObject, ref: string): JsonObject | undefined {
  if (!ref.startsWith('#')) return undefined;
  let at: Json | undefined = schema;
  for (const step of ref.slice(1).split('/').filter(Boolean)) {
    const key = decoded(step).replaceAll('~1', '/').replaceAll('~0', '~');
    at = isObject(at) ? at[key] : undefined;
  }
  return isObject(at) ? at : undefined;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A stray percent sign is taken literally.
    return text;
  }
}

function mapValues(object: JsonObject, change: (value: Json) => Json): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(value)]));
}

function without(object: JsonObject, key: string): JsonObject {
  const { [key]: _, ...rest } = object;
  return rest;
}
