import assert from 'node:assert/strict';
import { asChatChunk } from '../../src/wire/chunk-shape.ts';

const choice = (fields: object) => ({ choices: [{ index: 0, ...fields }] });
const delta = (fields: object) => choice({ delta: fields });

const CASES: [what: string, sent: unknown, read: object][] = [
  ['a text', 'x', {}],
  ['null', null, {}],
  ['a list', [], {}],
  ['usage that is a list', { usage: [] }, { usage: null }],
  ['choices that are an object', { choices: {} }, { choices: null }],
  ['a choice that is null', { choices: [null] }, { choices: [] }],
  ['a choice that is a list', { choices: [[]] }, { choices: [] }],
  ['a finish reason that is a list', choice({ finish_reason: [] }), choice({ finish_reason: null })],
  ['a finish reason that is a number', choice({ finish_reason: 1 }), choice({ finish_reason: null })],
  [
    'an error that says nothing beside an answer',
    { error: { code: 0, message: '', param: null }, ...choice({ error: {} }) },
    { error: null, ...choice({ error: null }) },
  ],
  ['a delta that is a text', choice({ delta: 'x' }), choice({ delta: null })],
  ['a message that is a list', choice({ message: [] }), choice({ message: null })],
  ['a refusal that is true', delta({ refusal: true, content: 'x' }), delta({ refusal: null, content: 'x' })],
  [
    'what is no text in a second choice',
    { choices: [{ index: 0 }, { index: 1, delta: { refusal: {} } }] },
    { choices: [{ index: 0 }, { index: 1, delta: { refusal: null } }] },
  ],
  ['details that are a text', delta({ reasoning_details: 'x' }), delta({ reasoning_details: null })],
  ['calls that are an object', delta({ tool_calls: { a: 1 } }), delta({ tool_calls: null })],
  [
    'a call that is null',
    delta({ tool_calls: [null, { id: 'a' }] }),
    delta({ tool_calls: [{}, { id: 'a' }] }),
  ],
  ['an id that is a list', delta({ tool_calls: [{ id: [7] }] }), delta({ tool_calls: [{ id: null }] })],
  [
    'a function that is a text',
    delta({ tool_calls: [{ function: 'f' }] }),
    delta({ tool_calls: [{ function: null }] }),
  ],
  [
    'a name that is a list',
    delta({ tool_calls: [{ function: { name: [], arguments: {} } }] }),
    delta({ tool_calls: [{ function: { name: null, arguments: {} } }] }),
  ],
];

const deep = JSON.parse('['.repeat(500) + ']'.repeat(500));

describe('the shape of a chunk', () => {
  for (const [what, sent, read] of CASES) {
    it(`leaves out ${what}`, () => assert.deepEqual(asChatChunk(sent), read));
  }

  it('leaves out what is nested too deeply to be written out again', () => {
    for (const fields of [{ reasoning_details: deep }, { extra_content: deep }]) {
      const [name = ''] = Object.keys(fields);
      assert.deepEqual(asChatChunk(delta(fields)), delta({ [name]: null }));
    }
    const call = (fields: object) => delta({ tool_calls: [fields] });
    assert.deepEqual(asChatChunk(call({ extra_content: deep })), call({ extra_content: null }));
  });

  it('takes a number for an id', () => {
    assert.deepEqual(asChatChunk(delta({ tool_calls: [{ id: 7 }] })), delta({ tool_calls: [{ id: '7' }] }));
  });

  it('keeps errors that say something, or that come instead of an answer', () => {
    for (const chunk of [{ error: {} }, { error: {}, choices: [] }, { error: { code: 1 }, ...choice({}) }])
      assert.deepEqual(asChatChunk(structuredClone(chunk)), chunk);
  });

  it('finds an error inside a delta', () => {
    const error = { message: 'boom' };
    assert.deepEqual(asChatChunk(delta({ error })), choice({ error, delta: { error } }));
  });

  it('keeps thinking of any shape', () => {
    for (const thinking of [{ text: 'a' }, ['a'], { summary: [{ text: 'a' }] }]) {
      const fields = () => delta({ reasoning_content: structuredClone(thinking), reasoning: thinking });
      assert.deepEqual(asChatChunk(fields()), fields());
    }
  });

  it('finds calls outside their list', () => {
    const call = { id: 'c', function: { name: 'f', arguments: '{' } };
    const LISTS: [sent: object, calls: object[] | null][] = [
      [{ tool_calls: call }, [call]],
      [{ tool_calls: [{ id: 'c', name: 'f', arguments: '{' }] }, [{ ...call, name: 'f', arguments: '{' }]],
      [{ tool_calls: [{ arguments: '}' }] }, [{ function: { name: null, arguments: '}' }, arguments: '}' }]],
      [{ function_call: { name: 'f' } }, [{ index: 0, function: { name: 'f' } }]],
      [{ function_call: { arguments: '}' } }, [{ index: 0, function: { arguments: '}' } }]],
      [{ function_call: { name: 'f' }, tool_calls: [call] }, [call]],
      [{ function_call: 'auto', tool_calls: null }, null],
      [
        { tool_calls: [{ function: { name: 'f', parameters: { a: 1 } } }] },
        [{ function: { name: 'f', arguments: { a: 1 } } }],
      ],
      [
        { tool_calls: [{ type: 'custom', custom: { name: 'f', input: 'a' } }] },
        [
          {
            type: 'custom',
            custom: { name: 'f', arguments: 'a' },
            function: { name: 'f', arguments: 'a' },
          },
        ],
      ],
      [
        {
          content: [
            { type: 'text', text: 'a' },
            { type: 'tool_use', id: 'c', name: 'f', input: { a: 1 } },
          ],
        },
        [
          {
            type: 'tool_use',
            id: 'c',
            name: 'f',
            arguments: { a: 1 },
            function: { name: 'f', arguments: { a: 1 } },
          },
        ],
      ],
    ];
    for (const [sent, calls] of LISTS) {
      const read = asChatChunk(delta(structuredClone(sent)));
      assert.deepEqual(read.choices?.[0]?.delta?.tool_calls ?? null, calls, JSON.stringify(sent));
    }
  });

  it('does not change a proper chunk', () => {
    const chunk = {
      id: 'c1',
      model: null,
      usage: { prompt_tokens: 1 },
      choices: [
        {
          index: 0,
          finish_reason: 'tool_calls',
          delta: {
            content: [{ type: 'text', text: 'x' }],
            reasoning: null,
            reasoning_details: [{ type: 'x' }],
            tool_calls: [{ index: 0, id: 'c', function: { name: 'f', arguments: { a: 1 } } }],
          },
        },
      ],
    };
    const before = structuredClone(chunk);
    assert.equal(asChatChunk(chunk), chunk);
    assert.deepEqual(chunk, before);
  });
});
