/** Puts a provider's own reasoning back on the message that it belongs to, in the form the provider wants. */

import { isObject, type Json, type JsonObject } from '../../json.ts';
import type { ChatAssistantMessage, ChatToolCall } from '../../wire/chat.ts';
import type { Profile } from '../profile.ts';
import { mergeDetails } from './details.ts';
import type { ProviderReasoning } from './reasoning.ts';

/** A call, with the id under which its reasoning is stored. */
export interface ReplayedCall {
  callId: string;
  chat: ChatToolCall;
}

/** Whether the provider wants any reasoning back with an answer that made this many calls. */
export function wantsReasoning({ reasoningReplay, lostCallExtra }: Profile, callCount: number): boolean {
  return isReplayed(reasoningReplay.answers, callCount) || (lostCallExtra !== null && callCount > 0);
}

function isReplayed(answers: Profile['reasoningReplay']['answers'], callCount: number): boolean {
  return answers === 'all' || (answers === 'with-calls' && callCount > 0);
}

/**
 * Adds to `message` and its calls the parts of their reasoning that the provider wants back.
 * @param reasoning undefined if it was lost or came from another model
 */
export function giveReasoningBack(
  message: ChatAssistantMessage,
  calls: readonly ReplayedCall[],
  reasoning: ProviderReasoning | undefined,
  { reasoningReplay, signedThoughtsOnly, lostCallExtra, thinkTag }: Profile,
): void {
  const { answers, field, placeholder } = reasoningReplay;
  giveCallExtrasBack(calls, reasoning, lostCallExtra);
  if (!isReplayed(answers, calls.length)) return;
  // The field of lost reasoning is no longer known; this is the most common one.
  const target = field === 'as-received' ? (reasoning?.field ?? 'reasoning_content') : field;
  if (target === 'reasoning_details') {
    const details = reasoning?.details ?? (placeholder === null ? undefined : []);
    if (details !== undefined)
      message.reasoning_details = signedThoughtsOnly ? details.filter(isSigned) : details;
    return;
  }
  const thought = reasoning?.text || placeholder;
  if (thought === null) return;
  if (target === 'thinking_block') message.content = withThinkingBlock(message.content, thought);
  else if (target === 'think_tags') message.content = withThinkTags(message.content, thought, thinkTag);
  else message[target] = thought;
}

/** Joins the reasoning items of one answer (reasoning, text, reasoning); undefined if there are none. */
export function joinReasoning(parts: readonly ProviderReasoning[]): ProviderReasoning | undefined {
  const [first] = parts;
  if (first === undefined || parts.length === 1) return first;
  const details = parts.flatMap((part) => part.details ?? []);
  const hasDetails = parts.some((part) => part.details !== undefined);
  return {
    ...first,
    // Details hold signatures, so they go back, even if the same thinking also came in another field.
    field:
      details.length > 0
        ? 'reasoning_details'
        : (parts.find((part) => part.text !== '')?.field ?? first.field),
    text: parts.map((part) => part.text).join(''),
    ...(hasDetails ? { details: mergeDetails([], details) } : {}),
    callExtras: Object.fromEntries(parts.flatMap((part) => Object.entries(part.callExtras ?? {}))),
  };
}

function giveCallExtrasBack(
  calls: readonly ReplayedCall[],
  reasoning: ProviderReasoning | undefined,
  lost: Profile['lostCallExtra'],
): void {
  let isAnyGiven = false;
  for (const call of calls) {
    const extra = reasoning?.callExtras?.[call.callId];
    if (extra === undefined) continue;
    call.chat.extra_content = extra;
    isAnyGiven = true;
  }
  const [first] = calls;
  // Gemini, 2026-11: only the first of parallel calls is signed.
  if (!isAnyGiven && lost !== null && first !== undefined) first.chat.extra_content = lost;
}

/** Anthropic's and Google's backends refuse thinking text without its signature. */
function isSigned(entry: Json): boolean {
  if (!isObject(entry)) return false;
  return entry['type'] !== 'reasoning.text' || Boolean(entry['signature']);
}

function withThinkingBlock(content: ChatAssistantMessage['content'], thought: string): JsonObject[] {
  const block = { type: 'thinking', thinking: [{ type: 'text', text: thought }], closed: true };
  return typeof content === 'string' && content !== '' ? [block, { type: 'text', text: content }] : [block];
}

function withThinkTags(
  content: ChatAssistantMessage['content'],
  thought: string,
  thinkTag: Profile['thinkTag'],
): string {
  const tag = thinkTag ?? 'think';
  const text = typeof content === 'string' ? content : '';
  return `<${tag}>${thought}</${tag}>\n\n${text}`;
}
