import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Json, JsonObject } from '../../../src/json.ts';
import type { SchemaFlavour } from '../../../src/translate/profile.ts';
import { answerSchema, strictSchema, toolParameters } from '../../../src/translate/tools/json-schema.ts';

interface Case {
  name: string;
  flavours: SchemaFlavour[];
  schema: JsonObject;
  expected: JsonObject;
}

const text = { type: 'string' };
const number = { type: 'number' };
const of = (property: Json, more: JsonObject = {}): JsonObject => ({
  type: 'object',
  properties: { a: property },
  ...more,
});

const UNION = {
  anyOf: [{ $ref: '#/$defs/A' }, { $ref: '#/$defs/B' }],
  $defs: {
    A: { type: 'object', properties: { op: { const: 'a' }, n: text }, required: ['op', 'n'] },
    B: { type: 'object', properties: { op: { const: 'b' }, n: number }, required: ['op'] },
  },
};

const CASES: Case[] = [
  {
    name: 'a union at the root keeps every variant of a property, also behind references',
    flavours: ['claude'],
    schema: UNION,
    expected: {
      type: 'object',
      properties: { op: { enum: ['a', 'b'] }, n: { anyOf: [text, number] } },
      required: ['op'],
      $defs: UNION.$defs,
    },
  },
  {
    name: 'the same, written out',
    flavours: ['moonshot', 'gemini'],
    schema: UNION,
    expected: {
      type: 'object',
      properties: { op: { type: 'string', enum: ['a', 'b'] }, n: { anyOf: [text, number] } },
      required: ['op'],
    },
  },
  {
    name: 'a union of unions at the root is one object, and so is what must apply at once',
    flavours: ['claude'],
    schema: {
      allOf: [{ anyOf: [of(text), of(number)] }, { properties: { b: text }, required: ['b'] }],
    },
    expected: {
      type: 'object',
      properties: { a: { anyOf: [text, number] }, b: text },
      required: ['b'],
    },
  },
  {
    name: 'a root that is a reference is what it refers to',
    flavours: ['plain', 'claude'],
    schema: { $ref: '#/definitions/T', definitions: { T: of(text, { required: ['a'] }) } },
    expected: of(text, { required: ['a'], definitions: { T: of(text, { required: ['a'] }) } }),
  },
  {
    name: 'a root that refers to itself is an object',
    flavours: ['plain', 'inlined', 'claude', 'moonshot', 'gemini'],
    schema: { $ref: '#' },
    expected: { type: 'object', properties: {} },
  },
  {
    name: 'what is no JSON Schema is mended or left out',
    flavours: ['plain', 'claude'],
    schema: {
      type: 'object',
      properties: {
        any: { type: 'any', description: 'd' },
        Text: { type: 'String', required: true, enum: [] },
        int: { type: 'int', minimum: 0, exclusiveMinimum: true, maximum: 9, exclusiveMaximum: false },
        word: 'string',
        nothing: null,
        list: { type: ['str', 'none'], minLength: null, default: null },
        ref: { $ref: null, maximum: Number.POSITIVE_INFINITY },
        union: { anyOf: [] },
        odd: { oneOf: [text, 'number'] },
      },
      required: ['any', 'any', 7],
    },
    expected: {
      type: 'object',
      properties: {
        any: { description: 'd' },
        Text: text,
        int: { type: 'integer', exclusiveMinimum: 0, maximum: 9 },
        word: {},
        nothing: {},
        list: { type: ['string', 'null'], default: null },
        ref: {},
        union: {},
        odd: { oneOf: [text] },
      },
      required: ['any'],
    },
  },
  {
    name: 'the same for Gemini',
    flavours: ['gemini'],
    schema: { type: 'object', properties: { a: 'string', b: null, c: { type: 'int' } }, required: null },
    expected: { type: 'object', properties: { a: {}, b: {}, c: { type: 'integer' } } },
  },
  {
    name: 'a tuple is written as the newest draft has it',
    flavours: ['claude'],
    schema: of({ type: 'array', items: [text, number], additionalItems: false }),
    expected: of({ type: 'array', prefixItems: [text, number], items: false }),
  },
  {
    name: 'listed values have the type of their branch',
    flavours: ['moonshot'],
    schema: {
      type: 'object',
      properties: {
        a: { enum: ['x', 1, null], description: 'd' },
        b: { type: ['string', 'null'], enum: ['x', null] },
        c: { const: null },
        d: { const: { k: 1 } },
      },
    },
    expected: {
      type: 'object',
      properties: {
        a: {
          description: 'd',
          anyOf: [
            { type: 'string', enum: ['x'] },
            { type: 'number', enum: [1] },
            { type: 'null', enum: [null] },
          ],
        },
        b: { anyOf: [{ type: 'string', enum: ['x'] }, { type: 'null' }] },
        c: { type: 'null' },
        d: { type: 'object' },
      },
    },
  },
  {
    name: 'a pattern that repeats too often is left out',
    flavours: ['inlined'],
    schema: of({ type: 'string', pattern: '^a{1,3000}$' }),
    expected: of(text),
  },
  {
    name: 'a root without type gets one, and properties',
    flavours: ['plain', 'inlined', 'openai', 'claude', 'moonshot', 'gemini'],
    schema: {},
    expected: { type: 'object', properties: {} },
  },
  {
    name: 'a null type at the root is no type',
    flavours: ['plain'],
    schema: { type: null, properties: { a: text } },
    expected: of(text),
  },
  {
    name: '$schema and $id are dropped',
    flavours: ['plain', 'moonshot', 'gemini'],
    schema: { $schema: 'x', $id: 'y', ...of(text) },
    expected: of(text),
  },
  {
    name: 'a property may be called like a keyword',
    flavours: ['plain', 'moonshot', 'gemini'],
    schema: { type: 'object', properties: { $schema: text, const: text, examples: text, not: text } },
    expected: { type: 'object', properties: { $schema: text, const: text, examples: text, not: text } },
  },
  {
    name: 'references stay where they are understood',
    flavours: ['plain'],
    schema: of({ $ref: '#/$defs/t' }, { $defs: { t: text } }),
    expected: of({ $ref: '#/$defs/t' }, { $defs: { t: text } }),
  },
  {
    name: 'references are put in place, with what stands beside them',
    flavours: ['inlined', 'moonshot', 'gemini'],
    schema: of(
      { $ref: '#/$defs/t', description: 'd' },
      { $defs: { t: { $ref: '#/definitions/u' } }, definitions: { u: text } },
    ),
    expected: of({ type: 'string', description: 'd' }),
  },
  {
    name: 'a schema that holds itself ends in an open object',
    flavours: ['inlined', 'moonshot', 'gemini'],
    schema: of({ $ref: '#/$defs/n' }, { $defs: { n: of({ $ref: '#/$defs/n' }) } }),
    expected: of(of({ type: 'object' })),
  },
  {
    name: 'a reference to nowhere becomes an open object',
    flavours: ['moonshot'],
    schema: of({ $ref: 'https://example.com/schema' }),
    expected: of({ type: 'object' }),
  },
  {
    name: 'a union at the root becomes one object',
    flavours: ['openai', 'claude', 'moonshot', 'gemini'],
    schema: {
      oneOf: [
        { properties: { a: text, b: text }, required: ['a', 'b'] },
        { properties: { c: text }, required: ['a'] },
      ],
    },
    expected: { type: 'object', properties: { a: text, b: text, c: text }, required: ['a'] },
  },
  {
    name: 'a pattern with a class of Unicode is left out, a property of that name is not',
    flavours: ['openai'],
    schema: {
      type: 'object',
      properties: {
        a: { type: 'string', pattern: '^\\p{L}+$' },
        b: { type: 'array', items: { type: 'string', pattern: '\\P{Lu}' } },
        c: { type: 'string', pattern: '^[a-z]+$' },
        pattern: text,
      },
    },
    expected: {
      type: 'object',
      properties: {
        a: text,
        b: { type: 'array', items: text },
        c: { type: 'string', pattern: '^[a-z]+$' },
        pattern: text,
      },
    },
  },
  {
    name: 'type beside anyOf moves into the branches',
    flavours: ['moonshot'],
    schema: of({ type: 'string', description: 'd', anyOf: [{ enum: ['x'] }, { type: 'null' }] }),
    expected: of({ description: 'd', anyOf: [{ type: 'string', enum: ['x'] }, { type: 'null' }] }),
  },
  {
    name: 'every property has a type',
    flavours: ['moonshot'],
    schema: {
      type: 'object',
      properties: { a: {}, b: { enum: [1] }, c: { properties: {} }, d: { items: text }, e: true },
    },
    expected: {
      type: 'object',
      properties: {
        a: text,
        b: { type: 'number', enum: [1] },
        c: { type: 'object', properties: {} },
        d: { type: 'array', items: text },
        e: text,
      },
    },
  },
  {
    name: 'a nullable type becomes a union',
    flavours: ['moonshot'],
    schema: of({ type: ['string', 'null'], description: 'd', minLength: 1 }),
    expected: of({ description: 'd', anyOf: [{ type: 'string', minLength: 1 }, { type: 'null' }] }),
  },
  {
    name: 'a nullable type becomes a flag',
    flavours: ['gemini'],
    schema: of({ type: ['string', 'null'], description: 'd' }),
    expected: of({ type: 'string', description: 'd', nullable: true }),
  },
  {
    name: 'several types become a union',
    flavours: ['moonshot', 'gemini'],
    schema: of({ type: ['string', 'number'] }),
    expected: of({ anyOf: [text, number] }),
  },
  {
    name: 'tuples become lists',
    flavours: ['moonshot', 'gemini'],
    schema: of({ type: 'array', items: [text, number] }),
    expected: of({ type: 'array', items: { anyOf: [text, number] } }),
  },
  {
    name: 'allOf is merged, conditions are dropped',
    flavours: ['moonshot', 'gemini'],
    schema: of({
      allOf: [of(text, { required: ['a'] }), { properties: { b: number }, required: ['b'] }],
      if: {},
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      then: {},
    }),
    expected: of({ type: 'object', properties: { a: text, b: number }, required: ['a', 'b'] }),
  },
  {
    name: 'what Gemini does not know is dropped',
    flavours: ['gemini'],
    schema: of({ const: 'x', examples: ['x'] }, { additionalProperties: false, propertyNames: text }),
    expected: of({ type: 'string', enum: ['x'] }),
  },
  {
    name: 'closed objects stay closed elsewhere',
    flavours: ['plain', 'moonshot'],
    schema: of(text, { additionalProperties: false }),
    expected: of(text, { additionalProperties: false }),
  },
];

