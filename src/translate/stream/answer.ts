import type { Json } from '../../json.ts';
import type { ChatDelta, ChatToolCallDelta } from '../../wire/chat.ts';
import type { OutputItem, ResponsesRequest } from '../../wire/responses.ts';
import type { Profile, ReasoningField } from '../profile.ts';
import { mergeDetails } from '../reasoning/details.ts';
import { ownerOf, type ProviderReasoning, type ReasoningSeal } from '../reasoning/reasoning.ts';
import type { CallIdPrefix } from '../tools/kinds/index.ts';
import type { ToolTable } from '../tools/table.ts';
import { CallTracker } from './call-tracker.ts';
import { type DeltaParts, DeltaReader, type ReasoningDelta } from './deltas.ts';
import { CallDraft } from './drafts/call.ts';
import type { Ending, EventOutput } from './drafts/draft.ts';
import { MessageDraft, type MessagePart } from './drafts/message.ts';
import { ReasoningDraft } from './drafts/reasoning.ts';
import { ItemQueue } from './item-queue.ts';

export type ItemIdPrefix = 'msg' | 'rs' | 'call' | CallIdPrefix;

export interface AnswerOptions {
  request: ResponsesRequest;
  profile: Profile;
  /** The provider's model name; reasoning is tagged with it. */
  model: string;
  /** Of the same request's `toChatRequest`. */
  tools: ToolTable;
  /** A new unique id, e.g. `msg_...`: Codex keeps ids only under the API's own prefixes. */
  newId: (prefix: ItemIdPrefix) => string;
  /** Codex gets errors under the codes that it understands, and summaries where it asks. Default: false. */
  isCodex?: boolean;
  /** Default: reasoning items carry no `encrypted_content`. */
  seal?: ReasoningSeal | undefined;
}

/** What the assistant says in one response: deltas in, items and their events out. */
export class Answer {
  readonly #options: AnswerOptions;
  readonly #out: EventOutput;
  readonly #queue: ItemQueue;
  readonly #reader: DeltaReader;
  readonly #tracker: CallTracker;
  readonly #callIds = new Set<string>();
  /** The newest of their kind; still being written where the queue ends with them. */
  #message: MessageDraft | undefined;
  #thought: ReasoningDraft | undefined;
  /** Parts of `reasoning_details` that came after their reasoning item had ended. */
  readonly #lateDetails: Json[] = [];
  readonly #reasoning: ProviderReasoning[] = [];

  /** @param finished gets the items that are whole */
  constructor(options: AnswerOptions, out: EventOutput, finished: OutputItem[]) {
    this.#options = options;
    this.#out = out;
    this.#queue = new ItemQueue(out, finished);
    this.#reader = new DeltaReader(options.profile);
    this.#tracker = new CallTracker((providerId) => this.#newCall(providerId));
  }

  /** Upstream names of the tools that were called so far. */
  get calledTools(): string[] {
    return this.#tracker.calls.map((call) => call.name);
  }

  /** The reasoning of the reasoning items that have ended, as it was before it was sealed, in their order. */
  get reasoning(): readonly ProviderReasoning[] {
    return this.#reasoning;
  }

  /** Whether items have begun that have not ended. */
  get isUnderWay(): boolean {
    return !this.#queue.isEmpty;
  }

  read(delta: ChatDelta): void {
    this.#speak(this.#reader.read(delta));
    if (delta.refusal) {
      this.endText();
      this.#say('refusal', delta.refusal);
    }
    const calls = delta.tool_calls;
    if (calls) {
      for (let at = 0; at < calls.length; at++) {
        const fragment = calls[at];
        if (fragment) this.#call(fragment, at, calls.length);
      }
    }
    if (delta.extra_content) this.#signLastCall(delta.extra_content);
  }

  /** Says what was held back because it might have been the beginning of a tag. */
  endText(): void {
    this.#speak(this.#reader.end());
  }

  /**
   * Ends all items in order.
   * @returns false where one was not whole: the answer ends before it
   */
  close(ending: Ending): boolean {
    this.#carryMetadata();
    return this.#queue.closeAll(ending);
  }

  /** Drops the items that have not ended. */
  abandon(): void {
    this.#queue.clear();
  }

  // ------------------------------------------------------------------------------- text and reasoning

