/**
 * Frames that hold the whole message so far instead of only what is new: the last frame of some gateways (MiniMax,
 * 2026-11), or every frame. Only what they add counts.
 */
import type { ChatDelta, ChatToolCallDelta } from '../../wire/chat.ts';
import { argumentsOf } from './call-tracker.ts';
import type { CallDraft } from './drafts/call.ts';
import { refusalOf, textOf } from './parts.ts';

/** What the answer has said so far. */
export interface SaidSoFar {
  text: string;
  hasThought: boolean;
  calls: readonly CallDraft[];
}

/** A shorter delta may be the same as the whole answer by chance. */
const MIN_CHARS_OF_ALL = 24;

/** Whether the last delta is everything that was said, as from gateways that only pretend to stream. */
export function isAllOf(answer: { readonly said: SaidSoFar }, { content }: ChatDelta): boolean {
  return typeof content === 'string' && content.length >= MIN_CHARS_OF_ALL && content === answer.said.text;
}

/** Whether a message repeats what was said, in whole or in part, perhaps followed by more. */
export function repeats(message: ChatDelta, { text }: SaidSoFar): boolean {
  return addedText(textOf(message), text) !== undefined;
}

/** What a message adds to what was said. */
export function newIn(message: ChatDelta, said: SaidSoFar): ChatDelta {
  if (said.text === '' && !said.hasThought && said.calls.length === 0) return message;
  const { reasoning_details, extra_content } = message;
  const isOpen = said.text === '' && !said.hasThought;
  const tool_calls = (message.tool_calls ?? []).flatMap((call, at) => newInCall(call, said.calls, at));
  return {
    // New thinking could only come before the rest, but signatures may come as late as this.
    ...(isOpen ? message : {}),
    ...(reasoning_details ? { reasoning_details } : {}),
    content: addedText(textOf(message), said.text) ?? null,
    refusal: said.text === '' ? refusalOf(message) : null,
    tool_calls,
    ...(extra_content === undefined ? {} : { extra_content }),
  };
}

/** Undefined if the text is a different one. */
function addedText(text: string, said: string): string | undefined {
  if (text.startsWith(said)) return text.slice(said.length);
  const [trimmed, known] = [text.trim(), said.trim()];
  if (known.startsWith(trimmed)) return '';
  return trimmed.startsWith(known) ? trimmed.slice(known.length) : undefined;
}

function newInCall(call: ChatToolCallDelta, known: readonly CallDraft[], at: number): ChatToolCallDelta[] {
  const match = known.find(({ callId }) => callId === call.id) ?? known[at];
  if (match === undefined) return [call];
  const args = argumentsOf(call);
  const isGrown = !match.isWhole && args.length > match.arguments.length && args.startsWith(match.arguments);
  if (match.callId !== call.id || !isGrown || (match.arguments === '' && match.hasArguments)) return [];
  return [
    {
      ...call,
      function: { name: call.function?.name ?? null, arguments: args.slice(match.arguments.length) },
    },
  ];
}
