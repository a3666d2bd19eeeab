import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { ObjectText } from '../../../../src/translate/stream/text/object-text.ts';
import { StringFieldReader } from '../../../../src/translate/stream/text/string-field.ts';

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

describe('a JSON object in fragments', () => {
  const anything = fc.oneof(
    fc.array(fc.constantFrom('{', '}', '"', '\\', ':', ',', '[', ']', '"a"', '1', ' ', '\n', 'x', '{}')),
    fc.json().map((text) => [text]),
    fc.dictionary(fc.string(), fc.jsonValue()).map((value) => [...JSON.stringify(value, null, 1), ' ']),
  );

  it('is whole exactly when JSON.parse makes an object of it, after every fragment', () => {
    fc.assert(
      fc.property(anything, (fragments) => {
        const object = new ObjectText();
        for (const fragment of fragments) {
          object.append(fragment);
          assert.equal(object.isWhole, isObject(object.text), object.text);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('gives its string field, as JSON.parse reads it, wherever it is cut', () => {
    const pieces = fc
      .record({
        input: fc.string({ unit: 'binary' }),
        rest: fc.dictionary(fc.string({ minLength: 8 }), fc.jsonValue()),
        indent: fc.nat(2),
        size: fc.integer({ min: 1, max: 9 }),
      })
      .map(({ input, rest, indent, size }) => {
        const text = JSON.stringify({ input, ...rest }, null, indent);
        return { input, fragments: text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [] };
      });
    fc.assert(
      fc.property(pieces, ({ input, fragments }) => {
        const reader = new StringFieldReader('input');
        const added = fragments.map((fragment) => reader.feed(fragment)).join('');
        assert.deepEqual([reader.isComplete, reader.isSound, reader.value], [true, true, added]);
        assert.equal(added.toWellFormed(), input.toWellFormed());
      }),
      { numRuns: 1000 },
    );
  });
});