  #speak({ reasoning, text }: DeltaParts): void {
    if (reasoning !== undefined) this.#reason(reasoning);
    if (text !== '') this.#say('output_text', text);
  }

  #say(part: MessagePart, text: string): void {
    let message = this.#message;
    if (message === undefined || message.part !== part || !this.#queue.endsWith(message)) {
      message = new MessageDraft(this.#options.newId('msg'), part);
      this.#message = message;
      this.#queue.begin(message);
    }
    message.append(text, this.#out);
  }

  #reason({ text, field, details }: ReasoningDelta): void {
    let thought = this.#thought;
    if (thought === undefined || !this.#queue.endsWith(thought)) {
      // A signature may come when the next item has begun: it does not end what is being said.
      if (text === '' && this.isUnderWay) {
        addAll(details, this.#lateDetails);
        return;
      }
      thought = this.#newReasoning(field);
      this.#thought = thought;
      this.#queue.begin(thought);
    }
    addAll(details, thought.details);
    thought.append(text, this.#out);
  }

  #newReasoning(
    field: ReasoningField,
    callExtras?: ProviderReasoning['callExtras'],
    hasEmptyDetails = false,
  ): ReasoningDraft {
    const { request, profile, model, seal, newId, isCodex = false } = this.#options;
    const showsSummary = wantsSummary(request.reasoning?.summary, isCodex);
    return new ReasoningDraft(newId('rs'), showsSummary, ({ text, details }) => {
      const reasoning: ProviderReasoning = {
        provider: ownerOf(profile),
        model,
        text,
        field,
        ...(details.length > 0 || hasEmptyDetails ? { details: mergeDetails([], details) } : {}),
        ...(callExtras === undefined ? {} : { callExtras }),
      };
      this.#reasoning.push(reasoning);
      return seal?.seal(reasoning);
    });
  }

  /** What must go back but came after its reasoning item had ended travels in a reasoning item of its own. */
  #carryMetadata(): void {
    const { calls } = this.#tracker;
    const signed = calls.filter((call) => call.extra !== undefined);
    const hasEmptyDetails = calls.length > 0 && this.#reader.hasOnlyEmptyDetails;
    if (signed.length === 0 && this.#lateDetails.length === 0 && !hasEmptyDetails) return;
    const extras = Object.fromEntries(signed.map((call) => [call.callId, call.extra ?? null]));
    const carrier = this.#newReasoning('reasoning_details', extras, hasEmptyDetails);
    addAll(this.#lateDetails, carrier.details);
    this.#queue.add(carrier);
  }

  // ------------------------------------------------------------------------------------------- calls

  #call(fragment: ChatToolCallDelta, position: number, siblings: number): void {
    if (isBlank(fragment)) return;
    // What was held back came before the call.
    this.endText();
    const call = this.#tracker.resolve(fragment, position, siblings);
    const args = fragment.function?.arguments;
    if (fragment.function?.name) call.addName(fragment.function.name);
    if (fragment.extra_content !== undefined && fragment.extra_content !== null)
      call.extra = fragment.extra_content;
    if (args !== undefined && args !== null)
      call.append(typeof args === 'string' ? args : JSON.stringify(args), this.#out);
    this.#queue.advance();
  }

  #newCall(providerId: string | undefined): CallDraft {
    const isFree = providerId !== undefined && !this.#callIds.has(providerId);
    const callId = isFree ? providerId : this.#options.newId('call');
    this.#callIds.add(callId);
    const call = new CallDraft(callId, this.#options.tools, this.#options.newId);
    this.#queue.add(call);
    return call;
  }

  /** Gemini, 2026-11: a signature may come by itself, after its call. */
  #signLastCall(extra: Json): void {
    const call = this.#tracker.calls.at(-1);
    if (call !== undefined) call.extra ??= extra;
  }
}

/** One by one: a call takes only so many arguments, and providers send hundreds of thousands of details. */
function addAll(from: readonly Json[], to: Json[]): void {
  for (const entry of from) to.push(entry);
}

/** A fragment that says nothing begins no call: gateways fill `tool_calls` of plain text with them. */
function isBlank({ id, function: called, extra_content }: ChatToolCallDelta): boolean {
  return !id && !called?.name && (called?.arguments ?? '') === '' && (extra_content ?? null) === null;
}

/** Clients that do not ask still show what comes, and see it in no other way; Codex asks for what it wants. */
function wantsSummary(summary: string | null | undefined, isCodex: boolean): boolean {
  return summary === undefined ? !isCodex : summary !== null && summary !== 'none';
}
