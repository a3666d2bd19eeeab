/**
 * The items of a request as one conversation: instructions, what users and tools say, and the assistant's answers with
 * their calls. Chat Completions has a stricter order than the Responses API (the calls of one answer are in one
 * message, directly followed by their outputs), so items are gathered into answers here, each call with its output,
 * before `messages.ts` writes them.
 */
import type { ChatPart } from '../../wire/chat.ts';
import type { InputItem } from '../../wire/responses.ts';
import { summaryIn } from '../compaction.ts';
import type { Profile } from '../profile.ts';
import { modelFamily, ownerOf, type ProviderReasoning, type ReasoningSeal } from '../reasoning/reasoning.ts';
import type { CallKind } from '../tools/kind.ts';
import type { ToolTable } from '../tools/table.ts';
import { anyContent, readContent, userContent, withImages } from './content.ts';
import { kindOf } from './item-kinds.ts';

/** What identifies an answer when its reasoning is looked up. */
export interface AnswerKey {
  text: string;
  calls: readonly { callId: string; name: string; arguments: string }[];
}

/** A call as the model made it, with the name and arguments known to its provider. */
export interface AnswerCall {
  /** The client's id of the call. */
  callId: string;
  name: string;
  /** JSON text. */
  arguments: string;
  /** The item with the tool's output; undefined if none was recorded. */
  output: InputItem | undefined;
}

/** Everything that the assistant said between two items from others. */
export interface Answer {
  kind: 'answer';
  texts: string[];
  calls: AnswerCall[];
  /** Only reasoning of the model that gets the conversation. */
  reasoning: ProviderReasoning[];
}

export type Entry =
  /** `isLeading`: they came before the conversation began. */
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

/** Gathers instructions and items, oldest first. Answers with neither text nor calls are left out. */
export function gatherEntries(
  instructions: string | null | undefined,
  items: readonly InputItem[],
  options: ConversationOptions,
): Entry[] {
  const gatherer = new Gatherer(options);
  if (instructions) gatherer.instruct(instructions);
  for (const item of items) gatherer.add(item);
  return gatherer.finish();
}

/** The key of the answer made of these output items, for looking it up when they come back. */
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
  return texts.filter((text) => text.trim() !== '').join('\n\n');
}

