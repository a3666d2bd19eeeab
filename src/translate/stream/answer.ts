import type { Json } from '../../json.ts';
import type { ChatDelta, ChatToolCallDelta } from '../../wire/chat.ts';
import type { OutputItem, ResponsesRequest } from '../../wire/responses.ts';
import type { Profile, ReasoningField } from '../profile.ts';
import { mergeDetails } from '../reasoning/details.ts';
import { ownerOf, type ProviderReasoning, type ReasoningSeal } from '../reasoning/reasoning.ts';
import type { CallIdPrefix } from '../tools/kinds/index.ts';
import type { ToolTable } from '../tools/table.ts';
import { argumentsOf, CallTracker, isBlank } from './call-tracker.ts';
import { type DeltaParts, DeltaReader, type ReasoningDelta } from './deltas.ts';
import { CallDraft } from './drafts/call.ts';
import type { Ending, EventOutput } from './drafts/draft.ts';
import { MessageDraft, type MessagePart } from './drafts/message.ts';
import { ReasoningDraft, wantsSummary } from './drafts/reasoning.ts';
import { Healer } from './healing/healer.ts';
import { ItemQueue } from './item-queue.ts';
import type { Said } from './snapshot.ts';
import { Repetition } from './text/repetition.ts';
import { opensThinkingInPrompt } from './think-tags.ts';

export type ItemIdPrefix =
  | ('msg' | 'rs' | 'cmp' | 'call' | CallIdPrefix)
  /** Of what a provider did itself. */
  | ('ws' | 'fs' | 'ci' | 'ig' | 'mcpl' | 'mcp' | 'mcpr');

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
  /** Whether calls that the model wrote into its text become calls (see `healing/healer.ts`). Default: true. */
  heal?: boolean;
  /** Default: reasoning items carry no `encrypted_content`. */
  seal?: ReasoningSeal | undefined;
}

/** What the assistant says in one response: deltas in, items and their events out. */
export class Answer {
  readonly #options: AnswerOptions;
  readonly #out: EventOutput;
  readonly #queue: ItemQueue;
  readonly #reader: DeltaReader;
  /** Undefined where there is nothing to call. */
  readonly #healer: Healer | undefined;
  readonly #tracker: CallTracker;
  readonly #callIds = new Set<string>();
  readonly #messages: MessageDraft[] = [];
  readonly #thoughts: ReasoningDraft[] = [];
  /** The newest of their kind; still being written where the queue ends with them. */
  #message: MessageDraft | undefined;
  #thought: ReasoningDraft | undefined;
  /** Watch for the answer being sent once more, behind its end. */
  #textAgain: Repetition | undefined;
  #thoughtAgain: Repetition | undefined;
  /** Parts of `reasoning_details` that came after their reasoning item had ended. */
  readonly #lateDetails: Json[] = [];
  readonly #reasoning: ProviderReasoning[] = [];

  /** @param finished gets the items that are whole */
  constructor(options: AnswerOptions, out: EventOutput, finished: OutputItem[]) {
    this.#options = options;
    this.#out = out;
    this.#queue = new ItemQueue(out, finished);
    this.#reader = new DeltaReader(options.profile, opensThinkingInPrompt(options.model));
    const { tools, heal = true } = options;
    if (heal && tools.chatTools.length > 0) this.#healer = new Healer(tools);
    this.#tracker = new CallTracker((providerId, twin) => this.#newCall(providerId, twin));
  }

  /** Upstream names of the tools that were called so far. */
  get calledTools(): string[] {
    return this.#calls.map((call) => call.name);
  }

  /** The reasoning of the reasoning items that have ended, as it was before it was sealed, in their order. */
  get reasoning(): readonly ProviderReasoning[] {
    return this.#reasoning;
  }

  /** Whether items have begun that have not ended. */
  get isUnderWay(): boolean {
    return !this.#queue.isEmpty;
  }

