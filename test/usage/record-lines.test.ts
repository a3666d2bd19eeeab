/** The fast reader of lines reads what `JSON.parse` and `decodeRecord` read, whatever stands there. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseJson } from '../../src/json.ts';
import { decodeRecord, encodeRecord, STATES, type UsageRecord } from '../../src/usage/record.ts';
import { LineReader } from '../../src/usage/record-lines.ts';
import { NOON, recordWith } from './support.ts';

const plainly = (text: string) =>
  text
    .split('\n')
    .map((line) => decodeRecord(parseJson(line)))
    .filter((record) => record !== undefined);

const optional = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined });
const counts = fc.oneof(fc.nat(2_000_000), fc.constantFrom(0, 1, 2 ** 53, 1e21));
const records: fc.Arbitrary<UsageRecord> = fc.record({
  time: fc.oneof(fc.integer({ min: 1.7e12, max: 1.8e12 }), fc.constantFrom(0, -1, 1.5)),
  upstream: fc.oneof(fc.constantFrom('deepseek', 'kimi'), fc.string({ unit: 'grapheme' })),
  service: optional(fc.constantFrom('deepseek', 'plan')),
  model: fc.oneof(fc.constantFrom('a', 'a,b', 'a"b', 'ä\\n'), fc.string({ unit: 'grapheme' })),
  wire: fc.constantFrom('chat', 'responses'),
  state: fc.constantFrom(...STATES),
  tokens: optional(
    fc.record({
      inputTokens: counts,
      cachedTokens: counts,
      cacheWriteTokens: counts,
      outputTokens: counts,
      reasoningTokens: counts,
    }),
  ),
  attempts: fc.nat(5),
  firstTokenMs: optional(counts),
  totalMs: counts,
  statedUsd: optional(
    fc.oneof(fc.constantFrom(0, 0.1, 1e-7, 12), fc.double({ min: 0, max: 9, noNaN: true })),
  ),
  thread: optional(fc.oneof(fc.constantFrom('0123456789ab', '', 'a]b', 'é'), fc.string({ maxLength: 20 }))),
  repairs: fc.array(fc.constantFrom('effort', 'namespace'), { maxLength: 2 }),
});

describe('the reader of many lines', () => {
  it('returns any records that were written', () => {
    fc.assert(
      fc.property(fc.array(records, { maxLength: 20 }), (all) => {
        const text = all.map(encodeRecord).join('');
        // Twice: names are known the second time.
        const reader = new LineReader();
        assert.deepEqual(reader.recordsIn(text), plainly(text));
        assert.deepEqual(reader.recordsIn(text), plainly(text));
      }),
    );
  });

  it('reads damaged lines exactly as JSON.parse does', () => {
    const line = encodeRecord(recordWith({ statedUsd: 0.25 }));
    const pieces = [
      '',
      '0',
      '-',
      '.',
      'e9',
      ',',
      'null',
      'nul',
      '"',
      '[',
      ']',
      ' ',
      '\n',
      '\\u0061',
      '7.',
      '}',
    ];
    fc.assert(
      fc.property(fc.nat(line.length), fc.nat(3), fc.constantFrom(...pieces), (at, removed, piece) => {
        const text = `${line}${line.slice(0, at)}${piece}${line.slice(at + removed).replace(/\n$/, '')}\n${line}`;
        assert.deepEqual(new LineReader().recordsIn(text), plainly(text));
      }),
      { numRuns: 3000 },
    );
  });

  it('refuses impossible dates and infinite amounts', () => {
    const line = encodeRecord(recordWith({ statedUsd: 0.25 }));
    for (const time of ['1e999', '9e15', '-9e15', '1e21']) {
      const text = `${line}${line.replace(String(NOON), time)}`;
      assert.equal(new LineReader().recordsIn(text).length, 1, time);
      assert.deepEqual(new LineReader().recordsIn(text), plainly(text), time);
    }
    const endless = `${line}${line.replace('0.25', '1e999')}`;
    const [, read] = new LineReader().recordsIn(endless);
    assert.equal(read?.statedUsd, undefined);
    assert.deepEqual(new LineReader().recordsIn(endless), plainly(endless));
  });

  it('reads more names than it remembers', () => {
    const text = Array.from({ length: 300 }, (_, at) =>
      encodeRecord(recordWith({ model: `m${at % 100}` })),
    ).join('');
    assert.deepEqual(new LineReader().recordsIn(text), plainly(text));
  });
});
