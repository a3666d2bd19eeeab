import type { Json } from '../../json.ts';
import type { ChatDelta, ChatToolCallDelta } from '../../wire/chat.ts';
import type { OutputItem } from '../../wire/responses.ts';
import type { ReasoningField } from '../profile.ts';
import { mergeDetails } from '../reasoning/details.ts';
import { ownerOf, type ProviderReasoning } from '../reasoning/reasoning.ts';
import { argumentsOf, CallTracker, isBlank } from './call-tracker.ts';
import { type DeltaParts, DeltaReader, type ReasoningDelta } from './deltas.ts';
import { CallDraft } from './drafts/call.ts';
import type { Ending, EventOutput } from './drafts/draft.ts';
import { MessageDraft, type MessagePart, refusalPart } from './drafts/message.ts';
import { ReasoningDraft, wantsSummary } from './drafts/reasoning.ts';
import { ItemQueue } from './item-queue.ts';
import type { AnswerOptions } from './options.ts';
import { OutgoingText } from './outgoing-text.ts';
import { refusalOf } from './parts.ts';
import type { SaidSoFar } from './snapshot.ts';
import { Repetition } from './text/repetition.ts';
import { opensThinkingInPrompt } from './think-tags.ts';
import type { WatchedText } from './unopened.ts';

/** What the assistant says in one response: deltas in, items and their events out. */
export class Answer {
  readonly #options: AnswerOptions;
  readonly #out: EventOutput;
  readonly #queue: ItemQueue;
  readonly #reader: DeltaReader;
  readonly #text: OutgoingText;
  readonly #tracker: CallTracker;
  readonly #callIds = new Set<string>();
  readonly #messages: MessageDraft[] = [];
  readonly #thoughts: ReasoningDraft[] = [];
  /** The newest of each kind; still being written if the queue ends with it. */
  #message: MessageDraft | undefined;
  #thought: ReasoningDraft | undefined;
  /** Detect an answer that is sent again after its end. */
  #textAgain: Repetition | undefined;
  #thoughtAgain: Repetition | undefined;
  /** Parts of `reasoning_details` that came after their reasoning item had ended. */
  readonly #lateDetails: Json[] = [];
  readonly #reasoning: ProviderReasoning[] = [];

  /** @param finished receives the complete items */
  constructor(options: AnswerOptions, out: EventOutput, finished: OutputItem[]) {
    this.#options = options;
    this.#out = out;
    this.#queue = new ItemQueue(out, finished);
    const { profile, model, mayWait = false } = options;
    const waits = mayWait || opensThinkingInPrompt(model);
    this.#reader = new DeltaReader(profile, waits);
    this.#text = new OutgoingText(options, !waits && profile.thinkTag !== null);
    this.#tracker = new CallTracker((providerId, twin) => this.#newCall(providerId, twin));
  }

  /** Upstream names of the tools that were called so far. */
  get calledTools(): string[] {
    return this.#calls.map((call) => call.name);
  }

  /** The reasoning of the finished reasoning items, unsealed, in order. */
  get reasoning(): readonly ProviderReasoning[] {
    return this.#reasoning;
  }

  /** Whether the text began with thinking that was closed but never opened. */
  get closedUnopened(): boolean {
    return this.#text.closedUnopened || this.#reader.closedUnopened;
  }

  /** Whether any item has begun but not ended. */
  get isUnderWay(): boolean {
    return !this.#queue.isEmpty;
  }

  /** Whether some text is held back because only what follows can tell what it is. */
  get isHolding(): boolean {
    return this.#reader.isHolding || this.#text.isHolding;
  }

  /** Everything said so far. */
  get said(): SaidSoFar {
    return {
      text: textOfAll(this.#messages),
      hasThought: this.#thoughts.some(({ text }) => text !== ''),
      calls: this.#calls,
    };
  }

  /** To be called when the provider gave its finish reason: what follows may be the answer all over again. */
  expectRepetition(): void {
    if (this.#textAgain !== undefined) return;
    this.#speak(this.#reader.end());
    this.#textAgain = new Repetition(textOfAll(this.#messages));
    this.#thoughtAgain = new Repetition(textOfAll(this.#thoughts));
  }

  read(delta: ChatDelta): void {
    this.#speak(this.#reader.read(delta));
    const refusal = refusalOf(delta);
    if (refusal !== '') {
      this.endText();
      this.#say(refusalPart(this.#options), refusal);
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

  /** Sends text that was held back because it might have been the beginning of a tag. */
  endText(): void {
    this.#endReading();
    this.#sayWords({ text: this.#text.flush() });
  }

  /**
   * Ends the text, and makes the calls that were found in it.
   * @param isWhole whether the answer is complete; calls of a cut answer are not offered
   * @returns the families of models whose calls were found
   */
  endAnswer(isWhole: boolean): readonly string[] {
    this.#endReading();
    const made = this.#calls;
    const thoughts = this.#messages.length + made.length === 0 ? textOfAll(this.#thoughts) : undefined;
    const { calls, families, text } = this.#text.end(isWhole, made, this.#message, thoughts);
    this.#sayWords({ text });
    for (const { name, arguments: args } of calls) {
      const call = this.#tracker.add();
      call.addName(name);
      call.append(args, true, this.#out);
      this.#queue.advance();
    }
    return families;
  }

  /**
   * Ends all items in order.
   * @returns false if one was incomplete: the answer ends before it
   */
  close(ending: Ending): boolean {
    const carrier = this.#carrier();
    const isCutMessage =
      ending === 'cut' && this.#message !== undefined && this.#queue.endsWith(this.#message);
    if (carrier !== undefined && isCutMessage) this.#queue.addBeforeLast(carrier);
    else if (carrier !== undefined) this.#queue.add(carrier);
    return this.#queue.closeAll(ending);
  }

  /** Drops the unfinished items. */
  abandon(): void {
    this.#queue.clear();
  }

  // ------------------------------------------------------------------------------- text and reasoning

  #endReading(): void {
    this.#speak(this.#reader.end());
    this.#sayWords(this.#text.read(this.#textAgain?.end() ?? '', this.#message));
    this.#sayWords(this.#text.endWatch(this.#message));
  }

  #speak({ reasoning, text }: DeltaParts): void {
    if (reasoning !== undefined) {
      // A provider that marks thinking marks all of it.
      this.#sayWords(this.#text.endWatch(this.#message));
      this.#reason(reasoning);
    }
    const fresh = this.#textAgain === undefined ? text : this.#textAgain.take(text);
    if (fresh !== '') this.#sayWords(this.#text.read(fresh, this.#message));
  }

  /**
   * If thinking went out as text, the answer after it becomes a message of its own: Codex takes the last message as the
   * answer.
   */
  #sayWords({ text, answer }: WatchedText): void {
    if (text !== '') this.#say('output_text', text);
    if (answer === undefined) return;
    this.#message = undefined;
    if (answer !== '') this.#say('output_text', answer);
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
      // A signature may come after the next item has begun, and must not end that item.
      if (text === '' && this.isUnderWay) {
        addAll(details, this.#lateDetails);
        return;
      }
      thought = this.#newReasoning(field);
      this.#thought = thought;
      this.#thoughts.push(thought);
      this.#queue.begin(thought);
    }
    // Details hold signatures, so they go back, even if the same thinking also came in another field.
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

  /** A separate reasoning item for whatever must go back but came after its reasoning item had ended. */
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

/**
 * One by one: `push(...from)` would overflow the stack on the hundreds of thousands of details that some providers
 * send.
 */
function addAll(from: readonly Json[], to: Json[]): void {
  for (const entry of from) to.push(entry);
}
