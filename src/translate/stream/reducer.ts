/**
 * The reducer at the heart of the relay: Chat Completions chunks in, Responses API events out. It is
 * synchronous and knows no I/O; streaming and blocking answers both go through it.
 *
 * Items are drafted in the order in which they begin. Only the first draft is live, so that events of two items
 * never interleave (Codex sends every delta to the item that was added last); the others collect until it ends.
 */

import { RelayError } from '../../errors.ts';
import type { Json } from '../../json.ts';
import type { ChatChunk, ChatDelta, ChatToolCallDelta, ChatUsage } from '../../wire/chat.ts';
import type {
  ResponseEvent,
  ResponseResource,
  ResponsesRequest,
  TerminalEventType,
} from '../../wire/responses.ts';
import { forCodex } from '../errors/codex.ts';
import { errorInChunk } from '../errors/upstream.ts';
import type { Profile, ReasoningField } from '../profile.ts';
import { mergeDetails } from '../reasoning/details.ts';
import type { ReasoningSeal } from '../reasoning/reasoning.ts';
import type { CallIdPrefix } from '../tools/kinds/index.ts';
import type { ToolTable } from '../tools/table.ts';
import { CallTracker } from './call-tracker.ts';
import { type DeltaParts, DeltaReader, type ReasoningDelta } from './deltas.ts';
import { CallDraft } from './drafts/call.ts';
import type { Draft, Ending, EventOutput } from './drafts/draft.ts';
import { MessageDraft } from './drafts/message.ts';
import { ReasoningDraft } from './drafts/reasoning.ts';
import { finishOf } from './finish-reasons.ts';
import { newResponse } from './resource.ts';
import { toResponseUsage, usageOf } from './usage.ts';

export type IdPrefix = 'resp' | 'msg' | 'rs' | 'call' | CallIdPrefix;

export interface StreamOptions {
  request: ResponsesRequest;
  profile: Profile;
  /** The provider's model name; reasoning is tagged with it. */
  model: string;
  /** Of the same request's `toChatRequest`. */
  tools: ToolTable;
  responseId: string;
  /** A new unique id, e.g. `msg_...`: Codex keeps ids only under the API's own prefixes. */
  newId: (prefix: IdPrefix) => string;
  /** Seconds since the epoch. */
  now: () => number;
  /** Default: reasoning items carry no `encrypted_content`. */
  seal?: ReasoningSeal;
  /** Codex gets errors under the codes that it understands (see `errors/codex.ts`). Default false. */
  isCodex?: boolean;
  /** Takes secrets out of what the provider said. Default: it is shown as it is. */
  redact?: (text: string) => string;
}

