import assert from 'node:assert/strict';
import fc from 'fast-check';
import { BodyEncoder } from '../../../src/relay/upstream/request-body.ts';
import type { ChatMessage, ChatRequest } from '../../../src/wire/chat.ts';

const user = (content: string): ChatMessage => ({ role: 'user', content });
const request = (...messages: ChatMessage[]): ChatRequest => ({ model: 'm', messages, stream: true });

const REQUESTS: Record<string, ChatRequest> = {
  'no message': request(),
  'several messages': request(
    { role: 'system', content: '“Don’t” → ✓ 🎉' },
    user('größer'),
    user('a\n"b"\\'),
  ),
  'a model whose name looks like the messages': { ...request(user('x')), model: '"messages":[]' },
  'settings that look like the messages': {
    ...request(user('x')),
    metadata: { messages: [] },
    seed: undefined,
  },
};

describe('a chat request as bytes', () => {
  for (const [name, body] of Object.entries(REQUESTS)) {
    it(`is the result of JSON.stringify: ${name}`, () => {
      assert.equal(new BodyEncoder('messages').encode(body).toString(), JSON.stringify(body));
    });
  }

  for (const [what, text, expected] of [
    ['a lone high surrogate', '\ud800x', '\ufffdx'],
    ['a lone low surrogate', 'x\udfff', 'x\ufffd'],
    ['a whole pair', '\ud83d\ude00', '\ud83d\ude00'],
    ['text that looks like an escape', '\\ud800', '\\ud800'],
  ] as const) {
    it(`holds ${what} as ${JSON.stringify(expected)}`, () => {
      const sent = JSON.parse(new BodyEncoder('messages').encode(request(user(text))).toString());
      assert.equal(sent.messages[0].content, expected);
    });
  }
});

describe('an encoder of requests', () => {
  const same = (encoder: BodyEncoder, body: ChatRequest) =>
    assert.equal(encoder.encode(body).toString(), JSON.stringify(body));

  it('encodes like JSON.stringify, whatever was encoded before', () => {
    const message = fc.constantFrom<ChatMessage>(
      user('a'),
      user('“b”'),
      { role: 'user', content: [{ type: 'text', text: 'a' }] },
      { role: 'assistant', content: 'a', tool_calls: [] },
      { role: 'assistant', tool_calls: [], content: 'a' },
      { role: 'assistant', content: null, reasoning_content: 'größer' },
    );
    const body = fc.record({
      model: fc.constantFrom('m', '"messages":[]'),
      messages: fc.array(message, { maxLength: 6 }),
      stream: fc.constant(true as const),
      tools: fc.constantFrom<NonNullable<ChatRequest['tools']>>([], [{ type: 'a' }], [{ type: 'b' }]),
    });
    fc.assert(
      fc.property(fc.array(body, { minLength: 2, maxLength: 12 }), (bodies) => {
        const encoder = new BodyEncoder('messages');
        for (const one of bodies) same(encoder, structuredClone(one));
      }),
    );
  });

  it('follows threads that take turns, and bodies too large to be kept', () => {
    const encoder = new BodyEncoder('messages');
    const large = user('x'.repeat(1_500_000));
    for (let turn = 1; turn < 4; turn++) {
      const steps = Array.from({ length: turn }, (_, at) => user(`step ${at}`));
      for (const thread of ['a', 'b', 'c', 'd', 'e']) same(encoder, request(user(thread), ...steps));
      same(encoder, request(...Array.from({ length: turn }, () => large), ...steps));
    }
  });
});