/** Whether reasoning is from another provider or model family, and would be refused or misread. */
export function isForeign(
  reasoning: ProviderReasoning,
  { profile, model }: Pick<ConversationOptions, 'profile' | 'model'>,
): boolean {
  return reasoning.provider !== ownerOf(profile) || modelFamily(reasoning.model) !== modelFamily(model);
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

/** A call in its answer. */
interface PlacedCall {
  answer: Answer;
  call: AnswerCall;
  /** How often it was repeated in the same answer before its output came. */
  repeats: number;
}

class Gatherer {
  readonly #options: ConversationOptions;
  #entries: Entry[] = [];
  /** The summary that replaces all that came before; the next summary will include it. */
  #summary: Entry | undefined;
  /**
   * Calls still without an output, by the client's id (empty for those without), oldest first. Ids recur, because some
   * providers count calls from 0 in every answer, so an output belongs to the newest answer with such a call: to the
   * first call there that is still open.
   */
  readonly #open = new Map<string, PlacedCall[]>();
  /** The answer that is being gathered; the first item from anyone else ends it. */
  #answer: Answer | undefined;
  #hasBegun = false;

  constructor(options: ConversationOptions) {
    this.#options = options;
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
        this.#user(anyContent(item, this.#options.profile.userImages));
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
        this.#output(item, kind.call);
        break;
      case 'agent-message':
        this.#user(agentMessage(item));
        break;
      case 'compaction':
        this.#compaction(item);
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
        // Models may begin with blank lines before a call; Anthropic's refuse text without a word (2026-11).
        if (text.trim() !== '') this.#openAnswer().texts.push(text);
        break;
      }
      default:
        this.#user(userContent(item.content, this.#options.profile.userImages));
    }
  }

  #user(content: string | ChatPart[]): void {
    if (content.length === 0 || (typeof content === 'string' && content.trim() === '')) return;
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

  /** The summary covers what the assistant said and did before; what users said stays, as in OpenAI's API. */
  #compaction(item: InputItem): void {
    const summary = summaryIn(item);
    if (summary === undefined) {
      this.#user(anyContent(item, this.#options.profile.userImages));
      return;
    }
    this.#answer = undefined;
    this.#open.clear();
    this.#entries = this.#entries.filter((entry) => entry.kind !== 'answer' && entry !== this.#summary);
    this.#user(summaryMessage(summary));
    this.#summary = this.#entries.at(-1);
  }

  #call(item: InputItem, kind: CallKind): void {
    const answer = this.#openAnswer();
    const { calls } = answer;
    const key = item.call_id || '';
    const callId = key || item.id || `call_${this.#entries.length}_${calls.length}`;
    const call = { callId, ...upstreamCall(item, kind, this.#options.tools), output: undefined };
    const open = this.#open.get(key);
    const newest = open?.at(-1);
    // Clients that continue a stored response may repeat its calls, together with their outputs.
    if (newest !== undefined && newest.call.output === undefined && isSameCall(newest.call, call)) {
      if (newest.answer === answer) newest.repeats += 1;
      return;
    }
    calls.push(call);
    const placed = { answer, call, repeats: 0 };
    if (open === undefined) this.#open.set(key, [placed]);
    else open.push(placed);
  }

  #output(sent: InputItem, kind: CallKind): void {
    this.#closeAnswer();
    const { tools } = this.#options;
    const output = kind.replayOutput?.(sent, (namespace, name) => tools.upstreamName(namespace, name));
    const item = output === undefined ? sent : { ...sent, output };
    // Codex's heartbeat, 2026-09: an output with its call id in `id`.
    const key = item.call_id || (item.id && this.#open.has(item.id) ? item.id : '');
    const answer = this.#give(item, key);
    if (answer === undefined) this.#user(orphanOutput(item, this.#options.profile));
    else this.#moveToEnd(answer);
  }

  /** Gives an output to the open call with its id that it belongs to; undefined if there is none. */
  #give(output: InputItem, key: string): Answer | undefined {
    const open = this.#open.get(key);
    const newest = open?.at(-1);
    if (open === undefined || newest === undefined) return undefined;
    const at = open.findIndex(({ answer }) => answer === newest.answer);
    const placed = open[at] ?? newest;
    const { answer, call } = placed;
    if (call.output === undefined) {
      call.output = output;
      if (placed.repeats === 0) open.splice(at, 1);
      return answer;
    }
    placed.repeats -= 1;
    if (placed.repeats === 0) open.splice(at, 1);
    if (this.#entries.at(-1) !== answer) return undefined;
    // A second output right after the first: what looked like a repeated call was a separate one.
    const last = answer.calls.findLastIndex((other) => isSameCall(other, call));
    answer.calls.splice(last + 1, 0, { ...call, output });
    return answer;
  }

  /**
   * Outputs directly follow their calls, and the output that came last must stay last, so the whole answer moves behind
   * whatever came in between.
   */
  #moveToEnd(answer: Answer): void {
    if (this.#entries.at(-1) === answer) return;
    this.#entries.splice(this.#entries.lastIndexOf(answer), 1);
    this.#entries.push(answer);
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
    this.#entries.push(answer);
  }
}

function isSameCall(left: AnswerCall, right: AnswerCall): boolean {
  return left.callId === right.callId && left.name === right.name && left.arguments === right.arguments;
}

/** Keeps what the tool said if the call of an output is gone (compaction) or comes later. */
export function orphanOutput(
  item: InputItem,
  { userImages }: Pick<Profile, 'userImages'>,
): string | ChatPart[] {
  const { text, images } = readContent(item.output);
  const told = `[output of tool call ${item.call_id ?? 'without an id'}, which is no longer in the history]\n${text}`;
  return withImages(told, images, userImages);
}

/** The summary that replaced a conversation, as a user message. */
export function summaryMessage(summary: string): string {
  return `[summary of the conversation up to here]\n${summary}`;
}

/** Codex's multi-agent messages: their `encrypted_content` parts are the model's own plain text. */
export function agentMessage(item: InputItem): string {
  const { text } = readContent(item.content);
  const sealed = Array.isArray(item.content)
    ? item.content.map((part) => ('encrypted_content' in part ? String(part.encrypted_content) : ''))
    : [];
  const body = [text, ...sealed].filter((part) => part !== '').join('\n');
  if (body === '') return '';
  return `[message from agent ${item.author ?? 'unknown'} to ${item.recipient ?? 'unknown'}]\n${body}`;
}
