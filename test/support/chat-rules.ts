/** What every Chat Completions provider may rely on, whatever Codex sent. */
import assert from 'node:assert/strict';
import type { ChatFunctionTool, ChatMessage, ChatRequest } from '../../src/wire/chat.ts';

/** Fails if a request breaks a rule of strict providers. */
export function assertChatRules(request: ChatRequest): void {
  assertOneLeadingSystemBlock(request.messages);
  assertCallsAreAnswered(request.messages);
  assertTools((request.tools ?? []) as ChatFunctionTool[]);
  const foreign = [
    'input',
    'instructions',
    'include',
    'store',
    'client_metadata',
    'prompt_cache_key',
    'text',
  ];
  assert.deepEqual(
    Object.keys(request).filter((key) => foreign.includes(key)),
    [],
  );
}

/** Instructions and developer messages that open a conversation are one message. */
function assertOneLeadingSystemBlock(messages: readonly ChatMessage[]): void {
  const firstSpoken = messages.findIndex(({ role }) => role !== 'system' && role !== 'developer');
  assert.equal(firstSpoken, 1, `roles: ${messages.map(({ role }) => role).join(', ')}`);
}

/** Each assistant message with calls is followed at once by one tool message per call, and no other exists. */
function assertCallsAreAnswered(messages: readonly ChatMessage[]): void {
  const open: string[] = [];
  for (const message of messages) {
    if (message.role === 'tool') {
      assert.equal(message.tool_call_id, open.shift(), 'a tool message answers the oldest open call');
      continue;
    }
    assert.equal(open.length, 0, `a ${message.role} message stands before ${open} was answered`);
    if (message.role !== 'assistant') continue;
    assert.ok(message.content || message.tool_calls?.length, 'an assistant message says or calls something');
    open.push(...(message.tool_calls ?? []).map(({ id }) => id));
  }
  assert.equal(open.length, 0, `no tool message answers ${open}`);
}

function assertTools(tools: readonly ChatFunctionTool[]): void {
  const names = tools.map((tool) => tool.function.name);
  assert.deepEqual(
    tools.filter(({ type }) => type !== 'function'),
    [],
  );
  assert.deepEqual(
    names.filter((name) => !/^[A-Za-z0-9_-]{1,64}$/.test(name)),
    [],
  );
  assert.equal(new Set(names).size, names.length, `duplicate tool names: ${names.join(', ')}`);
  for (const tool of tools) assert.equal(tool.function.parameters['type'], 'object', tool.function.name);
}
