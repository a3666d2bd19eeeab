/**
 * Roles and their order, rewritten for chat templates that accept only some. Like all changes that a refusal teaches,
 * these are pure, return the same object if there is nothing to change, and are stable when messages are appended.
 */
import type {
  ChatAssistantMessage,
  ChatMessage,
  ChatRequest,
  ChatSystemMessage,
  ChatToolMessage,
  ChatUserMessage,
} from '../../../wire/chat.ts';
import { joined } from '../message-list.ts';

/** Joins consecutive messages of one role, except calls and outputs. */
export function mergeNeighbours(body: ChatRequest): ChatRequest {
  const messages: ChatMessage[] = [];
  for (const message of body.messages) {
    const last = messages.at(-1);
    const merged = last === undefined ? undefined : mergedWith(last, message);
    if (merged === undefined) messages.push(message);
    else messages[messages.length - 1] = merged;
  }
  return withMessages(body, messages);
}

function mergedWith(first: ChatMessage, second: ChatMessage): ChatMessage | undefined {
  if (first.role === 'user' && second.role === 'user') return joined(first, second);
  if (isInstruction(first) && isInstruction(second)) {
    return { ...first, content: `${first.content}\n\n${second.content}` };
  }
  if (first.role !== 'assistant' || second.role !== 'assistant') return undefined;
  const hasCalls = first.tool_calls !== undefined || second.tool_calls !== undefined;
  if (hasCalls || typeof first.content !== 'string' || typeof second.content !== 'string') return undefined;
  return { ...first, ...second, content: `${first.content}\n\n${second.content}` };
}

/** Gives instructions the role that every template knows. */
export function developerAsSystem(body: ChatRequest): ChatRequest {
  return mapMessages(body, (message) =>
    message.role === 'developer' ? { ...message, role: 'system' } : message,
  );
}

/** Keeps one system message, at the beginning; later ones become user messages in place. */
export function systemFirst(body: ChatRequest): ChatRequest {
  const { instructions, rest } = splitInstructions(body);
  const [first] = instructions;
  if (first === undefined) return body;
  const content = instructions.map((message) => message.content).join('\n\n');
  const head = instructions.length === 1 ? first : { ...first, content };
  return withMessages(body, [head, ...rest]);
}

/** For templates without a system role: puts the instructions at the start of the first user message. */
export function systemInUser(body: ChatRequest): ChatRequest {
  const { instructions, rest } = splitInstructions(body);
  const content = instructions.map((message) => message.content).join('\n\n');
  if (content === '') return withMessages(body, rest);
  const asUser: ChatUserMessage = { role: 'user', content };
  const [first, ...others] = rest;
  const messages = first?.role === 'user' ? [joined(asUser, first), ...others] : [asUser, ...rest];
  return withMessages(body, messages);
}

function splitInstructions({ messages }: ChatRequest): {
  instructions: ChatSystemMessage[];
  rest: ChatMessage[];
} {
  const instructions: ChatSystemMessage[] = [];
  for (const message of messages) {
    if (!isInstruction(message)) break;
    instructions.push(message);
  }
  const rest = messages
    .slice(instructions.length)
    .map(
      (message): ChatMessage =>
        isInstruction(message) ? { role: 'user', content: message.content } : message,
    );
  return { instructions, rest };
}

/** Puts parallel calls one after the other, each followed by its output. */
export function callsInSequence(body: ChatRequest): ChatRequest {
  const messages: ChatMessage[] = [];
  for (let at = 0; at < body.messages.length; at++) {
    const message = body.messages[at];
    if (message === undefined) continue;
    if (message.role !== 'assistant' || (message.tool_calls?.length ?? 0) < 2) {
      messages.push(message);
      continue;
    }
    const outputs = toolMessagesFrom(body.messages, at + 1);
    messages.push(...inSequence(message, outputs));
    at += outputs.length;
  }
  return withMessages(body, messages);
}

