import assert from 'node:assert/strict';
import fc from 'fast-check';
import { JsonDocuments } from '../../../src/relay/exchange/json-documents.ts';

describe('documents in a text', () => {
  const CASES: Readonly<Record<string, readonly [text: string, documents: readonly string[]]>> = {
    'a line each': ['{"a":1}\n{"b":2}\n', ['{"a":1}', '{"b":2}']],
    'without anything between them': ['{"a":1}[2]{"b":{}}', ['{"a":1}', '[2]', '{"b":{}}']],
    'behind words and commas': ['ok: {"a":1}, data: [DONE]', ['{"a":1}', '[DONE]']],
    'brackets and quotes in strings': ['{"a":"}\\"]{"}', ['{"a":"}\\"]{"}']],
    'one that does not end': ['{"a":1}{"b":', ['{"a":1}']],
    'a surplus bracket': ['}{"a":1}]', ['{"a":1}']],
  };
  for (const [what, [text, documents]] of Object.entries(CASES)) {
    it(`are found: ${what}`, () => assert.deepEqual(new JsonDocuments().read(text), documents));
  }

  it('are found in any pieces', () => {
    const value = fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.array(fc.jsonValue()));
    fc.assert(
      fc.property(fc.array(value), fc.array(fc.nat(9)), fc.boolean(), (values, cuts, isPretty) => {
        const texts = values.map((each) => JSON.stringify(each, null, isPretty ? 2 : 0));
        const reader = new JsonDocuments();
        const found: string[] = [];
        const whole = texts.join('\n');
        for (let at = 0, turn = 0; at < whole.length; turn++) {
          const end = at + (cuts[turn % cuts.length] ?? 5) + 1;
          found.push(...reader.read(whole.slice(at, end)));
          at = end;
        }
        assert.deepEqual(found, texts);
        assert.equal(reader.open, '');
      }),
    );
  });
});
