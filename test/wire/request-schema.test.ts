import assert from 'node:assert/strict';
import { RelayError } from '../../src/errors.ts';
import { parseRequest } from '../../src/wire/request-schema.ts';

const CASES: [what: string, body: unknown, param: string | undefined, message: RegExp][] = [
  ['no object', 7, undefined, /must be a JSON object/],
  ['null', null, undefined, /must be a JSON object/],
  ['no model', { input: 'x' }, 'model', /is required/],
  ['an empty model', { model: '', input: 'x' }, 'model', /must name a model/],
  ['a model that is no text', { model: 1, input: 'x' }, 'model', /must be of type string/],
  ['no input', { model: 'm' }, 'input', /is required/],
  ['an empty input', { model: 'm', input: [] }, 'input', /must not be empty/],
  ['an empty text', { model: 'm', input: '' }, 'input', /must not be empty/],
  ['an input that is no list', { model: 'm', input: 5 }, 'input', /wrong type/],
  ['an item that is no object', { model: 'm', input: [1] }, 'input[0]', /must be of type object/],
  [
    'content of a wrong type',
    { model: 'm', input: [{ role: 'user', content: 5 }] },
    'input[0].content',
    /wrong type/,
  ],
  [
    'a part without a type',
    { model: 'm', input: [{ role: 'user', content: [{}] }] },
    'input[0].content[0].type',
    /is required/,
  ],
  ['tools that are no list', { model: 'm', input: 'x', tools: {} }, 'tools', /must be of type array/],
  [
    'a tool without a type',
    { model: 'm', input: 'x', tools: [{ name: 'a' }] },
    'tools[0].type',
    /is required/,
  ],
  [
    'a function without a name',
    { model: 'm', input: 'x', tools: [{ type: 'function' }] },
    'tools[0].name',
    /needs a name/,
  ],
  [
    'a nested function without a name',
    { model: 'm', input: 'x', tools: [{ type: 'namespace', name: 'n', tools: [{ type: 'function' }] }] },
    'tools[0].tools[0].name',
    /needs a name/,
  ],
  [
    'two tools of one name',
    {
      model: 'm',
      input: 'x',
      tools: [
        { type: 'function', name: 'a' },
        { type: 'custom', name: 'a' },
      ],
    },
    'tools[1].name',
    /tools\[0\] has the same name/,
  ],
  ['an unknown tool_choice', { model: 'm', input: 'x', tool_choice: 'maybe' }, 'tool_choice', /./],
  [
    'no tokens at all',
    { model: 'm', input: 'x', max_output_tokens: 0 },
    'max_output_tokens',
    /greater than 0/,
  ],
  [
    'a temperature in words',
    { model: 'm', input: 'x', temperature: 'hot' },
    'temperature',
    /must be of type number/,
  ],
  ['a background response', { model: 'm', input: 'x', background: true }, 'background', /not supported/],
];

describe('parseRequest', () => {
  for (const [what, body, param, message] of CASES) {
    it(`refuses ${what}`, () => {
      assert.throws(
        () => parseRequest(body),
        (error: unknown) => {
          assert.ok(error instanceof RelayError);
          assert.deepEqual([error.code, error.status, error.param], ['invalid_request', 400, param]);
          assert.match(error.message, message);
          return true;
        },
      );
    });
  }

  it('tolerates unknown fields, null settings and unknown items', () => {
    const body = {
      model: 'm',
      input: [
        { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'x' }] },
        { type: 'tomorrow' },
      ],
      tools: [{ type: 'web_search', external_web_access: true }],
      reasoning: null,
      client_metadata: { a: 1 },
      temperature: null,
    };
    assert.equal(parseRequest(body), body);
  });
});
