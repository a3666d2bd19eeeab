/** A Responses API request as a Chat Completions request in one provider's dialect. */
import type { ChatRequest } from '../../wire/chat.ts';
import type { InputItem, ResponsesRequest } from '../../wire/responses.ts';
import type { Profile } from '../profile.ts';
import type { ProviderReasoning, ReasoningSeal } from '../reasoning/reasoning.ts';
import { ToolTable } from '../tools/table.ts';
import { type AssistantTurn, toChatMessages } from './conversation.ts';
import { applySettings } from './settings.ts';

export interface TranslationOptions {
  profile: Profile;
  /** The provider's model name, after mapping. */
  model: string;
  /** What came before this request, by `previous_response_id`. Default nothing. */
  history?: readonly InputItem[];
  /** Names of tools, as sent upstream, to remove. Default none. */
  toolDenylist?: ReadonlySet<string>;
  /** Opens the reasoning that clients send back. Default: reasoning is not replayed. */
  seal?: ReasoningSeal;
  /** Finds reasoning for a turn whose reasoning items the client dropped. Default: not found. */
  recall?: (turn: AssistantTurn) => ProviderReasoning | undefined;
}

export interface ChatTranslation {
  body: ChatRequest;
  /** Needed again to give calls back in the shape in which their tools were declared. */
  tools: ToolTable;
  /** What was left out or changed that a person may wonder about, as sentences for the log. */
  notes: string[];
}

const NO_TOOLS: ReadonlySet<string> = new Set();

/** Pure: the same request and options give the same body, byte for byte, so that prompt caches keep hitting. */
export function toChatRequest(request: ResponsesRequest, options: TranslationOptions): ChatTranslation {
  const { profile, model, history = [], toolDenylist = NO_TOOLS, seal, recall } = options;
  const items = [...history, ...inputItems(request.input)];
  const tools = new ToolTable(items, request.tools ?? [], profile, toolDenylist);
  const messages = toChatMessages(request.instructions, items, { profile, model, tools, seal, recall });
  const body: ChatRequest = { model, messages, stream: true };
  applySettings(body, request, profile, tools);
  return { body, tools, notes: notesOn(request, options, tools) };
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
