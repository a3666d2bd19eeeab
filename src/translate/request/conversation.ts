/**
 * The items of a request as one conversation: instructions, what users and tools say, and the assistant's answers
 * with their calls. Chat Completions has a stricter order than the Responses API (the calls of one answer stand in
 * one message, and their outputs follow at once), so items are gathered into answers here, each call with its
 * output, before `messages.ts` writes them down.
 */
import type { ChatPart } from '../../wire/chat.ts';
import type { InputItem } from '../../wire/responses.ts';
import type { Profile } from '../profile.ts';
import { modelFamily, type ProviderReasoning, type ReasoningSeal } from '../reasoning/reasoning.ts';
import type { CallKind } from '../tools/kind.ts';
import type { ToolTable } from '../tools/table.ts';
import { anyText, readContent, userContent } from './content.ts';
import { kindOf } from './item-kinds.ts';

/** What an answer is recognised by when its reasoning is looked up. */
export interface AnswerKey {
  text: string;
  calls: readonly { callId: string; name: string; arguments: string }[];
}

/** A call as the model made it: with the name and the arguments that its provider knows. */
export interface AnswerCall {
  /** The client's id of the call. */
  callId: string;
  name: string;
  /** JSON text. */
  arguments: string;
  /** The item with the tool's output; undefined where none was recorded. */
  output: InputItem | undefined;
}

/** Everything that the assistant said between two items that are not the assistant's. */
export interface Answer {
  kind: 'answer';
  texts: string[];
  calls: AnswerCall[];
  /** Of the model that gets the conversation; another's is left out. */
  reasoning: ProviderReasoning[];
}

export type Entry =
  /** `isLeading`: it stood before the conversation began. */
  | { kind: 'instructions'; text: string; isLeading: boolean }
  | { kind: 'user'; content: string | ChatPart[] }
  | Answer;

export interface ConversationOptions {
  profile: Profile;
  /** The model that gets the conversation; only reasoning of its own family goes back to it. */
  model: string;
  tools: ToolTable;
  seal: ReasoningSeal | undefined;
}

/** Gathers instructions and items, oldest first. Answers that hold neither text nor calls are left out. */
export function gatherEntries(
  instructions: string | null | undefined,
  items: readonly InputItem[],
  options: ConversationOptions,
): Entry[] {
  const gatherer = new Gatherer(items, options);
  if (instructions) gatherer.instruct(instructions);
  for (const item of items) gatherer.add(item);
  return gatherer.finish();
}

/** The key of the answer that these output items make, as it will be looked up when they come back. */
export function answerKeyOf(output: readonly InputItem[], tools: ToolTable): AnswerKey {
  const calls = output.flatMap((item) => {
    const kind = kindOf(item);
    if (kind?.role !== 'call') return [];
    return [{ callId: item.call_id ?? '', ...upstreamCall(item, kind.call, tools) }];
  });
  const texts = output.map((item) => (item.type === 'message' ? readContent(item.content).text : ''));
  return { text: joinTexts(texts), calls };
}

export function joinTexts(texts: readonly string[]): string {
  return texts.filter((text) => text !== '').join('\n\n');
}

/** Reasoning of another provider or model family: its reader would refuse or misread it. */
export function isForeign(
  reasoning: ProviderReasoning,
  { profile, model }: Pick<ConversationOptions, 'profile' | 'model'>,
): boolean {
  return reasoning.provider !== profile.id || modelFamily(reasoning.model) !== modelFamily(model);
}

function upstreamCall(
  item: InputItem,
  kind: CallKind,
  tools: ToolTable,
): Pick<AnswerCall, 'name' | 'arguments'> {
  return {
    name: tools.upstreamName(item.namespace, item.name ?? kind.defaultName),
    arguments: kind.replay(item),
  };
}

class Gatherer {
  readonly #options: ConversationOptions;
  readonly #entries: Entry[] = [];
  /** Outputs by call id, in order; each is taken by the first call with that id that has none yet. */
  readonly #outputs = new Map<string, InputItem[]>();
  readonly #taken = new Set<InputItem>();
  /** The answer that is being gathered: it ends with the first item that is not the assistant's. */
  #answer: Answer | undefined;
  #hasBegun = false;

  constructor(items: readonly InputItem[], options: ConversationOptions) {
    this.#options = options;
    for (const item of items) {
      if (kindOf(item)?.role !== 'output' || item.call_id === undefined) continue;
      const waiting = this.#outputs.get(item.call_id);
      if (waiting === undefined) this.#outputs.set(item.call_id, [item]);
      else waiting.push(item);
    }
  }

  instruct(text: string): void {
    if (text === '') return;
    const isLeading = !this.#hasBegun || this.#options.profile.lateInstructions === 'fold';
    if (!isLeading) this.#closeAnswer();
    this.#entries.push({ kind: 'instructions', text, isLeading });
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
        this.#call(item, kind.call);
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

  finish(): Entry[] {
    this.#closeAnswer();
    return this.#entries;
  }

  #message(item: InputItem): void {
    switch (item.role) {
      case 'system':
      case 'developer':
        this.instruct(readContent(item.content).text);
        break;
      case 'assistant': {
        const { text } = readContent(item.content);
        if (text !== '') this.#openAnswer().texts.push(text);
        break;
      }
      default:
        this.#user(userContent(item.content, this.#options.profile.userImages));
    }
  }

  #user(content: string | ChatPart[]): void {
    if (content.length === 0) return;
    this.#closeAnswer();
    this.#hasBegun = true;
    this.#entries.push({ kind: 'user', content });
  }

  #reasoning(item: InputItem): void {
    const answer = this.#openAnswer();
    const sealed = item.encrypted_content;
    const reasoning = sealed ? this.#options.seal?.open(sealed) : undefined;
    if (reasoning !== undefined && !isForeign(reasoning, this.#options)) answer.reasoning.push(reasoning);
  }

  #call(item: InputItem, kind: CallKind): void {
    const { calls } = this.#openAnswer();
    const callId = item.call_id ?? item.id ?? `call_${this.#entries.length}_${calls.length}`;
    calls.push({ callId, ...upstreamCall(item, kind, this.#options.tools), output: undefined });
  }

  #output(item: InputItem): void {
    this.#closeAnswer();
    if (this.#taken.has(item)) return;
    const { text } = readContent(item.output);
    this.#user(
      `[output of tool call ${item.call_id ?? 'without an id'}, which is no longer in the history]\n${text}`,
    );
  }

  #openAnswer(): Answer {
    this.#hasBegun = true;
    this.#answer ??= { kind: 'answer', texts: [], calls: [], reasoning: [] };
    return this.#answer;
  }

  #closeAnswer(): void {
    const answer = this.#answer;
    if (answer === undefined) return;
    this.#answer = undefined;
    if (answer.texts.length === 0 && answer.calls.length === 0) return;
    for (const call of answer.calls) {
      call.output = this.#outputs.get(call.callId)?.shift();
      if (call.output !== undefined) this.#taken.add(call.output);
    }
    this.#entries.push(answer);
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
