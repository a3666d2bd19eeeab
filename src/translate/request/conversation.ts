/**
 * The items of a request as Chat messages. Chat Completions has a stricter order than the Responses API: the
 * calls of one assistant turn stand in one message, and their outputs follow it at once. Items are therefore
 * gathered into turns, and every output is moved directly behind the message that holds its call.
 */

import type { ChatAssistantMessage, ChatImagePart, ChatMessage, ChatToolMessage } from '../../wire/chat.ts';
import type { InputItem } from '../../wire/responses.ts';
import type { Profile } from '../profile.ts';
import { modelFamily, type ProviderReasoning, type ReasoningSeal } from '../reasoning/reasoning.ts';
import { giveReasoningBack, joinReasoning, type ReplayedCall, wantsReasoning } from '../reasoning/replay.ts';
import type { ToolTable } from '../tools/table.ts';
import { CallIds } from './call-ids.ts';
import { anyText, readContent, userContent } from './content.ts';
import { type CallKind, kindOf } from './item-kinds.ts';
import { MessageList } from './message-list.ts';

const NO_OUTPUT = '[no output was recorded for this call: it was interrupted]';
const EMPTY_OUTPUT = '[empty output]';
const IMAGE_OUTPUT = '[the output is an image; it follows as a message]';
const IMAGE_OUTPUT_UNREAD = '[the output is an image; this model reads text only]';

/** An assistant turn, as reasoning can be looked up for it. */
export interface AssistantTurn {
  text: string;
  calls: readonly { callId: string; name: string; arguments: string }[];
}

export interface ConversationOptions {
  profile: Profile;
  /** The model that gets the conversation; only reasoning of its own family goes back to it. */
  model: string;
  tools: ToolTable;
  seal: ReasoningSeal | undefined;
  /** Finds reasoning of a turn whose reasoning items the client dropped. */
  recall: ((turn: AssistantTurn) => ProviderReasoning | undefined) | undefined;
}

/** The assistant turn that an answer's items make, in the form in which it is looked up later. */
export function assistantTurnOf(output: readonly InputItem[], tools: ToolTable): AssistantTurn {
  const calls = output.flatMap((item) => {
    const kind = kindOf(item);
    if (kind?.role !== 'call') return [];
    return [{ callId: item.call_id ?? '', ...chatFunction(item, kind, tools) }];
  });
  const texts = output.map((item) => (item.type === 'message' ? readContent(item.content).text : ''));
  return { text: joinTexts(texts), calls };
}

function chatFunction(item: InputItem, kind: CallKind, tools: ToolTable): ReplayedCall['chat']['function'] {
  return {
    name: tools.upstreamName(item.namespace, item.name ?? kind.defaultName),
    arguments: kind.arguments(item),
  };
}

function joinTexts(texts: readonly string[]): string {
  return texts.filter((text) => text !== '').join('\n\n');
}

export function toChatMessages(
  instructions: string | null | undefined,
  items: readonly InputItem[],
  options: ConversationOptions,
): ChatMessage[] {
  const builder = new ConversationBuilder(items, options);
  if (instructions) builder.instruct(instructions);
  for (const item of items) builder.add(item);
  return builder.finish();
}

/** The assistant turn that is being gathered: it ends with the first item that is not the assistant's. */
class OpenTurn {
  readonly texts: string[] = [];
  /** Each with the client's call id, by which its output is found. */
  readonly calls: ReplayedCall[] = [];
  readonly reasoning: ProviderReasoning[] = [];
}

class ConversationBuilder {
  readonly #options: ConversationOptions;
  readonly #list: MessageList;
  readonly #callIds: CallIds;
  readonly #leading: string[] = [];
  /** Outputs by call id, in order; each is taken by the first call with that id that has none yet. */
  readonly #outputs = new Map<string, InputItem[]>();
  readonly #taken = new Set<InputItem>();
  #turn: OpenTurn | undefined;
  #started = false;

  constructor(items: readonly InputItem[], options: ConversationOptions) {
    this.#options = options;
    this.#list = new MessageList(options.profile);
    this.#callIds = new CallIds(options.profile.toolCallIds);
    for (const item of items) {
      if (kindOf(item)?.role !== 'output' || item.call_id === undefined) continue;
      const waiting = this.#outputs.get(item.call_id);
      if (waiting === undefined) this.#outputs.set(item.call_id, [item]);
      else waiting.push(item);
    }
  }