const MORE: Case[] = [
  {
    name: 'a schema that is its own root ends in an open object',
    flavours: ['inlined', 'moonshot', 'gemini'],
    schema: { type: 'object', properties: { child: { $ref: '#' } } },
    expected: {
      type: 'object',
      properties: { child: { type: 'object', properties: { child: { type: 'object' } } } },
    },
  },
  {
    name: 'a list that holds itself ends in an open list',
    flavours: ['inlined'],
    schema: of({ $ref: '#/$defs/l' }, { $defs: { l: { type: 'array', items: { $ref: '#/$defs/l' } } } }),
    expected: of({ type: 'array', items: { type: 'array' } }),
  },
  {
    name: 'a reference to nowhere is left out',
    flavours: ['plain', 'claude'],
    schema: of({ $ref: '#/$defs/gone', description: 'd' }),
    expected: of({ description: 'd' }),
  },
  {
    name: 'a reference that is no address leads nowhere',
    flavours: ['plain', 'claude'],
    schema: of({ $ref: '#/%zz' }),
    expected: of({}),
  },
  {
    name: 'booleans as schemas become objects, or go',
    flavours: ['inlined'],
    schema: {
      type: 'object',
      properties: {
        a: true,
        b: false,
        c: { type: 'array', items: true },
        d: { anyOf: [text, true] },
        e: { anyOf: [text, false] },
        f: { type: 'object', additionalProperties: true },
      },
      additionalProperties: false,
    },
    expected: {
      type: 'object',
      properties: {
        a: {},
        c: { type: 'array' },
        d: {},
        e: { anyOf: [text] },
        f: { type: 'object', additionalProperties: true },
      },
      additionalProperties: false,
    },
  },
  {
    name: 'booleans as schemas become objects, or go, and what is left has a type',
    flavours: ['moonshot'],
    schema: {
      type: 'object',
      properties: {
        a: true,
        b: false,
        c: { type: 'array', items: true },
        d: { anyOf: [true] },
        e: { anyOf: [text, false] },
        f: { type: 'array', items: [true, number] },
        g: { allOf: [true, number] },
      },
      required: ['a', 'b', 'ghost'],
    },
    expected: {
      type: 'object',
      properties: {
        a: text,
        c: { type: 'array' },
        d: text,
        e: { anyOf: [text] },
        f: { type: 'array', items: { anyOf: [text, number] } },
        g: number,
      },
      required: ['a'],
    },
  },
  {
    name: 'types that do not exist become those that were meant, or none',
    flavours: ['inlined'],
    schema: {
      type: 'object',
      properties: {
        a: { type: 'any', description: 'd' },
        b: { type: 'String' },
        c: { type: 'dict', properties: { d: { type: 'float' } } },
        e: { type: ['int', 'integer', 'null'] },
        f: { type: ['string', 'any'] },
        g: 'string',
        h: null,
        i: { type: ['string', 'null'] },
      },
    },
    expected: {
      type: 'object',
      properties: {
        a: { description: 'd' },
        b: text,
        c: { type: 'object', properties: { d: number } },
        e: { type: ['integer', 'null'] },
        f: {},
        g: {},
        h: {},
        i: { type: ['string', 'null'] },
      },
    },
  },
  {
    name: 'keywords whose value cannot be read are dropped',
    flavours: ['inlined'],
    schema: {
      type: 'object',
      required: null,
      properties: {
        a: { type: 'string', required: true, minLength: '3', maxLength: -1, enum: [] },
        b: { type: 'array', items: null, minItems: 1.5 },
        c: { anyOf: [], oneOf: null, allOf: {} },
        d: { type: 'object', properties: [], additionalProperties: null },
        e: { type: 'string', pattern: '^[a-z$' },
        f: { type: 'string', pattern: '^a{3,1}$' },
      },
    },
    expected: {
      type: 'object',
      properties: { a: text, b: { type: 'array' }, c: {}, d: { type: 'object' }, e: text, f: text },
    },
  },
  {
    name: 'what a grammar cannot say is dropped',
    flavours: ['inlined'],
    schema: {
      type: 'object',
      properties: {
        a: { type: 'string', maxLength: 2000, minLength: 1 },
        b: { type: 'array', items: text, maxItems: 100_000, minItems: 1999 },
        c: { type: 'string', pattern: '^[a-z]+$' },
        d: { type: 'string', pattern: 'not anchored' },
        e: { type: 'string', pattern: '^(?=.*x).+$' },
        f: { type: 'string', pattern: '^\\bword$' },
      },
    },
    expected: {
      type: 'object',
      properties: {
        a: { type: 'string', minLength: 1 },
        b: { type: 'array', items: text, minItems: 1999 },
        c: { type: 'string', pattern: '^[a-z]+$' },
        d: text,
        e: text,
        f: text,
      },
    },
  },
  {
    name: 'only lists of strings stay lists; other values are told in words',
    flavours: ['gemini'],
    schema: {
      type: 'object',
      properties: {
        a: { type: 'integer', enum: [0, 1], description: 'Phase.' },
        b: {
          anyOf: [
            { type: 'number', enum: [6] },
            { type: 'number', enum: [7.5] },
          ],
        },
        c: { const: 4 },
        d: { type: 'boolean', enum: [true] },
        e: { type: 'string', enum: ['', 'eq'] },
        f: { enum: ['x', null, 'x'] },
        g: { enum: ['x', 1] },
        h: { type: 'string', enum: ['x', 'y'] },
      },
    },
    expected: {
      type: 'object',
      properties: {
        a: { type: 'integer', description: 'Phase. One of: 0, 1.' },
        b: {
          anyOf: [
            { type: 'number', description: 'One of: 6.' },
            { type: 'number', description: 'One of: 7.5.' },
          ],
        },
        c: { type: 'integer', description: 'One of: 4.' },
        d: { type: 'boolean', description: 'One of: true.' },
        e: { type: 'string', description: 'One of: "", "eq".' },
        f: { type: 'string', nullable: true, enum: ['x'] },
        g: { description: 'One of: "x", 1.' },
        h: { type: 'string', enum: ['x', 'y'] },
      },
    },
  },
  {
    name: 'only what is known stays',
    flavours: ['gemini'],
    schema: {
      type: 'object',
      title: 'T',
      properties: {
        a: { type: 'string', format: 'uri', pattern: 'x', minLength: 1, default: 'y', 'x-own': 1 },
        b: { type: 'string', format: 'date-time' },
        c: { type: 'number', multipleOf: 0.5, minimum: 1, exclusiveMaximum: 9 },
        d: { type: 'array', uniqueItems: true, minItems: 1 },
        e: { type: 'array', items: {} },
        f: true,
        g: {},
        h: { type: ['array', 'null'], items: { type: 'integer', format: 'date-time' } },
      },
      required: ['a', 'ghost'],
      minProperties: 1,
    },
    expected: {
      type: 'object',
      properties: {
        a: text,
        b: { type: 'string', format: 'date-time' },
        c: { type: 'number', minimum: 1 },
        d: { type: 'array', minItems: 1, items: text },
        e: { type: 'array', items: text },
        f: {},
        g: {},
        h: { type: 'array', nullable: true, items: { type: 'integer' } },
      },
      required: ['a'],
    },
  },
  {
    name: 'a union with null is a flag, and one with anything says nothing',
    flavours: ['gemini'],
    schema: {
      type: 'object',
      properties: {
        a: { anyOf: [text, { type: 'null' }], description: 'd' },
        b: { anyOf: [text, number, { type: 'null' }] },
        c: { anyOf: [text, {}] },
        d: { anyOf: [{ type: 'null' }] },
        e: { type: 'string', anyOf: [{ enum: ['x'] }, { description: 'other' }] },
      },
    },
    expected: {
      type: 'object',
      properties: {
        a: { type: 'string', description: 'd', nullable: true },
        b: { nullable: true, anyOf: [text, number] },
        c: {},
        d: { nullable: true },
        e: {
          anyOf: [
            { type: 'string', enum: ['x'] },
            { type: 'string', description: 'other' },
          ],
        },
      },
    },
  },
];

