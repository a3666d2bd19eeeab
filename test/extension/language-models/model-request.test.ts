import assert from 'node:assert/strict';
import type { ModelMessage } from '../../../src/extension/language-models/language-model.ts';
import { textOfRequest, toModelRequest } from '../../../src/extension/language-models/model-request.ts';
import type { ChatMessage, ChatRequest } from '../../../src/wire/chat.ts';

const PNG = 'data:image/png;base64,aGVsbG8=';
const text = (value: string) => ({ kind: 'text', text: value }) as const;
const call = (id: string, args: string) => ({
  id,
  type: 'function' as const,
  function: { name: 'shell', arguments: args },
});

function request(body: Partial<ChatRequest>): ChatRequest {
  return { model: 'copilot/gpt', stream: true, messages: [], ...body };
}

function messagesOf(messages: ChatMessage[], takesImages = true): readonly ModelMessage[] {
  return toModelRequest(request({ messages }), takesImages).messages;
}

describe('a Chat request for a language model of VS Code', () => {
  const CASES: readonly [what: string, messages: ChatMessage[], expected: ModelMessage[]][] = [
    [
      'gives instructions as a message of the user',
      [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Hi' },
      ],
      [
        { role: 'user', parts: [text('Be brief.')] },
        { role: 'user', parts: [text('Hi')] },
      ],
    ],
    [
      'keeps text and calls of an answer in one message, and the outputs of all its calls in the next',
      [
        { role: 'user', content: 'Go' },
        { role: 'assistant', content: 'I look.', tool_calls: [call('a', '{"cmd":"ls"}'), call('b', '{}')] },
        { role: 'tool', tool_call_id: 'a', content: 'x.ts' },
        { role: 'tool', tool_call_id: 'b', content: [{ type: 'text', text: 'done' }] },
        { role: 'user', content: 'And?' },
      ],
      [
        { role: 'user', parts: [text('Go')] },
        {
          role: 'assistant',
          parts: [
            text('I look.'),
            { kind: 'call', callId: 'a', name: 'shell', input: { cmd: 'ls' } },
            { kind: 'call', callId: 'b', name: 'shell', input: {} },
          ],
        },
        {
          role: 'user',
          parts: [
            { kind: 'result', callId: 'a', text: 'x.ts' },
            { kind: 'result', callId: 'b', text: 'done' },
          ],
        },
        { role: 'user', parts: [text('And?')] },
      ],
    ],
    [
      'keeps the outputs of two answers apart',
      [
        { role: 'assistant', tool_calls: [call('a', '{}')] },
        { role: 'tool', tool_call_id: 'a', content: '1' },
        { role: 'assistant', content: null, tool_calls: [call('b', '{}')] },
        { role: 'tool', tool_call_id: 'b', content: '2' },
      ],
      [
        { role: 'assistant', parts: [{ kind: 'call', callId: 'a', name: 'shell', input: {} }] },
        { role: 'user', parts: [{ kind: 'result', callId: 'a', text: '1' }] },
        { role: 'assistant', parts: [{ kind: 'call', callId: 'b', name: 'shell', input: {} }] },
        { role: 'user', parts: [{ kind: 'result', callId: 'b', text: '2' }] },
      ],
    ],
    [
      'loses no arguments that are not an object',
      [{ role: 'assistant', tool_calls: [call('a', 'ls -l'), call('b', '[1]')] }],
      [
        {
          role: 'assistant',
          parts: [
            { kind: 'call', callId: 'a', name: 'shell', input: { arguments: 'ls -l' } },
            { kind: 'call', callId: 'b', name: 'shell', input: { arguments: '[1]' } },
          ],
        },
      ],
    ],
    [
      'leaves out what says nothing',
      [
        { role: 'user', content: '' },
        { role: 'assistant', content: '' },
        { role: 'user', content: [{ type: 'text', text: '' }] },
      ],
      [],
    ],
    [
      'sends images as bytes, and names what has only an address',
      [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Look' },
            { type: 'image_url', image_url: { url: PNG } },
            { type: 'image_url', image_url: { url: 'data:image/svg+xml;charset=utf-8;base64,PHN2Zz4=' } },
            { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
            { type: 'image_url', image_url: { url: 'data:image/png,raw' } },
          ],
        },
      ],
      [
        {
          role: 'user',
          parts: [
            text('Look'),
            { kind: 'image', mimeType: 'image/png', base64: 'aGVsbG8=' },
            { kind: 'image', mimeType: 'image/svg+xml', base64: 'PHN2Zz4=' },
            text('[an image was here, at https://example.com/a.png]'),
            text('[an image was here, in a form that cannot be read here]'),
          ],
        },
      ],
    ],
  ];
  for (const [what, messages, expected] of CASES) {
    it(what, () => assert.deepEqual(messagesOf(messages), expected));
  }

  it('has a note in place of an image that the model does not take', () => {
    const image: ChatMessage = { role: 'user', content: [{ type: 'image_url', image_url: { url: PNG } }] };
    assert.deepEqual(messagesOf([image], false), [
      { role: 'user', parts: [text('[an image was here; this model reads text only]')] },
    ]);
  });

  it('passes on tools, and everything that the API has no place for as options', () => {
    const parameters = { type: 'object', properties: { cmd: { type: 'string' } } };
    const one = { type: 'function' as const, function: { name: 'a', parameters } };
    const two = { type: 'function' as const, function: { name: 'b', description: 'Does b.', parameters } };
    const { tools, options, toolMode } = toModelRequest(
      request({ tools: [one, two, { type: 'web_search' }], temperature: 0.5, max_tokens: 9 }),
      true,
    );
    assert.deepEqual(tools, [
      { name: 'a', description: '', inputSchema: parameters },
      { name: 'b', description: 'Does b.', inputSchema: parameters },
    ]);
    assert.deepEqual(options, { temperature: 0.5, max_tokens: 9 });
    assert.equal(toolMode, 'auto');
    const modeOf = (...given: (typeof one)[]) =>
      toModelRequest(request({ tools: given, tool_choice: 'required' }), true).toolMode;
    assert.equal(modeOf(one), 'required');
    assert.equal(modeOf(one, two), 'auto', 'Copilot refuses the mode with a choice');
  });

  it('is counted by messages, calls, outputs and tools, without images', () => {
    const counted = textOfRequest(
      toModelRequest(
        request({
          messages: [
            {
              role: 'user',
              content: [
                { type: 'text', text: 'Go' },
                { type: 'image_url', image_url: { url: PNG } },
              ],
            },
            { role: 'assistant', tool_calls: [call('a', '{"cmd":"ls"}')] },
            { role: 'tool', tool_call_id: 'a', content: 'x.ts' },
          ],
          tools: [{ type: 'function', function: { name: 'shell', parameters: {} } }],
        }),
        true,
      ),
    );
    for (const word of ['Go', 'shell {"cmd":"ls"}', 'x.ts', '"name":"shell"'])
      assert.ok(counted.includes(word), word);
    assert.doesNotMatch(counted, /aGVsbG8/);
  });
});
