import assert from 'node:assert/strict';
import { RelayError } from '../../src/errors.ts';
import { parseRequest } from '../../src/wire/request-schema.ts';
import { translate } from '../support/translating.ts';

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
  [
    'a conversation that is kept elsewhere',
    { model: 'm', input: 'x', conversation: 'conv_1' },
    'conversation',
    /not kept here; send previous_response_id/,
  ],
  [
    'a conversation that is kept elsewhere, as an object',
    { model: 'm', input: 'x', conversation: { id: 'conv_1' } },
    'conversation',
    /not kept here/,
  ],
  [
    'a prompt template, which may come without input',
    { model: 'm', prompt: { id: 'pmpt_1' } },
    'prompt',
    /not kept here; send the text itself/,
  ],
  [
    'two namespaces of one name',
    {
      model: 'm',
      input: 'x',
      tools: [
        { type: 'namespace', name: 'a', tools: [] },
        { type: 'namespace', name: 'a', tools: [] },
      ],
    },
    'tools[1].name',
    /tools\[0\] has the same name/,
  ],
  ['a background response', { model: 'm', input: 'x', background: true }, 'background', /Leave it out/],
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

  it('takes null for absent, wherever clients write out all fields of their types', () => {
    const part = {
      type: 'input_text',
      text: null,
      refusal: null,
      image_url: null,
      detail: null,
      filename: null,
    };
    const item = {
      type: null,
      id: null,
      role: null,
      content: null,
      call_id: null,
      name: null,
      namespace: null,
      input: null,
      summary: null,
      encrypted_content: null,
      tools: null,
    };
    const tool = { name: null, description: null, parameters: null, strict: null, format: null, tools: null };
    const body = {
      model: 'm',
      input: [
        item,
        { role: 'user', content: [part] },
        { type: 'reasoning', summary: [part] },
        { type: 'function_call', call_id: 'a', name: 'f', arguments: '{}', namespace: null },
        { type: 'function_call_output', call_id: null, name: null, output: 'x' },
      ],
      tools: [
        { ...tool, type: 'web_search' },
        { ...tool, type: 'function', name: 'f' },
      ],
      tool_choice: {
        type: 'allowed_tools',
        name: null,
        mode: null,
        tools: [{ type: 'function', name: 'f' }],
      },
      text: { format: { type: 'text', name: null, schema: null, strict: null }, verbosity: null },
      conversation: null,
      prompt: null,
    };
    assert.equal(parseRequest(body), body);
    assert.deepEqual(
      translate(parseRequest(body)).body.messages.map(({ role }) => role),
      ['assistant', 'tool', 'user'],
    );
  });

  it('accepts a namespace and a function with the same name', () => {
    const tools = [
      { type: 'namespace', name: 'a', tools: [{ type: 'function', name: 'a' }] },
      { type: 'function', name: 'a' },
    ];
    const { body } = translate(parseRequest({ model: 'm', input: 'x', tools }));
    const names = body.tools?.map((tool) => (tool.function as { name: string }).name);
    assert.deepEqual(names, ['a__a', 'a']);
  });

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
