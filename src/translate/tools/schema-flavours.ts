/** What each flavour of JSON Schema allows, as data that `json-schema.ts` follows. */
import { isObject, type JsonObject } from '../../json.ts';
import type { SchemaFlavour } from '../profile.ts';
import { geminiSchema } from './gemini-schema.ts';
import { grammarSchema } from './grammar-schema.ts';

export interface Rules {
  /** Keywords that are left out wherever they stand. */
  drop: ReadonlySet<string>;
  inlineRefs: boolean;
  /** `true` and `false` are not used as schemas. */
  noBooleans: boolean;
  /** `anyOf`, `oneOf` and `allOf` at the root become one object with all their properties. */
  flatRoot: boolean;
  /** `oneOf` becomes `anyOf`, `allOf` is merged, `const` becomes `enum`, tuples become lists. */
  simpleUnions: boolean;
  /** What `type: [T, "null"]` becomes. */
  typeLists: 'keep' | 'anyOf' | 'nullable';
  /** Every schema names its type, and never beside `anyOf`. */
  typeEverywhere: boolean;
  /** A final step for each schema, inner ones first; null: none. */
  finish: ((schema: JsonObject) => JsonObject) | null;
}

const META = ['$schema', '$id', '$comment', '$anchor'];
const PLAIN: Rules = {
  drop: new Set(META),
  inlineRefs: false,
  noBooleans: false,
  flatRoot: false,
  simpleUnions: false,
  typeLists: 'keep',
  typeEverywhere: false,
  finish: null,
};

export const FLAVOURS: Readonly<Record<SchemaFlavour, Rules>> = {
  plain: PLAIN,
  // For servers that turn the schemas of all tools into one grammar: a part that they cannot read fails the request.
  inlined: { ...PLAIN, inlineRefs: true, noBooleans: true, finish: grammarSchema },
  // OpenAI, 2026-11: no union at the root, and its reader of patterns knows no classes of Unicode.
  openai: { ...PLAIN, flatRoot: true, finish: withReadablePattern },
  // Anthropic's models, direct or through gateways, 2026-11: no union at the root.
  claude: { ...PLAIN, flatRoot: true, finish: withoutTuples },
  // Moonshot's "MFJS", 2026-11: 400 "not a valid moonshot flavored json schema".
  moonshot: {
    drop: new Set([...META, 'if', 'then', 'else', 'not', 'patternProperties', 'dependentSchemas']),
    inlineRefs: true,
    noBooleans: true,
    flatRoot: true,
    simpleUnions: true,
    typeLists: 'anyOf',
    typeEverywhere: true,
    finish: withRequiredPresent,
  },
  gemini: {
    drop: new Set(META),
    inlineRefs: true,
    noBooleans: true,
    flatRoot: true,
    simpleUnions: true,
    typeLists: 'nullable',
    typeEverywhere: false,
    finish: geminiSchema,
  },
};

/** Tuples as draft 2020-12 writes them, by which these providers check. */
function withoutTuples(schema: JsonObject): JsonObject {
  const { items, additionalItems, ...rest } = schema;
  if (!Array.isArray(items)) return schema;
  return {
    ...rest,
    prefixItems: items,
    ...(additionalItems === undefined ? {} : { items: additionalItems }),
  };
}

function withReadablePattern(schema: JsonObject): JsonObject {
  const { pattern, ...rest } = schema;
  return typeof pattern === 'string' && /\\p\{/i.test(pattern) ? rest : schema;
}

/** Only existing properties may be required. */
function withRequiredPresent(schema: JsonObject): JsonObject {
  const { required, properties } = schema;
  if (!Array.isArray(required)) return schema;
  const present = required.filter((name) => isObject(properties) && Object.hasOwn(properties, String(name)));
  const { required: _, ...rest } = schema;
  return present.length === 0 ? rest : { ...rest, required: present };
}