describe('toolParameters', () => {
  for (const { name, flavours, schema, expected } of [...CASES, ...MORE]) {
    for (const flavour of flavours) {
      it(`${flavour}: ${name}`, () => assert.deepEqual(toolParameters(schema, flavour), expected));
    }
  }

  it('cuts a schema whose references would inline to millions of nodes', () => {
    const twice = (name: string) => ({
      type: 'object',
      properties: { l: { $ref: `#/$defs/${name}` }, r: { $ref: `#/$defs/${name}` } },
    });
    const $defs = Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`d${at}`, twice(`d${at + 1}`)]));
    const size = JSON.stringify(toolParameters({ ...twice('d0'), $defs }, 'moonshot')).length;
    assert.ok(size < 100_000, `${size} characters`);
  });

  it('survives a schema of any depth', () => {
    let schema: JsonObject = text;
    for (let depth = 0; depth < 3000; depth++) schema = of(schema);
    assert.equal(toolParameters(schema, 'gemini')['type'], 'object');
    assert.equal(strictSchema(schema)['additionalProperties'], false);
  });

  it('keeps the rules of each flavour, whatever comes', () => {
    const { schema } = fc.letrec((tie) => ({
      schema: fc.oneof({ maxDepth: 4 }, fc.constantFrom<unknown>({}, true, false), tie('leaf'), tie('node')),
      leaf: fc.record(
        {
          type: fc.constantFrom('string', ['string', 'null'], 'null', ['object']),
          description: fc.string(),
          const: fc.integer(),
          $ref: fc.constantFrom('#', '#/$defs/a', 'x'),
          enum: fc.array(fc.constantFrom('a', '', 1, 1.5, true, null), { maxLength: 3 }),
          format: fc.constantFrom('uri', 'date-time', 'int32'),
          pattern: fc.constantFrom('^a$', '(?=a)'),
          maxLength: fc.constantFrom(10, 5000),
        },
        { requiredKeys: [] },
      ),
      node: fc.record(
        {
          properties: fc.dictionary(fc.constantFrom('a', 'b', 'const'), tie('schema'), {
            noNullPrototype: true,
          }),
          anyOf: fc.array(tie('schema'), { maxLength: 3 }),
          oneOf: fc.array(tie('schema'), { maxLength: 2 }),
          allOf: fc.array(tie('schema'), { maxLength: 2 }),
          items: fc.oneof(tie('schema'), fc.array(tie('schema'), { maxLength: 2 })),
          $defs: fc.record({ a: tie('schema') }),
          additionalProperties: fc.oneof(fc.boolean(), tie('schema')),
          required: fc.subarray(['a', 'b', 'ghost']),
        },
        { requiredKeys: [] },
      ),
    }));
    fc.assert(
      fc.property(schema, (generated) => {
        if (typeof generated !== 'object') return;
        const given = generated as JsonObject;
        assertInlined(toolParameters(given, 'inlined'));
        assertMoonshot(toolParameters(given, 'moonshot'));
        assertGemini(toolParameters(given, 'gemini'));
        for (const flavour of ['plain', 'inlined', 'openai', 'claude'] as const) {
          const { type, properties } = toolParameters(given, flavour);
          assert.equal(type, 'object');
          assert.ok(properties && typeof properties === 'object');
        }
      }),
    );
  });
});

