/**
 * The reducer at the heart of the relay: Chat Completions chunks in, Responses API events out. It is synchronous and
 * does no I/O; streaming and blocking answers both go through it. `Answer` handles what is said; this file handles the
 * response around it: how it begins, how it ends, and why.
 */

import { RelayError } from '../../errors.ts';
import type { ChatChoice, ChatChunk, ChatDelta } from '../../wire/chat.ts';
import type { OutputItem, ResponseEvent, ResponseResource } from '../../wire/responses.ts';
import { wantsCompaction } from '../compaction.ts';
import { errorInChunk, holdsError } from '../errors/upstream.ts';
import type { ProviderReasoning } from '../reasoning/reasoning.ts';
import { Answer } from './answer.ts';
import { choiceIndex, OtherChoices } from './choices.ts';
import { brokenAnswer, overflow, redacted, windowFull } from './failed-answers.ts';
import { finishOf, finishReasonOf } from './finish-reasons.ts';
import type { ReducerOptions } from './options.ts';
import { leakNote } from './outgoing-text.ts';
import { ResponseFrame } from './response-frame.ts';
import { isAllOf, newIn, repeats } from './snapshot.ts';
import { Summary } from './summary.ts';
import { UsageCounter } from './usage.ts';

export class ResponseReducer {
  readonly #options: ReducerOptions;
  readonly #frame: ResponseFrame;
  readonly #answer: Answer;
  /** Only if the conversation is being compacted. */
  readonly #summary: Summary | undefined;
  /** The finished items of the answer. */
  readonly #items: readonly OutputItem[];
  /** Whether upstream sent anything at all. */
  #hasHeard = false;
  #finishReason: string | undefined;
  readonly #others = new OtherChoices();
  /** Whether chunks came that do not claim to be a whole completion; and whether deltas came. */
  #hasParts = false;
  #hasDeltas = false;
  /** How many times the first choice came, and how often as a message. */
  #firsts = 0;
  #messages = 0;
  /** Whether a chunk said in so many words that the answer goes on. */
  #goesOn = false;
  readonly #usage = new UsageCounter();
  readonly #notes: string[] = [];

  constructor(options: ReducerOptions) {
    this.#options = options;
    this.#frame = new ResponseFrame(options);
    this.#summary = wantsCompaction(options.request) ? new Summary() : undefined;
    const items = this.#summary?.items ?? this.#frame.response.output;
    this.#items = items;
    this.#answer = new Answer(options, this.#summary ?? this.#frame.events, items);
  }

  /** The response so far, with its finished items; final after a terminal event. */
  get response(): ResponseResource {
    return this.#frame.response;
  }

  /** True once a terminal event went out; everything later is ignored. */
  get isEnded(): boolean {
    return this.#frame.isEnded;
  }

  /** True once the provider gave its finish reason; only usage may still follow. */
  get sawFinish(): boolean {
    return this.#finishReason !== undefined;
  }

  /** Whether any part of an answer came: text, thinking or a call. */
  get hasSpoken(): boolean {
    return this.#answer.isUnderWay || this.#answer.isHolding || this.#items.length > 0;
  }

  /** Whether the model closed thinking that it never opened: the text of its next answers should be held back. */
  get closedUnopened(): boolean {
    return this.#answer.closedUnopened;
  }

  /** The cost in USD as the provider states it; undefined if it does not. */
  get statedCost(): number | undefined {
    return this.#usage.cost;
  }

  /** Why the response failed; undefined while it has not. */
  get error(): RelayError | undefined {
    return this.#frame.error;
  }

  /** Upstream names of the tools that were called so far. */
  get calledTools(): string[] {
    return this.#answer.calledTools;
  }

  /** Lines for the log about oddities of this answer, never about its content. */
  get notes(): readonly string[] {
    return this.#notes;
  }

