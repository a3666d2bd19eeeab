/** Writes a conversation as Chat messages, in the order and shapes that one provider accepts. */
import type { ChatAssistantMessage, ChatImagePart, ChatMessage, ChatToolMessage } from '../../wire/chat.ts';
import type { Profile } from '../profile.ts';
import type { ProviderReasoning } from '../reasoning/reasoning.ts';
import { giveReasoningBack, joinReasoning, type ReplayedCall } from '../reasoning/replay.ts';
import { CallIds } from './call-ids.ts';
import { readContent } from './content.ts';
import { type Answer, type AnswerCall, type Entry, joinTexts } from './conversation.ts';
import { MessageList } from './message-list.ts';

export const NO_OUTPUT = '[no output was recorded for this call: it was interrupted]';
export const EMPTY_OUTPUT = '[empty output]';
export const IMAGE_OUTPUT = '[the output is an image; it follows as a message]';
export const IMAGE_OUTPUT_UNREAD = '[the output is an image; this model reads text only]';

/** @param recalled reasoning that the client dropped and the history still has, by answer */
export function writeMessages(
  entries: readonly Entry[],
  profile: Profile,
  recalled: ReadonlyMap<Answer, ProviderReasoning>,
): ChatMessage[] {
  const list = new MessageList(profile);
  const callIds = new CallIds(profile.toolCallIds);
  const leading: string[] = [];
  for (const entry of entries) {
    switch (entry.kind) {
      case 'instructions':
        if (entry.isLeading) leading.push(entry.text);
        else list.push(lateInstructions(entry.text, profile));
        break;
      case 'user':
        list.push({ role: 'user', content: entry.content });
        break;
      case 'answer':
        writeAnswer(list, entry, callIds, profile, recalled.get(entry));
        break;
    }
  }
  list.end();
  if (leading.length === 0) return list.messages;
  return [leadingInstructions(leading.join('\n\n'), profile), ...list.messages];
}

function leadingInstructions(text: string, { instructionRole: role, cacheMark }: Profile): ChatMessage {
  if (!cacheMark) return { role, content: text };
  return { role, content: [{ type: 'text', text, cache_control: { type: 'ephemeral' } }] };
}

function lateInstructions(text: string, { lateInstructions: how, instructionRole }: Profile): ChatMessage {
  if (how === 'keep') return { role: instructionRole, content: text };
  return { role: 'user', content: asUsersWords(text) };
}

/** Instructions in a form for a user message. */
export function asUsersWords(instructions: string): string {
  return `[instructions]\n${instructions}`;
}

function writeAnswer(
  list: MessageList,
  answer: Answer,
  callIds: CallIds,
  profile: Profile,
  recalled: ProviderReasoning | undefined,
): void {
  const calls = answer.calls.map((call) => replayedCall(call, callIds));
  const first = profile.callHistory === 'serial' ? calls.slice(0, 1) : calls;
  list.push(assistantMessage(answer.texts, first, profile, joinReasoning(answer.reasoning) ?? recalled));
  const images: ChatImagePart[] = [];
  for (const [at, call] of calls.entries()) {
    if (at >= first.length) list.push(assistantMessage([], [call], profile, undefined));
    list.push(toolMessage(call.chat, answer.calls[at]?.output, profile, images));
  }
  // Images that cannot stay inside their outputs come after all outputs.
  if (images.length === 0) return;
  list.push({
    role: 'user',
    content: [{ type: 'text', text: 'Images from the tool outputs above:' }, ...images],
  });
}

function replayedCall({ callId, name, arguments: text }: AnswerCall, callIds: CallIds): ReplayedCall {
  return {
    callId,
    chat: { id: callIds.next(callId), type: 'function', function: { name, arguments: text } },
  };
}

function assistantMessage(
  texts: readonly string[],
  calls: readonly ReplayedCall[],
  profile: Profile,
  reasoning: ProviderReasoning | undefined,
): ChatAssistantMessage {
  const text = joinTexts(texts);
  const message: ChatAssistantMessage = { role: 'assistant' };
  if (text !== '') message.content = text;
  else if (profile.emptyAssistantContent === 'null') message.content = null;
  else if (profile.emptyAssistantContent === 'empty') message.content = '';
  giveReasoningBack(message, calls, reasoning, profile);
  if (calls.length > 0) message.tool_calls = calls.map((call) => call.chat);
  return message;
}

/** @param deferred receives the images that cannot stay inside the message */
function toolMessage(
  chat: ReplayedCall['chat'],
  output: Answer['calls'][number]['output'],
  { toolImages, toolMessageName }: Profile,
  deferred: ChatImagePart[],
): ChatToolMessage {
  const message = {
    role: 'tool' as const,
    tool_call_id: chat.id,
    ...(toolMessageName ? { name: chat.function.name } : {}),
  };
  if (output === undefined) return { ...message, content: NO_OUTPUT };
  const { text, images } = readContent(output.output);
  if (images.length === 0) return { ...message, content: text.trim() === '' ? EMPTY_OUTPUT : text };
  if (toolImages === 'inline') {
    const texts = text === '' ? [] : [{ type: 'text' as const, text }];
    return { ...message, content: [...texts, ...images] };
  }
  if (toolImages === 'user-message') deferred.push(...images);
  const note = toolImages === 'user-message' ? IMAGE_OUTPUT : IMAGE_OUTPUT_UNREAD;
  return { ...message, content: text === '' ? note : `${text}\n${note}` };
}
