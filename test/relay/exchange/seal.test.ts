import assert from 'node:assert/strict';
import { brotliCompressSync, deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { createReasoningSeal } from '../../../src/relay/exchange/seal.ts';
import type { ProviderReasoning } from '../../../src/translate/reasoning/reasoning.ts';
import { reasoningOf } from '../../history/support.ts';

const seal = createReasoningSeal();

function sealed(reasoning: ProviderReasoning): string {
  return seal.seal(reasoning) ?? assert.fail('not sealed');
}

function packed(value: unknown): string {
  return `crr1.${deflateSync(Buffer.from(JSON.stringify(value))).toString('base64url')}`;
}

describe('reasoning seal', () => {
  it('returns any reasoning unchanged', () => {
    const text = fc.string({ unit: 'binary', maxLength: 500 });
    const reasoning = fc.record(
      {
        provider: text,
        model: text,
        text,
        field: fc.constantFrom(
          'reasoning_content' as const,
          'reasoning' as const,
          'reasoning_details' as const,
        ),
        details: fc.array(fc.jsonValue({ maxDepth: 3, noUnicodeString: false }), { maxLength: 4 }),
        callExtras: fc.dictionary(fc.string({ maxLength: 20 }), fc.jsonValue({ maxDepth: 2 }), {
          maxKeys: 3,
        }),
      },
      { requiredKeys: ['provider', 'model', 'text', 'field'], noNullPrototype: true },
    );
    fc.assert(
      fc.property(reasoning, (value) => {
        const asJson = JSON.parse(JSON.stringify(value));
        assert.deepEqual(seal.open(sealed(value as ProviderReasoning)), asJson);
      }),
    );
  });

  it('is text that any client can carry, and shorter than a long thought', () => {
    const thought = 'The user wants the tests to pass; first I look at what fails. '.repeat(40);
    const text = sealed(reasoningOf(thought));
    assert.match(text, /^crr1\.[A-Za-z0-9_-]+$/);
    assert.ok(text.length < thought.length / 2);
  });

  it('keeps the metadata of a call with any id', () => {
    const callExtras = JSON.parse('{"__proto__":1,"constructor":2}');
    const opened = seal.open(sealed({ ...reasoningOf('hm'), callExtras }));
    assert.deepEqual(Object.entries(opened?.callExtras ?? {}), [
      ['__proto__', 1],
      ['constructor', 2],
    ]);
  });

  it('is the same each time, so that the prompt stays the same', () => {
    assert.equal(sealed(reasoningOf('hm')), sealed(reasoningOf('hm')));
  });

  it('leaves out what is too large to travel', () => {
    assert.notEqual(seal.seal(reasoningOf('x'.repeat(1_000_000))), undefined);
    assert.equal(seal.seal(reasoningOf('x'.repeat(1_100_000))), undefined);
  });

  const whole = sealed(reasoningOf('The third step follows from the second.'));
  const foreign: readonly (readonly [what: string, text: string])[] = [
    ['nothing', ''],
    ["OpenAI's", 'gAAAAABpKx1234567890abcdefghijklmnopqrstuvwxyz=='],
    ['a later version', whole.replace('crr1.', 'crr2.')],
    ['the prefix alone', 'crr1.'],
    ['no base64', 'crr1.$$$ not base64 $$$'],
    ['random bytes', `crr1.${Buffer.from('random bytes here').toString('base64url')}`],
    ['other compression', `crr1.${brotliCompressSync('{}').toString('base64url')}`],
    ['no JSON', `crr1.${deflateSync('not json').toString('base64url')}`],
    ['other JSON', packed([1, 2])],
    ['missing fields', packed({ provider: 'p', model: 'm' })],
    ['fields of other types', packed({ ...reasoningOf('x'), text: 7 })],
    ['an unknown field name', packed({ ...reasoningOf('x'), field: '__proto__' })],
    ['details that are no list', packed({ ...reasoningOf('x'), details: {} })],
    ['a bomb', `crr1.${deflateSync(Buffer.alloc(64 * 1024 * 1024)).toString('base64url')}`],
    ['too long a text', `crr1.${'A'.repeat(3_000_000)}`],
  ];
  for (const [what, text] of foreign) {
    it(`does not open ${what}`, () => assert.equal(seal.open(text), undefined));
  }

  it('does not open what was cut or changed', () => {
    for (let length = 0; length < whole.length - 1; length++) {
      assert.equal(seal.open(whole.slice(0, length)), undefined, `cut to ${length}`);
    }
    for (let at = 5; at < whole.length - 1; at++) {
      const changed = whole.slice(0, at) + (whole[at] === 'A' ? 'B' : 'A') + whole.slice(at + 1);
      assert.equal(seal.open(changed), undefined, `changed at ${at}`);
    }
  });
});