  /**
   * The content of the finished reasoning items that the provider wants back, in order: what was sealed into them, or
   * would have been if there were a seal for it.
   */
  get reasoning(): readonly ProviderReasoning[] {
    return this.#summary === undefined ? this.#answer.reasoning : [];
  }

  /** The first two events of every response. */
  start(): ResponseEvent[] {
    return this.#frame.start();
  }

  /** An event that says nothing but keeps Codex's idle timer from firing (it does not count SSE comments). */
  heartbeat(): ResponseEvent[] {
    return this.#frame.heartbeat();
  }

  /** The events that one upstream chunk causes. */
  feed(chunk: ChatChunk): ResponseEvent[] {
    if (this.isEnded) return [];
    this.#hasHeard = true;
    const { profile, model, redact, now } = this.#options;
    if (holdsError(chunk)) {
      // What goes wrong after the end costs the answer nothing.
      if (this.#isComplete) return [];
      const error = errorInChunk(chunk, profile, model, now() * 1000);
      if (error !== undefined) return this.fail(redact ? redacted(error, redact) : error);
    }
    this.#usage.read(chunk);
    const { choices } = chunk;
    if (!Array.isArray(choices)) return [];
    const isWhole = chunk['object'] === 'chat.completion';
    const mayRepeat = isWhole && this.#hasParts;
    for (let at = 0; at < choices.length; at++) {
      const choice = choices[at];
      if (!choice) continue;
      const index = choiceIndex(choice, at, choices.length);
      if (index === 0) this.#readChoice(choice, mayRepeat);
      else this.#others.hold(index, choice);
    }
    if (!isWhole) this.#hasParts = true;
    return this.#frame.events.take();
  }

  /** Upstream has ended: closes what is open and emits the terminal event. */
  finish(): ResponseEvent[] {
    if (this.isEnded) return [];
    this.#joinChoices();
    // A whole completion has its end, whether or not it says why.
    const isWhole = this.#messages === 1 && !this.#hasDeltas && !this.#goesOn;
    if (isWhole && this.hasSpoken) this.#finishReason ??= 'stop';
    if (this.#finishReason === undefined) {
      // llama-cpp-python (2026-11) refuses a prompt that is too long in this way.
      const hint = this.#hasHeard ? '' : ', without a single event: the prompt may be too long for it';
      return this.#failAsBroken(`closed the stream before the answer was finished${hint}`);
    }
    const finish = finishOf(this.#finishReason);
    this.#endAnswer(finish === undefined || finish === 'complete');
    switch (finish) {
      case undefined:
        this.#notes.push(`${this.#options.profile.name}: unknown finish_reason "${this.#finishReason}"`);
        return this.#complete();
      case 'complete':
        return this.#complete();
      case 'length':
        return this.#cutByLength();
      case 'content_filter':
        return this.#cutByFilter();
      case 'context_overflow':
        return this.fail(overflow(this.#options.profile, this.#options.model));
      case 'error':
        return this.#failAsBroken(`ended the answer with finish_reason "${this.#finishReason}"`);
    }
  }

  /** Ends the response with `response.failed`; unfinished items are not offered. */
  fail(cause: RelayError): ResponseEvent[] {
    if (this.isEnded) return [];
    this.#answer.abandon();
    return this.#frame.fail(cause, this.#usage.usage);
  }

  /** @param mayRepeat whether the delta, too, may contain everything said so far instead of only what is new */
  #readChoice({ delta, message, finish_reason }: ChatChoice, mayRepeat: boolean): void {
    this.#firsts += 1;
    if (message) this.#messages += 1;
    if (delta) {
      const isAll = finishReasonOf(finish_reason) !== undefined && isAllOf(this.#answer, delta);
      this.#answer.read(mayRepeat || isAll ? this.#fresh(delta, false) : delta);
      this.#hasDeltas = true;
    }
    // After deltas, a message that differs from what they said is not part of the answer.
    if (message) this.#answer.read(this.#fresh(message, this.#hasDeltas));
    this.#readFinish(finish_reason);
  }

  /** Whether an answer came, with a reason that says that it is complete. */
  get #isComplete(): boolean {
    return this.#finishReason !== undefined && finishOf(this.#finishReason) === 'complete' && this.hasSpoken;
  }

  #fresh(message: ChatDelta, isSnapshot: boolean): ChatDelta {
    // Text that is still held back was said, so the message contains it, too.
    if (isSnapshot) this.#answer.endText();
    const { said } = this.#answer;
    return isSnapshot || repeats(message, said) ? newIn(message, said) : message;
  }

  /** Reads the other choices that belong to the answer. */
  #joinChoices(): void {
    const { text, calls } = this.#answer.said;
    for (const { messages, finishReason } of this.#others.join(
      { text: text !== '', calls: calls.length > 0 },
      this.#finishReason,
      this.#firsts,
    )) {
      for (const message of messages) this.#answer.read(message);
      this.#readFinish(finishReason);
    }
  }

