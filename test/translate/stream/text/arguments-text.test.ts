import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { ArgumentsText } from '../../../../src/translate/stream/text/arguments-text.ts';
import { StringFieldReader } from '../../../../src/translate/stream/text/string-field.ts';

/** What becomes of arguments that arrive in these fragments. */
function endOf(fragments: readonly string[]): string | undefined {
  const text = new ArgumentsText();
  let sent = '';
  for (const fragment of fragments) sent += text.append(fragment);
  assert.equal(sent, text.text, 'what is sent adds up');
  const end = text.end();
  if (end !== undefined) assert.ok(end.startsWith(sent), 'what was sent is the beginning of what is meant');
  return end;
}

function isFullObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return (
      typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0
    );
  } catch {
    return false;
  }
}

function pieces(text: string, size: number): string[] {
  return text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
}

const ENDS: [what: string, text: string, end: string | undefined][] = [
  ['an object', '{"a":"b"}', '{"a":"b"}'],
  [
    "Python's quotes with an escaped one, its words, and commas too many",
    `{'cmd': 'it\\'s "fine", ok', 'n': [1, 2, ], 'x': None,}`,
    `{"cmd": "it's \\"fine\\", ok", "n": [1, 2 ], "x": null}`,
  ],
  [
    'a string that looks like those mistakes',
    '{"cmd": "echo True, None,}", "ok": False , }',
    '{"cmd": "echo True, None,}", "ok": false  }',
  ],
  ['white space around', ' \n{ "a": 1 }\n', '{ "a": 1 }\n'],
  ['nothing', '', '{}'],
  ['white space', ' \n', '{}'],
  ['null', 'null', '{}'],
  ['null as a string', '"null"', '{}'],
  ['an empty string', '""', '{}'],
  ['an empty list', ' [] ', '{}'],
  ['an empty object', '{ }', '{}'],
  ['a placeholder before the arguments', '{}{"a":1}', '{"a":1}'],
  ['a line end in a string', '{"a":"b\nc"}', '{"a":"b\\nc"}'],
  ['other control characters in a string', '{"a":"\t\r\b\u0001"}', '{"a":"\\t\\r\\b\\u0001"}'],
  ['a line end in a key', '{"a\nb":1}', '{"a\\nb":1}'],
  ['an invalid escape', '{"a":"grep \\d+ \\(f\\)"}', '{"a":"grep \\\\d+ \\\\(f\\\\)"}'],
  ['an escaped apostrophe', '{"a":"it\\\'s"}', '{"a":"it\\\\\'s"}'],
  ['an invalid unicode escape', '{"a":"C:\\users\\u12x"}', '{"a":"C:\\\\users\\\\u12x"}'],
  ['an escape before a line end', '{"a":"b \\\nc"}', '{"a":"b \\\\\\nc"}'],
  ['valid escapes', '{"a":"\\u00e9\\n\\\\d\\"\\/"}', '{"a":"\\u00e9\\n\\\\d\\"\\/"}'],
  ['an object in a string', '"{\\"a\\": \\"b\\"}"', '{"a": "b"}'],
  ['an object in a string, with a line end in it', '"{\\"a\\": \\"b\\nc\\"}"', '{"a": "b\\nc"}'],
  ['a second copy', '{"a":"b"}{"a":"b"}', '{"a":"b"}'],
  ['a second copy behind a line end, and a third', '{"a":"b"}\n{"a":"b"}{"a":"b"}', '{"a":"b"}'],
  ['a surplus brace', '{"a":1}}', '{"a":1}'],
  ['a tag behind', '{"a":1}</tool_call>', '{"a":1}'],
  ['a mend and a surplus brace', '{"a":"\\d"}]}', '{"a":"\\\\d"}'],
  ['another object behind: as it came', '{"a":1}{"a":2}', '{"a":1}{"a":2}'],
  ['no JSON, closed: as it came', '{"a":"say "hi" now"}', '{"a":"say "hi" now"}'],
  ['an odd quote, closed: as it came', '{"a":"5" pipe"}', '{"a":"5" pipe"}'],
  ['no quotes, closed: as it came', '{a: 1}', '{a: 1}'],
  ['no object: as it came', 'ls -la', 'ls -la'],
  ['a list: as it came', '["ls"]', '["ls"]'],
  [
    'a comma before the end',
    '{"a":[1,2, ],"b":{"c":"d" ,},\n}',
    '{"a":[1,2 ],"b":{"c":"d" },\n}'.replace('},\n', '}\n'),
  ],
  ['nothing but a comma', '{,}', '{}'],
  ['a comma in an empty object', '{"a":{,}}', '{"a":{}}'],
  [
    "Python's words",
    '{"a":True,"b":[None, False],"c":"True, None,]"}',
    '{"a":true,"b":[null, false],"c":"True, None,]"}',
  ],
  ['words that only begin like these', '{"a":Truely,"b":None_x}', '{"a":Truely,"b":None_x}'],
  ['single quotes', "{'a': 'b', 'c': ['d']}", '{"a": "b", "c": ["d"]}'],
  [
    'quotes inside of single quotes',
    `{'a': 'say "hi"', 'b': 'it\\'s', 'c': "it's"}`,
    '{"a": "say \\"hi\\"", "b": "it\'s", "c": "it\'s"}',
  ],
  ['an object in a code fence', '```json\n{"a": 1}\n```', '{"a": 1}'],
  ['an object in a fence without a language', '```\n{"a": 1,}\n```\n', '{"a": 1}'],
  ['text in a code fence: as it came', '```\nls\n```', '```\nls\n```'],
  ['an object in a string in a string', JSON.stringify(JSON.stringify('{"a":1}')), '{"a":1}'],
  ['null before the arguments', 'null{"a":1}', '{"a":1}'],
  ['an empty string before the arguments', '""{"a":1}', '{"a":1}'],
  ['an open string in single quotes', "{'a': 'b", undefined],
  ['an open string in single quotes that looks closed', "{'a': 'b}", undefined],
  ['a comma at the cut', '{"a":1,', undefined],
  ['escaped quotes without any around', '{\\"a\\": \\"b\\\\n\\"}', '{"a": "b\\n"}'],
  ['escaped quotes, cut', '{\\"a\\": \\"b', undefined],
  ['escaped quotes, cut inside an escape', '{ \\"a\\": \\"b\\', undefined],
  ['a word before the object', 'json\n{"a": 1}', '{"a": 1}'],
  ['a special token before the object', '<|message|>{"a": 1}', '{"a": 1}'],
  ['an object in a fence of tildes', '~~~json\n{"a": 1}\n~~~', '{"a": 1}'],
  ['an open string', '{"a":"b', undefined],
  ['an open string behind an escape', '{"a":"b\\', undefined],
  ['an open object', '{"a":"b"', undefined],
  ['an open inner object', '{"a":{"b":1}', undefined],
  ['an open string that looks closed', '{"a":"}', undefined],
  ['an open list', '["ls"', undefined],
  ['half an object in a string', '"{\\"a\\"', undefined],
  ['a brace', '{', undefined],
];

