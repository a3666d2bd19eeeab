/** The branches of a union at the root of a schema as one object, for providers that accept no union there. */
import { isObject, type Json, type JsonObject } from '../../json.ts';

const UNIONS = ['anyOf', 'oneOf', 'allOf'] as const;

/**
 * One object with the properties of all branches, requiring what each of them requires (of `allOf`, what any does).
 * @param target finds the schema that a branch refers to
 */
export function withoutRootUnions(
  schema: JsonObject,
  target: (ref: string) => JsonObject | undefined,
  levels = 5,
): JsonObject {
  const union = UNIONS.find((keyword) => Array.isArray(schema[keyword]));
  if (union === undefined) return schema;
  const { [union]: list, ...rest } = schema;
  const branches = (Array.isArray(list) ? list : []).filter(isObject).map((branch) => {
    const ref = branch['$ref'];
    const whole = typeof ref === 'string' ? { ...target(ref), ...branch } : branch;
    // A branch may be a union itself.
    return levels === 0 ? whole : withoutRootUnions(whole, target, levels - 1);
  });
  const own = namesIn(rest['required']);
  const required = branches.map((branch) => namesIn(branch['required']));
  const shared =
    union === 'allOf'
      ? required.flat()
      : (required[0] ?? []).filter((name) => required.every((names) => names.includes(name)));
  const all = [...new Set([...own, ...shared])];
  const { required: _, properties, ...open } = rest;
  const flat: JsonObject = {
    ...open,
    properties: { ...joinedProperties(branches, union), ...(isObject(properties) ? properties : {}) },
    ...(all.length > 0 ? { required: all } : {}),
  };
  return withoutRootUnions(flat, target, levels);
}

function namesIn(required: Json | undefined): Json[] {
  return Array.isArray(required) ? required : [];
}

/** A property that several branches have in different ways may be each of them. */
function joinedProperties(branches: readonly JsonObject[], union: (typeof UNIONS)[number]): JsonObject {
  const variants = new Map<string, Json[]>();
  for (const { properties } of branches) {
    if (!isObject(properties)) continue;
    for (const [name, schema] of Object.entries(properties)) {
      const known = variants.get(name) ?? [];
      if (!known.some((other) => JSON.stringify(other) === JSON.stringify(schema)))
        variants.set(name, [...known, schema]);
    }
  }
  return Object.fromEntries(
    [...variants].map(([name, schemas]) => [name, union === 'allOf' ? lastOf(schemas) : eitherOf(schemas)]),
  );
}

function lastOf(schemas: readonly Json[]): Json {
  return schemas.at(-1) ?? {};
}

function eitherOf(schemas: readonly Json[]): Json {
  const [only] = schemas;
  if (schemas.length === 1 && only !== undefined) return only;
  const choices = schemas.map(choicesIn);
  if (choices.every((values) => values !== undefined)) {
    const first = isObject(only) ? only : {};
    const { const: _, enum: __, ...rest } = first;
    return { ...rest, enum: [...new Set(choices.flat())] };
  }
  return { anyOf: [...schemas] };
}

/** The strings that a schema lists, as the tag of a union's branch does. */
function choicesIn(schema: Json): string[] | undefined {
  if (!isObject(schema)) return undefined;
  const values = schema['const'] === undefined ? schema['enum'] : [schema['const']];
  return Array.isArray(values) && values.every((value) => typeof value === 'string') ? values : undefined;
}
