import assert from 'node:assert/strict';
import { encodeChatRequest } from '../../../src/relay/upstream/chat-body.ts';
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
    it(`is what JSON.stringify gives: ${name}`, () => {
      assert.equal(encodeChatRequest(body).toString(), JSON.stringify(body));
    });
  }

  for (const [what, text, expected] of [
    ['a lone high surrogate', '\ud800x', '\ufffdx'],
    ['a lone low surrogate', 'x\udfff', 'x\ufffd'],
    ['a whole pair', '\ud83d\ude00', '\ud83d\ude00'],
    ['text that looks like an escape', '\\ud800', '\\ud800'],
  ] as const) {
    it(`holds ${what} as ${JSON.stringify(expected)}`, () => {
      const sent = JSON.parse(encodeChatRequest(request(user(text))).toString());
      assert.equal(sent.messages[0].content, expected);
    });
  }
});
