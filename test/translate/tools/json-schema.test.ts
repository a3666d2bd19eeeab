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

const CASES: Case[] = [
  {
    name: 'a root without type gets one, and properties',
    flavours: ['plain', 'inlined', 'claude', 'moonshot', 'gemini'],
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
    flavours: ['claude', 'moonshot', 'gemini'],
    schema: {
      oneOf: [
        { properties: { a: text, b: text }, required: ['a', 'b'] },
        { properties: { c: text }, required: ['a'] },
      ],
    },
    expected: { type: 'object', properties: { a: text, b: text, c: text }, required: ['a'] },
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
    expected: of({ enum: ['x'] }),
  },
  {
    name: 'closed objects stay closed elsewhere',
    flavours: ['plain', 'moonshot'],
    schema: of(text, { additionalProperties: false }),
    expected: of(text, { additionalProperties: false }),
  },
];

describe('toolParameters', () => {
  for (const { name, flavours, schema, expected } of CASES) {
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
      schema: fc.oneof({ maxDepth: 4 }, fc.constant({}), tie('leaf'), tie('node')),
      leaf: fc.record(
        {
          type: fc.constantFrom('string', ['string', 'null'], 'null', ['object']),
          description: fc.string(),
          const: fc.integer(),
          $ref: fc.constantFrom('#', '#/$defs/a', 'x'),
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
        },
        { requiredKeys: [] },
      ),
    }));
    fc.assert(
      fc.property(schema, (generated) => {
        const given = generated as JsonObject;
        assertMoonshot(toolParameters(given, 'moonshot'));
        assertGemini(toolParameters(given, 'gemini'));
        for (const flavour of ['plain', 'inlined', 'claude'] as const) {
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
    for (const keyword of ['oneOf', 'allOf', 'const']) assert.ok(!(keyword in node), keyword);
  });
}

function assertGemini(schema: JsonObject): void {
  const unknown = ['$ref', '$defs', 'additionalProperties', 'const', 'oneOf', 'allOf', '$schema', 'examples'];
  forEachSchema(schema, (node) => {
    for (const keyword of unknown) assert.ok(!(keyword in node), keyword);
    assert.ok(!Array.isArray(node['type']));
    assert.ok(!Array.isArray(node['items']));
  });
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
