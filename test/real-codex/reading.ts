/** Reads what came of a scene: what Codex did and said, and what a provider was sent. */
import assert from 'node:assert/strict';
import type { ChatFunctionTool, ChatMessage, ChatRequest, ChatToolMessage } from '../../src/wire/chat.ts';
import type { CodexResult } from './codex.ts';

export function succeeded(run: CodexResult | undefined): void {
  assert.equal(run?.exitCode, 0, `${run?.stderr}\n${run?.stdout}`);
}

export function completedItems(run: CodexResult | undefined, type: string): Record<string, unknown>[] {
  const completed = run?.events.filter((event) => event.type === 'item.completed') ?? [];
  return completed.flatMap(({ item }) => (item?.type === type ? [item] : []));
}

/** What Codex said to its user. */
export function printed(run: CodexResult | undefined): unknown[] {
  return completedItems(run, 'agent_message').map(({ text }) => text);
}

export function toolLike(request: ChatRequest, name: RegExp): ChatFunctionTool {
  const tools = (request.tools ?? []) as ChatFunctionTool[];
  const found = tools.find((tool) => name.test(tool.function.name));
  assert.ok(found, `no tool like ${name} among ${tools.map((tool) => tool.function.name).join(', ')}`);
  return found;
}

export function calls(message: ChatMessage | undefined) {
  return (message?.role === 'assistant' && message.tool_calls) || [];
}

export function toolText(message: ChatMessage | undefined, callId: string): string {
  assert.equal(message?.role, 'tool');
  assert.equal((message as ChatToolMessage).tool_call_id, callId);
  return textOf(message);
}

export function textOf(message: ChatMessage | undefined): string {
  const content = message?.content ?? '';
  if (typeof content === 'string') return content;
  return content.map((part) => ('text' in part ? part.text : '')).join('');
}

/** Lines that a person would read as a complaint; a missing bubblewrap is the machine's own business. */
export function complaints({ stdout, stderr }: CodexResult): string[] {
  const lines = `${stdout}\n${stderr}`.split('\n');
  return lines.filter(
    (line) => /warning|error|not found|ignor|deprecat/i.test(line) && !/bubblewrap/.test(line),
  );
}
