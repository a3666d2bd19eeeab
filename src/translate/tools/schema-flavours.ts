/** What each flavour of JSON Schema leaves out, and what it writes differently. */

import type { SchemaFlavour } from '../profile.ts';

export interface Rules {
  /** Keywords that are left out wherever they stand. */
  drop: ReadonlySet<string>;
  inlineRefs: boolean;
  /** `anyOf`, `oneOf` and `allOf` at the root become one object with all their properties. */
  flatRoot: boolean;
  /** `oneOf` becomes `anyOf`, `allOf` is merged, `const` becomes `enum`, tuples become lists. */
  simpleUnions: boolean;
  /** What `type: [T, "null"]` becomes. */
  typeLists: 'keep' | 'anyOf' | 'nullable';
  /** Every schema names its type, and never beside `anyOf`. */
  typeEverywhere: boolean;
}

const META = ['$schema', '$id', '$comment', '$anchor'];
const PLAIN: Rules = {
  drop: new Set(META),
  inlineRefs: false,
  flatRoot: false,
  simpleUnions: false,
  typeLists: 'keep',
  typeEverywhere: false,
};

export const FLAVOURS: Readonly<Record<SchemaFlavour, Rules>> = {
  plain: PLAIN,
  inlined: { ...PLAIN, inlineRefs: true },
  // Anthropic's models, direct or behind gateways, 2026-11: no union at the root.
  claude: { ...PLAIN, flatRoot: true },
  // Moonshot's "MFJS", 2026-11: 400 "not a valid moonshot flavored json schema".
  moonshot: {
    drop: new Set([...META, 'if', 'then', 'else', 'not', 'patternProperties', 'dependentSchemas']),
    inlineRefs: true,
    flatRoot: true,
    simpleUnions: true,
    typeLists: 'anyOf',
    typeEverywhere: true,
  },
  // Gemini's OpenAI endpoint, 2026-11: 400 'Unknown name "..."' / "Cannot find field".
  gemini: {
    drop: new Set([
      ...META,
      'additionalProperties',
      'propertyNames',
      'patternProperties',
      'unevaluatedProperties',
      'examples',
      'exclusiveMinimum',
      'exclusiveMaximum',
      'if',
      'then',
      'else',
      'not',
    ]),
    inlineRefs: true,
    flatRoot: true,
    simpleUnions: true,
    typeLists: 'nullable',
    typeEverywhere: false,
  },
};