describe('answerSchema', () => {
  it('leaves the root its type', () => {
    assert.deepEqual(answerSchema({ $schema: 'x', type: 'array', items: text }, 'moonshot'), {
      type: 'array',
      items: text,
    });
  });
});

describe('strictSchema', () => {
  it('requires every property and closes every object; the optional may be null', () => {
    const schema = of(text, {
      properties: {
        a: text,
        b: { enum: ['x'] },
        c: of(number),
        d: { anyOf: [text] },
        e: { type: ['string', 'null'] },
      },
      required: ['a'],
    });
    assert.deepEqual(strictSchema(schema), {
      type: 'object',
      properties: {
        a: text,
        b: { anyOf: [{ enum: ['x'] }, { type: 'null' }] },
        c: {
          type: ['object', 'null'],
          properties: { a: { type: ['number', 'null'] } },
          required: ['a'],
          additionalProperties: false,
        },
        d: { anyOf: [text, { type: 'null' }] },
        e: { type: ['string', 'null'] },
      },
      required: ['a', 'b', 'c', 'd', 'e'],
      additionalProperties: false,
    });
  });

  it('leaves a strict schema as it is', () => {
    const schema = of(text, { required: ['a'], additionalProperties: false });
    assert.deepEqual(strictSchema(schema), schema);
  });
});