  instruct(text: string): void {
    const { lateInstructions, instructionRole } = this.#options.profile;
    if (text === '') return;
    if (!this.#started || lateInstructions === 'fold') {
      this.#leading.push(text);
      return;
    }
    this.#closeTurn();
    this.#list.push(
      lateInstructions === 'keep'
        ? { role: instructionRole, content: text }
        : { role: 'user', content: `[instructions]\n${text}` },
    );
  }

  add(item: InputItem): void {
    const kind = kindOf(item);
    switch (kind?.role) {
      case undefined:
        this.#user(anyText(item));
        break;
      case 'message':
        this.#message(item);
        break;
      case 'reasoning':
        this.#reasoning(item);
        break;
      case 'call':
        this.#call(item, kind);
        break;
      case 'output':
        this.#output(item);
        break;
      case 'agent-message':
        this.#user(agentMessage(item));
        break;
      case 'ignored':
        break;
    }
  }

  finish(): ChatMessage[] {
    this.#closeTurn();
    this.#list.end();
    const { messages } = this.#list;
    if (this.#leading.length === 0) return messages;
    const content = this.#leading.join('\n\n');
    return [{ role: this.#options.profile.instructionRole, content }, ...messages];
  }

  #message(item: InputItem): void {
    switch (item.role) {
      case 'system':
      case 'developer':
        this.instruct(readContent(item.content).text);
        break;
      case 'assistant': {
        const { text } = readContent(item.content);
        if (text !== '') this.#openTurn().texts.push(text);
        break;
      }
      default:
        this.#user(userContent(item.content, this.#options.profile.userImages));
    }
  }

  #user(content: ReturnType<typeof userContent>): void {
    if (content.length === 0) return;
    this.#closeTurn();
    this.#started = true;
    this.#list.push({ role: 'user', content });
  }

  #reasoning(item: InputItem): void {
    const turn = this.#openTurn();
    const sealed = item.encrypted_content;
    const reasoning = sealed ? this.#options.seal?.open(sealed) : undefined;
    if (reasoning !== undefined && this.#isOurs(reasoning)) turn.reasoning.push(reasoning);
  }

  /** Reasoning of another provider or model family is dropped: its new reader would refuse or misread it. */
  #isOurs(reasoning: ProviderReasoning): boolean {
    const { profile, model } = this.#options;
    return reasoning.provider === profile.id && modelFamily(reasoning.model) === modelFamily(model);
  }

  #call(item: InputItem, kind: CallKind): void {
    const turn = this.#openTurn();
    const callId = item.call_id ?? item.id ?? `call_${this.#list.messages.length}_${turn.calls.length}`;
    // A client may use one id twice in a turn; a provider may not see it twice.
    const isRepeated = turn.calls.some((call) => call.callId === callId);
    const chat = {
      id: this.#callIds.upstream(isRepeated ? `${callId}_${turn.calls.length}` : callId),
      type: 'function' as const,
      function: chatFunction(item, kind, this.#options.tools),
    };
    turn.calls.push({ callId, chat });
  }

  #output(item: InputItem): void {
    this.#closeTurn();
    if (this.#taken.has(item)) return;
    const { text } = readContent(item.output);
    this.#user(
      `[output of tool call ${item.call_id ?? 'without an id'}, which is no longer in the history]\n${text}`,
    );
  }

  #openTurn(): OpenTurn {
    this.#started = true;
    this.#turn ??= new OpenTurn();
    return this.#turn;
  }

  #closeTurn(): void {
    const turn = this.#turn;
    if (turn === undefined) return;
    this.#turn = undefined;
    if (turn.texts.length === 0 && turn.calls.length === 0) return;
    this.#list.push(this.#assistantMessage(turn));
    this.#toolMessages(turn.calls);
  }

  #assistantMessage(turn: OpenTurn): ChatAssistantMessage {
    const { profile } = this.#options;
    const text = joinTexts(turn.texts);
    const message: ChatAssistantMessage = { role: 'assistant' };
    if (text !== '') message.content = text;
    else if (profile.emptyAssistantContent === 'null') message.content = null;
    else if (profile.emptyAssistantContent === 'empty') message.content = '';
    const isWanted = wantsReasoning(profile, turn.calls.length);
    const reasoning = joinReasoning(turn.reasoning) ?? (isWanted ? this.#recalled(turn, text) : undefined);
    giveReasoningBack(message, turn.calls, reasoning, profile);
    if (turn.calls.length > 0) message.tool_calls = turn.calls.map((call) => call.chat);
    return message;
  }

  #recalled(turn: OpenTurn, text: string): ProviderReasoning | undefined {
    const calls = turn.calls.map(({ callId, chat }) => ({ callId, ...chat.function }));
    const found = this.#options.recall?.({ text, calls });
    return found !== undefined && this.#isOurs(found) ? found : undefined;
  }

  /** The outputs of one assistant message; images that cannot stay inside follow behind all of them. */
  #toolMessages(calls: readonly ReplayedCall[]): void {
    const images: ChatImagePart[] = [];
    for (const call of calls) {
      const output = this.#outputs.get(call.callId)?.shift();
      if (output !== undefined) this.#taken.add(output);
      this.#list.push(this.#toolMessage(call, output, images));
    }
    if (images.length === 0) return;
    this.#list.push({
      role: 'user',
      content: [{ type: 'text', text: 'Images from the tool outputs above:' }, ...images],
    });
  }

  #toolMessage(
    { chat }: ReplayedCall,
    output: InputItem | undefined,
    deferred: ChatImagePart[],
  ): ChatToolMessage {
    const { toolImages, toolMessageName } = this.#options.profile;
    const message = {
      role: 'tool' as const,
      tool_call_id: chat.id,
      ...(toolMessageName ? { name: chat.function.name } : {}),
    };
    if (output === undefined) return { ...message, content: NO_OUTPUT };
    const { text, images } = readContent(output.output);
    if (images.length === 0) return { ...message, content: text || EMPTY_OUTPUT };
    if (toolImages === 'inline') {
      const texts = text === '' ? [] : [{ type: 'text' as const, text }];
      return { ...message, content: [...texts, ...images] };
    }
    if (toolImages === 'user-message') deferred.push(...images);
    const note = toolImages === 'user-message' ? IMAGE_OUTPUT : IMAGE_OUTPUT_UNREAD;
    return { ...message, content: text === '' ? note : `${text}\n${note}` };
  }
}

/** Codex's multi-agent messages: their `encrypted_content` parts are the model's own plain text. */
function agentMessage(item: InputItem): string {
  const { text } = readContent(item.content);
  const sealed = Array.isArray(item.content)
    ? item.content.map((part) => ('encrypted_content' in part ? String(part.encrypted_content) : ''))
    : [];
  const body = [text, ...sealed].filter((part) => part !== '').join('\n');
  if (body === '') return '';
  return `[message from agent ${item.author ?? 'unknown'} to ${item.recipient ?? 'unknown'}]\n${body}`;
}