export class ResponseStream {
  readonly #options: StreamOptions;
  readonly #response: ResponseResource;
  readonly #reader: DeltaReader;
  readonly #tracker: CallTracker;
  readonly #callIds = new Set<string>();
  /** Drafts that have not ended; the first one may be live. */
  #drafts: Draft[] = [];
  #isLive = false;
  #outputIndex = 0;
  #sequence = 0;
  #events: ResponseEvent[] = [];
  #finishReason: string | undefined;
  #usage: ChatUsage | undefined;
  #error: RelayError | undefined;
  /** Parts of `reasoning_details` that came after their reasoning item had ended. */
  readonly #lateDetails: Json[] = [];
  readonly #output: EventOutput = {
    push: (event) => {
      this.#events.push(event);
    },
    next: () => this.#sequence++,
  };

  constructor(options: StreamOptions) {
    this.#options = options;
    this.#response = newResponse(options.request, options.responseId, options.now());
    this.#tracker = new CallTracker((providerId) => this.#newCall(providerId));
    this.#reader = new DeltaReader(options.profile);
  }

  /** The response as it stands: of finished items only. The final one after a terminal event. */
  get response(): ResponseResource {
    return this.#response;
  }

  /** True once a terminal event went out; everything later is ignored. */
  get isEnded(): boolean {
    return this.#response.status !== 'in_progress';
  }

  /** True once the provider said why it stopped; only usage may still follow. */
  get sawFinish(): boolean {
    return this.#finishReason !== undefined;
  }

  /** Why the response failed; undefined while it has not. */
  get error(): RelayError | undefined {
    return this.#error;
  }

  /** Upstream names of the tools that were called so far. */
  get calledTools(): string[] {
    return this.#tracker.calls.map((call) => call.name);
  }

  /** The first two events of every stream. */
  start(): ResponseEvent[] {
    this.#status('response.created');
    this.#status('response.in_progress');
    return this.#flush();
  }

  /** An event that says nothing but keeps Codex's idle timer from firing (it does not count SSE comments). */
  heartbeat(): ResponseEvent[] {
    if (!this.isEnded) this.#status('response.in_progress');
    return this.#flush();
  }

  /** The events that one upstream chunk gives rise to. */
  feed(chunk: ChatChunk): ResponseEvent[] {
    if (this.isEnded) return [];
    const error = errorInChunk(chunk, this.#options.profile, this.#options.model);
    if (error !== undefined) return this.fail(this.#redacted(error));
    this.#usage = usageOf(chunk) ?? this.#usage;
    const choice = chunk.choices?.[0];
    if (!choice) return [];
    const delta = choice.delta ?? choice.message;
    if (delta) this.#delta(delta);
    // xAI and old Ollama, 2026-11: an empty reason on every chunk.
    if (choice.finish_reason && choice.finish_reason !== 'null') this.#finishReason = choice.finish_reason;
    return this.#flush();
  }

  /** Upstream ended: closes what is open and emits the one terminal event. */
  finish(): ResponseEvent[] {
    if (this.isEnded) return [];
    this.#speak(this.#reader.end());
    if (this.#finishReason === undefined) {
      return this.fail(this.#upstreamError('closed the stream before the answer was finished'));
    }
    const finish = finishOf(this.#finishReason);
    switch (finish) {
      case 'complete':
        return this.#complete();
      case 'length':
        return this.#cutByLength();
      case 'content_filter':
        return this.#cutByFilter();
      case 'context_overflow':
        return this.fail(this.#overflow());
      case 'error':
        return this.fail(this.#upstreamError(`ended the answer with finish_reason "${this.#finishReason}"`));
    }
  }

  /** Ends the response with `response.failed`; what was not finished is not offered. */
  fail(cause: RelayError): ResponseEvent[] {
    if (this.isEnded) return [];
    const error = this.#options.isCodex ? forCodex(cause) : cause;
    this.#error = error;
    this.#drafts = [];
    this.#response.error = { code: error.code, message: error.message };
    this.#end('failed', 'response.failed');
    return this.#flush();
  }

  // ------------------------------------------------------------------------------------ endings

  #complete(): ResponseEvent[] {
    const whole = this.#closeAll('whole');
    if (!whole) return this.fail(this.#upstreamError('ended the answer inside a tool call'));
    const said = this.#response.output.some((item) => item.type !== 'reasoning');
    if (!said) return this.fail(this.#upstreamError('ended the answer without saying anything'));
    this.#end('completed', 'response.completed');
    return this.#flush();
  }

  #cutByLength(): ResponseEvent[] {
    const isSilent = this.#drafts.length === 0 && this.#response.output.length === 0;
    // Thinking that the provider keeps to itself counts: then the limit was reached, and the window has room.
    const hasThought = this.#usage !== undefined && toResponseUsage(this.#usage).output_tokens > 0;
    // MiMo and local servers, 2026-11: a full window shows as "length" with nothing said.
    if (isSilent && !hasThought) return this.fail(this.#overflow());
    this.#closeAll('cut');
    this.#response.incomplete_details = { reason: 'max_output_tokens' };
    this.#end('incomplete', 'response.incomplete');
    return this.#flush();
  }

  #cutByFilter(): ResponseEvent[] {
    // Codex would retry an incomplete response; the filter would stop it again.
    if (this.#options.isCodex) {
      const { name } = this.#options.profile;
      return this.fail(new RelayError('invalid_prompt', `${name}'s content filter stopped the answer.`));
    }
    this.#closeAll('cut');
    this.#response.incomplete_details = { reason: 'content_filter' };
    this.#end('incomplete', 'response.incomplete');
    return this.#flush();
  }

  #redacted(error: RelayError): RelayError {
    const { redact } = this.#options;
    return redact === undefined ? error : new RelayError(error.code, redact(error.message), error);
  }

  #upstreamError(what: string): RelayError {
    return new RelayError('upstream_error', `${this.#options.profile.name} ${what}.`);
  }

  #overflow(): RelayError {
    const { profile, model } = this.#options;
    return new RelayError(
      'context_length_exceeded',
      `The conversation no longer fits the context window of ${model} at ${profile.name}.`,
    );
  }

  #end(status: ResponseResource['status'], type: TerminalEventType): void {
    const response = this.#response;
    response.status = status;
    response.completed_at = status === 'completed' ? this.#options.now() : null;
    if (this.#usage !== undefined) response.usage = toResponseUsage(this.#usage);
    this.#status(type);
  }

  // ------------------------------------------------------------------------------------- deltas

  #delta(delta: ChatDelta): void {
    this.#speak(this.#reader.read(delta));
    if (delta.refusal) {
      this.#speak(this.#reader.end());
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

  #speak({ reasoning, text }: DeltaParts): void {
    if (reasoning !== undefined) this.#reason(reasoning);
    if (text !== '') this.#say('output_text', text);
  }

  /** Gemini, 2026-11: a signature may come alone, behind its call. */
  #signLastCall(extra: Json): void {
    const call = this.#tracker.calls.at(-1);
    if (call !== undefined) call.extra ??= extra;
  }

  #say(part: 'output_text' | 'refusal', text: string): void {
    let draft = this.#drafts.at(-1);
    if (!(draft instanceof MessageDraft) || draft.part !== part) {
      draft = new MessageDraft(this.#options.newId('msg'), part);
      this.#begin(draft);
    }
    if (draft instanceof MessageDraft) draft.append(text, this.#output);
  }

  #reason({ text, field, details }: ReasoningDelta): void {
    let draft = this.#drafts.at(-1);
    // A signature may come late, when the answer has begun: it does not end what is being said.
    const isLate = text === '' && !(draft instanceof ReasoningDraft) && draft !== undefined;
    if (isLate) {
      this.#lateDetails.push(...details);
      return;
    }
    if (!(draft instanceof ReasoningDraft)) {
      draft = this.#newReasoning(field);
      this.#begin(draft);
    }
    if (!(draft instanceof ReasoningDraft)) return;
    draft.details.push(...details);
    draft.append(text, this.#output);
  }

  #call(fragment: ChatToolCallDelta, position: number, siblings: number): void {
    if (isBlank(fragment)) return;
    // What was held back came before the call.
    this.#speak(this.#reader.end());
    const call = this.#tracker.resolve(fragment, position, siblings);
    const args = fragment.function?.arguments;
    if (fragment.function?.name) call.addName(fragment.function.name);
    if (fragment.extra_content !== undefined && fragment.extra_content !== null)
      call.extra = fragment.extra_content;
    if (args !== undefined && args !== null) {
      call.append(typeof args === 'string' ? args : JSON.stringify(args), this.#output);
    }
    this.#advance();
  }

  // ------------------------------------------------------------------------------------- drafts

  #begin(draft: Draft): void {
    this.#drafts.push(draft);
    this.#advance();
  }

  /** Ends the first draft where others wait and it can end; makes the next one live. */
  #advance(): void {
    for (;;) {
      const [first, second] = this.#drafts;
      if (first === undefined) return;
      if (!this.#isLive) {
        if (!first.canOpen) return;
        this.#open(first);
      }
      if (second === undefined || !first.canClose) return;
      this.#close(first, 'whole');
    }
  }

  #open(draft: Draft): void {
    draft.open(this.#output, this.#outputIndex);
    this.#isLive = true;
  }

  /** @returns false when the item is not whole: it gets no `output_item.done`, so that nobody acts on it */
  #close(draft: Draft, ending: Ending): boolean {
    const item = draft.close(this.#output, ending);
    this.#drafts.shift();
    this.#isLive = false;
    const index = this.#outputIndex++;
    if (item === undefined) return false;
    this.#response.output.push(item);
    this.#output.push({
      type: 'response.output_item.done',
      sequence_number: this.#output.next(),
      output_index: index,
      item,
    });
    return true;
  }

  /**
   * Ends all drafts in order. At one that is not whole the response ends: what it began gets no
   * `output_item.done`, and nothing may follow it.
   * @returns false in that case
   */
  #closeAll(ending: Ending): boolean {
    this.#carryMetadata();
    for (;;) {
      const first = this.#drafts[0];
      if (first === undefined) return true;
      const isOpen = first.canEnd(ending);
      if (isOpen && !this.#isLive) this.#open(first);
      const isLast = this.#drafts.length === 1;
      if (isOpen && this.#close(first, isLast ? ending : 'whole')) continue;
      this.#drafts = [];
      return false;
    }
  }

  /** What must go back but came after its reasoning item: it travels in a reasoning item of its own. */
  #carryMetadata(): void {
    const calls = this.#tracker.calls.filter((call) => call.extra !== undefined);
    const hasCalls = this.#tracker.calls.length > 0;
    const hasEmptyDetails = hasCalls && this.#reader.hasOnlyEmptyDetails;
    if (calls.length === 0 && this.#lateDetails.length === 0 && !hasEmptyDetails) return;
    const extras = Object.fromEntries(calls.map((call) => [call.callId, call.extra ?? null]));
    const carrier = this.#newReasoning('reasoning_details', extras, hasEmptyDetails);
    // One by one: arguments of a call are limited in number.
    for (const detail of this.#lateDetails) carrier.details.push(detail);
    this.#drafts.push(carrier);
  }

  #newCall(providerId: string | undefined): CallDraft {
    const isFree = providerId !== undefined && !this.#callIds.has(providerId);
    const callId = isFree ? providerId : this.#options.newId('call');
    this.#callIds.add(callId);
    const draft = new CallDraft(callId, this.#options.tools, this.#options.newId);
    this.#drafts.push(draft);
    return draft;
  }

  #newReasoning(
    field: ReasoningField,
    callExtras?: { [callId: string]: Json },
    hasEmptyDetails = false,
  ): ReasoningDraft {
    const { request, profile, model, seal, newId } = this.#options;
    const showsSummary = Boolean(request.reasoning?.summary);
    return new ReasoningDraft(newId('rs'), showsSummary, ({ text, details }) =>
      seal?.seal({
        provider: profile.id,
        model,
        text,
        field,
        ...(details.length > 0 || hasEmptyDetails ? { details: mergeDetails([], details) } : {}),
        ...(callExtras === undefined ? {} : { callExtras }),
      }),
    );
  }

  // ------------------------------------------------------------------------------------- events

  #status(type: 'response.created' | 'response.in_progress' | TerminalEventType): void {
    // The response goes on changing: each event shows it as it was.
    const response = { ...this.#response, output: [...this.#response.output] };
    this.#output.push({ type, sequence_number: this.#output.next(), response });
  }

  #flush(): ResponseEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }
}

/** A fragment that says nothing begins no call: gateways fill `tool_calls` of plain text with them. */
function isBlank({ id, function: called, extra_content }: ChatToolCallDelta): boolean {
  return !id && !called?.name && (called?.arguments ?? '') === '' && (extra_content ?? null) === null;
}