function assertMoonshot(schema: JsonObject): void {
  assert.equal(schema['type'], 'object');
  forEachSchema(schema, (node) => {
    assert.equal(node['$ref'], undefined);
    assert.ok(!('anyOf' in node && 'type' in node), `type beside anyOf: ${JSON.stringify(node)}`);
    assert.ok('anyOf' in node || typeof node['type'] === 'string', `no type: ${JSON.stringify(node)}`);
    assert.ok(!Array.isArray(node['items']));
    assertNoBooleans(node);
    for (const keyword of ['oneOf', 'allOf', 'const']) assert.ok(!(keyword in node), keyword);
  });
}

function assertInlined(schema: JsonObject): void {
  forEachSchema(schema, (node) => {
    assert.equal(node['$ref'], undefined);
    assert.ok(typeof node['maxLength'] !== 'number' || node['maxLength'] < 2000);
    assertNoBooleans(node);
  });
}

const GEMINI_KEYWORDS = [
  ...['type', 'format', 'description', 'nullable', 'enum', 'properties', 'required', 'items', 'anyOf'],
  ...['minimum', 'maximum', 'minItems', 'maxItems'],
];

function assertGemini(schema: JsonObject): void {
  forEachSchema(schema, (node) => {
    const { type, enum: values, items, format, properties, required } = node;
    const unknown = Object.keys(node).filter((keyword) => !GEMINI_KEYWORDS.includes(keyword));
    assert.deepEqual(unknown, []);
    assert.ok(type === undefined || typeof type === 'string');
    if (values !== undefined) assert.equal(type, 'string');
    for (const value of (values as Json[] | undefined) ?? []) assert.ok(value && typeof value === 'string');
    if (type === 'array') assert.ok(items && typeof items === 'object' && Object.keys(items).length > 0);
    if (format === 'date-time') assert.equal(type, 'string');
    const names = Object.keys((properties as JsonObject | undefined) ?? {});
    for (const name of (required as string[] | undefined) ?? []) assert.ok(names.includes(name), name);
    assertNoBooleans(node);
  });
}

function assertNoBooleans({ items, properties, anyOf }: JsonObject): void {
  const members = Object.values((properties as JsonObject | undefined) ?? {});
  for (const schema of [items, ...members, ...((anyOf as Json[] | undefined) ?? [])]) {
    assert.notEqual(typeof schema, 'boolean');
  }
}

function forEachSchema(schema: Json | undefined, check: (node: JsonObject) => void): void {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return;
  check(schema);
  forEachSchema(schema['items'], check);
  if (typeof schema['additionalProperties'] === 'object')
    forEachSchema(schema['additionalProperties'], check);
  for (const branch of (schema['anyOf'] as Json[] | undefined) ?? []) forEachSchema(branch, check);
  for (const property of Object.values((schema['properties'] as JsonObject | undefined) ?? {})) {
    forEachSchema(property, check);
  }
}
