/**
 * Inputs that are nearly right: a sample from a corpus with a few edits. The edits are plain numbers, so that
 * fast-check can repeat them from a seed and take away those that a failure does not need.
 */
import fc from 'fast-check';
import type { Json } from '../../src/json.ts';

interface Edit {
  /** Which kind of edit, where it begins, what else it concerns, and which hostile value it takes. */
  kind: number;
  at: number;
  other: number;
  pick: number;
}

const number = fc.nat(0x3fff_ffff);
const edits = fc.array(fc.record({ kind: number, at: number, other: number, pick: number }), {
  maxLength: 5,
});

/** One of the samples, with a few edits of its text. `tokens` are what means something in its language. */
export function mutatedText(samples: readonly string[], tokens: readonly string[]): fc.Arbitrary<string> {
  const hostile = [...tokens, ...HOSTILE_TEXTS];
  return fc
    .tuple(fc.constantFrom(...samples), edits)
    .map(([text, changes]) => changes.reduce((edited, edit) => editText(edited, edit, hostile), text));
}

/** One of the samples, with a few edits of its structure. */
export function mutatedJson(samples: readonly Json[]): fc.Arbitrary<Json> {
  return fc
    .tuple(fc.constantFrom(...samples), edits)
    .map(([value, changes]) => changes.reduce(editJson, structuredClone(value)));
}

/** Any JSON, most of it hostile. */
export function hostileJson(): fc.Arbitrary<Json> {
  return fc.oneof(fc.constantFrom(...hostileValues()), fc.jsonValue() as fc.Arbitrary<Json>);
}

/** Ascending places at which bytes of this length are cut into pieces, as fractions that fit any length. */
export function cutsOf(length: number, fractions: readonly number[]): number[] {
  return fractions.map((fraction) => Math.floor(fraction * length)).sort((left, right) => left - right);
}

// ---------------------------------------------------------------------------------------------------- text

const HOSTILE_TEXTS = [
  '',
  '\0',
  '\u001b[2J',
  '\ud800',
  '\ufeff',
  '\u2028',
  '\u202e',
  '\r',
  '\n',
  '\r\n',
  '"',
  "'",
  '\\',
  '`',
  '{',
  '}',
  '[',
  ']',
  '-1',
  '1e999',
  '__proto__',
  'constructor',
  '../../x',
  'x'.repeat(5000),
  '['.repeat(3000),
];

function editText(text: string, { kind, at, other, pick }: Edit, hostile: readonly string[]): string {
  const from = at % (text.length + 1);
  const to = Math.min(text.length, from + (other % 40));
  const token = hostile[pick % hostile.length] ?? '';
  switch (kind % 6) {
    case 0:
      return text.slice(0, from) + text.slice(to);
    case 1:
      return text.slice(0, from) + token + text.slice(from);
    case 2:
      return text.slice(0, from) + token + text.slice(to);
    case 3:
      return text.slice(0, to) + text.slice(from);
    case 4:
      return text.slice(0, from);
    default: {
      const lines = text.split('\n');
      const line = lines.splice(at % lines.length, 1);
      lines.splice(other % (lines.length + 1), 0, ...line);
      return lines.join('\n');
    }
  }
}

// -------------------------------------------------------------------------------------------------- structure

function hostileValues(): Json[] {
  const values: Json[] = [
    null,
    true,
    0,
    -1,
    1.5,
    1e308,
    Number.MAX_SAFE_INTEGER,
    '',
    ' ',
    '0',
    '\0\u001b]0;x\u0007',
    '\ud800',
    'data: [DONE]\n\n',
    'x\ny',
    'x'.repeat(5000),
    'constructor',
    '__proto__',
    [],
    {},
    [null],
    [[]],
  ];
  let deep: Json = 'x';
  for (let level = 0; level < 300; level++) deep = level % 2 === 0 ? [deep] : { a: deep };
  // As a parser makes it: a literal would set the prototype instead.
  const polluting = JSON.parse(
    '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}',
  );
  // It cannot become text.
  const wordless: Json = { toString: 1, valueOf: 1, toJSON: 1 };
  return [...values, deep, polluting, wordless];
}

const HOSTILE_VALUES = hostileValues();
const HOSTILE_KEYS = ['__proto__', 'constructor', 'toString', 'length', '', 'type', 'id', 'index', 'error'];

/** A place in a document: a key of its container. */
type Place = { holder: Json[]; key: number } | { holder: { [key: string]: Json }; key: string };

function editJson(value: Json, { kind, at, other, pick }: Edit): Json {
  const places = placesIn(value);
  const place = places[at % places.length];
  if (place === undefined) return hostile(pick);
  const donor = places[other % places.length];
  switch (kind % 6) {
    case 0:
      remove(place);
      break;
    case 1:
    case 2:
      put(place, hostile(pick));
      break;
    case 3:
      // A piece of the same document, where it does not belong.
      if (donor !== undefined) put(place, structuredClone(read(donor)));
      break;
    case 4:
      if (Array.isArray(place.holder))
        place.holder.splice(at % place.holder.length, 0, structuredClone(read(place)));
      else define(place.holder, HOSTILE_KEYS[pick % HOSTILE_KEYS.length] ?? '', structuredClone(read(place)));
      break;
    default: {
      const held = read(place);
      put(
        place,
        typeof held === 'string'
          ? editText(held, { kind: pick, at: other, other: at, pick }, HOSTILE_TEXTS)
          : hostile(pick),
      );
    }
  }
  return value;
}

function hostile(pick: number): Json {
  return structuredClone(HOSTILE_VALUES[pick % HOSTILE_VALUES.length] ?? null);
}

function placesIn(value: Json): Place[] {
  if (Array.isArray(value)) {
    return value.flatMap((entry, key): Place[] => [{ holder: value, key }, ...placesIn(entry)]);
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.keys(value).flatMap((key): Place[] => [
    { holder: value, key },
    ...placesIn(value[key] ?? null),
  ]);
}

function read(place: Place): Json {
  const held = Array.isArray(place.holder) ? place.holder[Number(place.key)] : place.holder[place.key];
  return held ?? null;
}

function put(place: Place, value: Json): void {
  if (Array.isArray(place.holder)) place.holder[Number(place.key)] = value;
  else define(place.holder, String(place.key), value);
}

function remove(place: Place): void {
  if (Array.isArray(place.holder)) place.holder.splice(Number(place.key), 1);
  else delete place.holder[place.key];
}

/** Assigning to `__proto__` would set the prototype: a parser makes a key of that name. */
function define(holder: { [key: string]: Json }, key: string, value: Json): void {
  Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true });
}