  #endAnswer(isWhole: boolean): void {
    const families = this.#answer.endAnswer(isWhole);
    if (families.length > 0) this.#notes.push(leakNote(this.#options.profile, families));
  }

  #readFinish(value: unknown): void {
    const reason = finishReasonOf(value);
    if (reason === undefined) {
      this.#goesOn ||= Boolean(value);
      return;
    }
    // Some gateways pass on the provider's reason and then add a "stop" of their own.
    const known = this.#finishReason === undefined ? 'complete' : finishOf(this.#finishReason);
    if (known === 'complete' || known === undefined) this.#finishReason = reason;
    this.#answer.expectRepetition();
  }

  // ------------------------------------------------------------------------------------ endings

  #complete(): ResponseEvent[] {
    const isWhole = this.#answer.close('whole');
    if (!isWhole) return this.#failAsBroken('ended the answer inside a tool call');
    const { events, response } = this.#frame;
    const { output } = response;
    const hasSpoken =
      this.#summary?.tell(this.#options.newId('cmp'), events, output) ??
      output.some((item) => item.type !== 'reasoning');
    const what = this.#summary === undefined ? 'saying anything' : 'a summary of the conversation';
    if (!hasSpoken) return this.#failAsBroken(`ended the answer without ${what}`);
    return this.#frame.end('completed', this.#usage.usage);
  }

  #cutByLength(): ResponseEvent[] {
    // Hidden thinking counts: it means that the limit was reached, not that the window is full.
    const hasThought = (this.#usage.usage?.output_tokens ?? 0) > 0;
    // MiMo and local servers, 2026-11: a full window shows as "length" with nothing said.
    if (!this.hasSpoken && !hasThought)
      return this.fail(overflow(this.#options.profile, this.#options.model));
    const full = windowFull(this.#options, this.#usage.usage);
    if (full === undefined) return this.#cut('max_output_tokens');
    // Only this error makes Codex free up room: its next turn begins with a summary. What was said is kept.
    this.#answer.close('cut');
    return this.fail(full);
  }

  #cutByFilter(): ResponseEvent[] {
    if (!this.#options.isCodex) return this.#cut('content_filter');
    // Codex would retry an incomplete response, only for the filter to stop it again.
    const { name } = this.#options.profile;
    return this.fail(new RelayError('invalid_prompt', `${name}'s content filter stopped the answer.`));
  }

  #cut(reason: 'max_output_tokens' | 'content_filter'): ResponseEvent[] {
    if (this.#summary !== undefined)
      return this.#failAsBroken(`ended inside the summary of the conversation (${reason})`);
    this.#answer.close('cut');
    this.#frame.response.incomplete_details = { reason };
    return this.#frame.end('incomplete', this.#usage.usage);
  }

  #failAsBroken(what: string): ResponseEvent[] {
    return this.fail(brokenAnswer(this.#options.profile, what));
  }
}