function inSequence(message: ChatAssistantMessage, outputs: readonly ChatToolMessage[]): ChatMessage[] {
  const left = new Set(outputs);
  const { content, tool_calls: calls = [] } = message;
  const empty = content === undefined ? {} : { content: content === null ? null : '' };
  const sequence = calls.flatMap((call, index): ChatMessage[] => {
    const own = outputs.filter((output) => left.has(output) && output.tool_call_id === call.id);
    for (const output of own) left.delete(output);
    const caller: ChatAssistantMessage =
      index === 0 ? { ...message, tool_calls: [call] } : { role: 'assistant', ...empty, tool_calls: [call] };
    return [caller, ...own];
  });
  return [...sequence, ...left];
}

function toolMessagesFrom(messages: readonly ChatMessage[], start: number): ChatToolMessage[] {
  const outputs: ChatToolMessage[] = [];
  for (let at = start; at < messages.length; at++) {
    const message = messages[at];
    if (message?.role !== 'tool') break;
    outputs.push(message);
  }
  return outputs;
}

/**
 * For templates without a tool role: calls and outputs become text of the assistant and the user, in strict
 * alternation.
 */
export function toolsAsText(body: ChatRequest): ChatRequest {
  const hasTools = body.messages.some(
    (message) => message.role === 'tool' || (message.role === 'assistant' && message.tool_calls),
  );
  if (!hasTools) return body;
  const names = new Map<string, string>();
  return mergeNeighbours(
    mapMessages(body, (message) => {
      if (message.role === 'tool') return outputAsText(message, names.get(message.tool_call_id));
      if (message.role !== 'assistant' || message.tool_calls === undefined) return message;
      for (const call of message.tool_calls) names.set(call.id, call.function.name);
      return callsAsText(message);
    }),
  );
}

function callsAsText({ tool_calls: calls = [], ...message }: ChatAssistantMessage): ChatAssistantMessage {
  const lines = calls.map(({ function: { name, arguments: given } }) => `[called ${name} with ${given}]`);
  const text = typeof message.content === 'string' && message.content !== '' ? [message.content] : [];
  return { ...message, content: [...text, ...lines].join('\n') };
}

function outputAsText(message: ChatToolMessage, name: string | undefined): ChatUserMessage {
  const head = `[output of ${name ?? 'a tool'}]`;
  const { content } = message;
  if (typeof content === 'string') return { role: 'user', content: `${head}\n${content}` };
  return { role: 'user', content: [{ type: 'text', text: head }, ...content] };
}

/** Adds a word from the assistant between an output and the next user message (Mistral's order, 2026-11). */
export function answerBetween(body: ChatRequest): ChatRequest {
  const messages = body.messages.flatMap((message, at): ChatMessage[] =>
    message.role === 'user' && body.messages[at - 1]?.role === 'tool'
      ? [{ role: 'assistant', content: 'Understood.' }, message]
      : [message],
  );
  return withMessages(body, messages);
}

/** Adds a user message at the end, where a final assistant message would be continued or refused. */
export function endWithUser(body: ChatRequest): ChatRequest {
  if (body.messages.at(-1)?.role !== 'assistant') return body;
  return { ...body, messages: [...body.messages, { role: 'user', content: 'Continue.' }] };
}

function isInstruction(message: ChatMessage): message is ChatSystemMessage {
  return message.role === 'system' || message.role === 'developer';
}

/** The request with these messages; the same object if none has changed. */
function withMessages(body: ChatRequest, messages: ChatMessage[]): ChatRequest {
  const isSame =
    messages.length === body.messages.length &&
    messages.every((message, at) => message === body.messages[at]);
  return isSame ? body : { ...body, messages };
}

export function mapMessages(body: ChatRequest, change: (message: ChatMessage) => ChatMessage): ChatRequest {
  return withMessages(body, body.messages.map(change));
}
