/**
 * Translates a Responses API request into a Chat Completions request in one provider's dialect. There are two pure
 * steps, so that reasoning that the client dropped can be looked up in between: reading tells which answers lack
 * theirs.
 */
import type { JsonObject } from '../../json.ts';
import type { ChatRequest } from '../../wire/chat.ts';
import type { InputItem, ResponsesRequest } from '../../wire/responses.ts';
import { asSummaryRequest, isUnreadable } from '../compaction.ts';
import type { Profile } from '../profile.ts';
import type { ProviderReasoning, ReasoningSeal } from '../reasoning/reasoning.ts';
import { wantsReasoning } from '../reasoning/replay.ts';
import { ToolTable } from '../tools/table.ts';
import { type Answer, type Entry, gatherEntries } from './conversation.ts';
import { writeMessages } from './messages.ts';
import { applySettings } from './settings.ts';

export interface TranslationOptions {
  profile: Profile;
  /** The provider's model name, after mapping. */
  model: string;
  /** The items before this request, by `previous_response_id`. Default none. */
  history?: readonly InputItem[];
  /** Names (as sent upstream) of tools to remove. Default none. */
  toolDenylist?: ReadonlySet<string>;
  /** Opens the reasoning that clients send back. Default: reasoning is not replayed. */
  seal?: ReasoningSeal;
  /** Fields of the body that override what the translation sets. Default none. */
  extraParams?: Readonly<JsonObject>;
  /** Fields of the body that are left out, whatever set them. Default none. */
  dropParams?: readonly string[];
}

/** A request that has been read but not yet written for the provider. */
export interface Conversation {
  /** What the model is asked; for a compaction, to write the summary. */
  request: ResponsesRequest;
  options: TranslationOptions;
  tools: ToolTable;
  entries: readonly Entry[];
  /** The answers whose reasoning the provider wants back and the client did not send. */
  lacking: readonly Answer[];
}

export interface ChatTranslation {
  body: ChatRequest;
  /** Needed again to return calls in the shape in which their tools were declared. */
  tools: ToolTable;
  /** Sentences for the log about omissions and changes that a person may wonder about. */
  notes: string[];
}

const NO_TOOLS: ReadonlySet<string> = new Set();
const NOTHING_RECALLED: ReadonlyMap<Answer, ProviderReasoning> = new Map();

/** Both steps at once. The same request and options give the same bytes, so that prompt caches keep working. */
export function toChatRequest(request: ResponsesRequest, options: TranslationOptions): ChatTranslation {
  return writeChatRequest(readConversation(request, options));
}

export function readConversation(asked: ResponsesRequest, options: TranslationOptions): Conversation {
  const request = asSummaryRequest(asked);
  const { profile, model, history = [], toolDenylist = NO_TOOLS, seal } = options;
  const items = [...history, ...inputItems(request.input)];
  const tools = new ToolTable(items, request.tools ?? [], profile, toolDenylist);
  const entries = gatherEntries(request.instructions, items, { profile, model, tools, seal });
  const lacking = entries.filter(
    (entry): entry is Answer =>
      entry.kind === 'answer' && entry.reasoning.length === 0 && wantsReasoning(profile, entry.calls.length),
  );
  return { request, options, tools, entries, lacking };
}

/** @param recalled reasoning for some of the answers that lack theirs */
export function writeChatRequest(
  { request, options, tools, entries }: Conversation,
  recalled = NOTHING_RECALLED,
): ChatTranslation {
  const { profile, model } = options;
  const body: ChatRequest = { model, messages: writeMessages(entries, profile, recalled), stream: true };
  applySettings(body, request, profile, tools);
  return { body: withUsersParams(body, options), tools, notes: notesOn(request, options, tools) };
}

/** The body with the user's fields set and removed: the user has the last word. */
function withUsersParams(
  body: ChatRequest,
  { extraParams, dropParams = [] }: TranslationOptions,
): ChatRequest {
  const whole: ChatRequest = { ...body, ...extraParams };
  for (const field of dropParams) delete whole[field];
  return whole;
}

function notesOn(
  request: ResponsesRequest,
  { profile, model }: TranslationOptions,
  tools: ToolTable,
): string[] {
  const notes: string[] = [];
  if (tools.surplus > 0) {
    notes.push(`${profile.name} takes at most ${profile.maxTools} tools: ${tools.surplus} were left out`);
  }
  if (inputItems(request.input).some(isUnreadable)) {
    notes.push(
      `a summary of the conversation cannot be opened (another service made it, or it is damaged): ${model} goes on without it`,
    );
  }
  const effort = request.reasoning?.effort;
  const forced = profile.effortWithTools;
  if (forced !== null && effort && effort !== forced && tools.chatTools.length > 0) {
    notes.push(
      `${profile.name} accepts tools of ${model} only with reasoning effort "${forced}": "${effort}" was not sent`,
    );
  }
  return notes;
}

export function inputItems(input: ResponsesRequest['input']): readonly InputItem[] {
  return typeof input === 'string' ? [{ type: 'message', role: 'user', content: input }] : input;
}