describe('the arguments of a call, in fragments', () => {
  for (const [what, text, end] of ENDS) {
    it(`reads ${what}, cut anywhere`, () => {
      assert.equal(endOf([text]), end);
      for (let size = 1; size < text.length; size++) assert.equal(endOf(pieces(text, size)), end, `${size}`);
      for (let at = 0; at <= text.length; at++) assert.equal(endOf([text.slice(0, at), text.slice(at)]), end);
    });
  }

  const SNAPSHOTS: [what: string, fragments: string[], end: string | undefined][] = [
    ['that grow', ['{"a', '{"a":"b', '{"a":"b"}'], '{"a":"b"}'],
    ['that grow and repeat', ['{', '{"a":1', '{"a":1', '{"a":1}', '{"a":1}'], '{"a":1}'],
    ['that are cut', ['{"a', '{"a":"b'], undefined],
    ['that only look like it', ['{"a":', '{"a":1}', '}'], '{"a":{"a":1}}'],
    ['that look like it to the end', ['{"a":', '{"a":1}}'], '{"a":{"a":1}}'],
  ];
  for (const [what, fragments, end] of SNAPSHOTS) {
    it(`reads snapshots ${what}`, () => assert.equal(endOf(fragments), end));
  }

  const anything = fc.oneof(
    fc.array(fc.constantFrom('{', '}', '"', '\\', ':', ',', '[', ']', '"a"', '1', ' ', '\n', 'x', '{}')),
    fc.json().map((text) => [text]),
    fc.dictionary(fc.string(), fc.jsonValue()).map((value) => [...JSON.stringify(value, null, 1), ' ']),
  );

  it('survive hundreds of thousands of blanks after a comma', () => {
    const blanks = Array.from({ length: 300_000 }, () => ' ');
    assert.equal(endOf(['{"a":1,', ...blanks, '}']), `{"a":1${blanks.join('')}}`);
  });

  it('are whole as soon as they are a JSON object, and are never closed for the model', () => {
    fc.assert(
      fc.property(anything, (fragments) => {
        const text = new ArgumentsText();
        let raw = '';
        for (const fragment of fragments) {
          text.append(fragment);
          raw += fragment;
          if (text.isWhole) assert.ok(isFullObject(text.text), text.text);
        }
        if (isFullObject(raw)) assert.equal(text.end(), raw.trimStart());
      }),
      { numRuns: 500 },
    );
  });

  it('mean the same, mended or not, wherever they are cut', () => {
    const text = anything.map((fragments) => fragments.join(''));
    const damaged = fc
      .tuple(
        fc.dictionary(fc.string(), fc.string({ unit: 'grapheme' })),
        fc.constantFrom('\n', '\\q', '"', '}', ''),
      )
      .map(([value, damage]) => JSON.stringify(value).replace('a', damage) + damage);
    fc.assert(
      fc.property(fc.oneof(text, damaged), fc.integer({ min: 1, max: 9 }), (whole, size) => {
        const cut = pieces(whole, size);
        // Fragments that repeat each other are snapshots: a table above has those.
        fc.pre(cut.length < 2 || cut[1]?.startsWith(cut[0] ?? '') === false);
        assert.equal(endOf(cut), endOf([whole]));
      }),
      { numRuns: 1000 },
    );
  });

  it('mean nothing if an object is cut off', () => {
    const object = fc
      .dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 })
      .map((value) => JSON.stringify(value));
    fc.assert(
      fc.property(object, fc.nat(), (whole, at) => {
        const cut = whole.slice(0, 1 + (at % (whole.length - 1)));
        assert.equal(endOf([cut]), undefined, cut);
      }),
      { numRuns: 500 },
    );
  });

  it('have their string field read as JSON.parse reads it, wherever they are cut', () => {
    const cases = fc
      .record({
        input: fc.string({ unit: 'binary' }),
        rest: fc.dictionary(fc.string({ minLength: 8 }), fc.jsonValue()),
        indent: fc.nat(2),
        size: fc.integer({ min: 1, max: 9 }),
      })
      .map(({ input, rest, indent, size }) => ({
        input,
        fragments: pieces(JSON.stringify({ input, ...rest }, null, indent), size),
      }));
    fc.assert(
      fc.property(cases, ({ input, fragments }) => {
        const reader = new StringFieldReader('input');
        const added = fragments.map((fragment) => reader.feed(fragment)).join('');
        assert.deepEqual([reader.isComplete, reader.isSound, reader.value], [true, true, added]);
        assert.equal(added.toWellFormed(), input.toWellFormed());
      }),
      { numRuns: 1000 },
    );
  });
});