  /** What was said so far, in whole. */
  get said(): Said {
    return {
      text: textOfAll(this.#messages),
      hasThought: this.#thoughts.some(({ text }) => text !== ''),
      calls: this.#calls,
    };
  }

  /** The provider has said why it stopped: what follows may be the answer once more. */
  expectRepetition(): void {
    if (this.#textAgain !== undefined) return;
    this.#speak(this.#reader.end());
    this.#textAgain = new Repetition(textOfAll(this.#messages));
    this.#thoughtAgain = new Repetition(textOfAll(this.#thoughts));
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
    this.#endReading();
    const held = this.#healer?.flush() ?? '';
    if (held !== '') this.#say('output_text', held);
  }

  /**
   * Ends the text, and makes the calls that were found in it.
   * @param isWhole whether the answer came to its end; calls of one that was cut are not offered
   * @returns the families of models whose calls were found
   */
  endAnswer(isWhole: boolean): readonly string[] {
    this.#endReading();
    if (this.#healer === undefined) return [];
    const { calls, families, text } = (this.#inThoughts(isWhole) ?? this.#healer).end(isWhole, this.#calls);
    if (text !== '') this.#say('output_text', text);
    for (const { name, arguments: args } of calls) {
      const call = this.#tracker.add();
      call.addName(name);
      call.append(args, true, this.#out);
      this.#queue.advance();
    }
    return families;
  }

  /** vLLM, 2026-11: a call may be left in the thinking. It is looked for there only where nothing else was said. */
  #inThoughts(isWhole: boolean): Healer | undefined {
    const isSilent = this.#messages.length === 0 && this.#calls.length === 0 && this.#healer?.isIdle;
    if (!isWhole || !isSilent) return undefined;
    const healer = new Healer(this.#options.tools);
    healer.read(textOfAll(this.#thoughts), undefined);
    return healer.isIdle ? undefined : healer;
  }

  /**
   * Ends all items in order.
   * @returns false where one was not whole: the answer ends before it
   */
  close(ending: Ending): boolean {
    const carrier = this.#carrier();
    const isCutMessage =
      ending === 'cut' && this.#message !== undefined && this.#queue.endsWith(this.#message);
    if (carrier !== undefined && isCutMessage) this.#queue.addBeforeLast(carrier);
    else if (carrier !== undefined) this.#queue.add(carrier);
    return this.#queue.closeAll(ending);
  }

  /** Drops the items that have not ended. */
  abandon(): void {
    this.#queue.clear();
  }

  // ------------------------------------------------------------------------------- text and reasoning

  #endReading(): void {
    this.#speak(this.#reader.end());
    const again = this.#heal(this.#textAgain?.end() ?? '');
    if (again !== '') this.#say('output_text', again);
  }

  #speak({ reasoning, text }: DeltaParts): void {
    if (reasoning !== undefined) this.#reason(reasoning);
    const fresh = this.#heal(this.#textAgain === undefined ? text : this.#textAgain.take(text));
    if (fresh !== '') this.#say('output_text', fresh);
  }

  #heal(text: string): string {
    return this.#healer === undefined || text === '' ? text : this.#healer.read(text, this.#message);
  }

  #say(part: MessagePart, text: string): void {
    let message = this.#message;
    if (message === undefined || message.part !== part || !this.#queue.endsWith(message)) {
      message = new MessageDraft(this.#options.newId('msg'), part);
      this.#message = message;
      this.#messages.push(message);
      this.#queue.begin(message);
    }
    message.append(text, this.#out);
  }

  #reason({ text: thoughtText, field, details }: ReasoningDelta): void {
    const text = this.#thoughtAgain === undefined ? thoughtText : this.#thoughtAgain.take(thoughtText);
    if (text === '' && details.length === 0) return;
    let thought = this.#thought;
    if (thought === undefined || !this.#queue.endsWith(thought)) {
      // A signature may come when the next item has begun: it does not end what is being said.
      if (text === '' && this.isUnderWay) {
        addAll(details, this.#lateDetails);
        return;
      }
      thought = this.#newReasoning(field);
      this.#thought = thought;
      this.#thoughts.push(thought);
      this.#queue.begin(thought);
    }
    // Details hold signatures: they go back, whatever else the same thinking came in.
    if (details.length > 0) thought.field = 'reasoning_details';
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
    return new ReasoningDraft(newId('rs'), field, showsSummary, ({ text, field, details }) => {
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
  #carrier(): ReasoningDraft | undefined {
    const calls = this.#calls;
    const signed = calls.filter((call) => call.extra !== undefined);
    const hasEmptyDetails = calls.length > 0 && this.#reader.hasOnlyEmptyDetails;
    if (signed.length === 0 && this.#lateDetails.length === 0 && !hasEmptyDetails) return undefined;
    const extras = Object.fromEntries(signed.map((call) => [call.callId, call.extra ?? null]));
    const carrier = this.#newReasoning('reasoning_details', extras, hasEmptyDetails);
    addAll(this.#lateDetails, carrier.details);
    return carrier;
  }

  // ------------------------------------------------------------------------------------------- calls

  get #calls(): CallDraft[] {
    return this.#tracker.calls.filter((call) => !call.isVoid);
  }

  #call(fragment: ChatToolCallDelta, position: number, siblings: number): void {
    if (isBlank(fragment)) return;
    // What was held back came before the call.
    this.endText();
    const { name } = fragment.function ?? {};
    const args = argumentsOf(fragment);
    const call = this.#tracker.resolve(fragment, args, position, siblings);
    if (name) call.addName(name);
    if (fragment.extra_content !== undefined && fragment.extra_content !== null)
      call.extra = fragment.extra_content;
    call.append(args, Boolean(name), this.#out);
    this.#queue.advance();
  }

  #newCall(providerId: string | undefined, twin: CallDraft | undefined): CallDraft {
    const isFree = providerId !== undefined && !this.#callIds.has(providerId);
    const callId = isFree ? providerId : this.#options.newId('call');
    this.#callIds.add(callId);
    const call = new CallDraft(callId, this.#options.tools, this.#options.newId, twin);
    this.#queue.add(call);
    return call;
  }

  /** Gemini, 2026-11: a signature may come by itself, after its call. */
  #signLastCall(extra: Json): void {
    const call = this.#tracker.calls.at(-1);
    if (call !== undefined) call.extra ??= extra;
  }
}

function textOfAll(drafts: readonly { text: string }[]): string {
  return drafts.map(({ text }) => text).join('');
}

/** One by one: a call takes only so many arguments, and providers send hundreds of thousands of details. */
function addAll(from: readonly Json[], to: Json[]): void {
  for (const entry of from) to.push(entry);
}
