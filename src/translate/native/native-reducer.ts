/**
 * Turns the events of a provider's own Responses endpoint into events that clients can rely on. It has the same
 * interface as the Chat reducer, so that everything around it is the same for both wires.
 */
import { RelayError } from '../../errors.ts';
import { asObject, isObject, type JsonObject } from '../../json.ts';
import { isShallow } from '../../wire/delta-shape.ts';
import type { OutputItem, ResponseEvent, ResponseResource } from '../../wire/responses.ts';
import { wantsCompaction } from '../compaction.ts';
import type { ProviderReasoning } from '../reasoning/reasoning.ts';
import { brokenAnswer, overflow, redacted, windowFull } from '../stream/failed-answers.ts';
import { finishOf } from '../stream/finish-reasons.ts';
import { leakNote } from '../stream/outgoing-text.ts';
import { type FrameOptions, ResponseFrame } from '../stream/response-frame.ts';
import { Summary } from '../stream/summary.ts';
import { isChat, nativeError, saysError, wholeResponse, wrongRoad } from './stream/failures.ts';
import { NativeAnswer, type NativeAnswerOptions } from './stream/native-answer.ts';
import { NativeUsage } from './stream/native-usage.ts';
import { type ReadEvent, readEvent } from './stream/read-event.ts';
import { RepeatedEvents } from './stream/repeated-events.ts';

export interface NativeReducerOptions extends NativeAnswerOptions, FrameOptions {
  /** Size of the model's context window in tokens, if known for certain. */
  contextWindow?: number | undefined;
  /** Removes secrets from what the provider said. Default: it is shown unchanged. */
  redact?: (text: string) => string;
}

export class NativeReducer {
  readonly #options: NativeReducerOptions;
  readonly #frame: ResponseFrame;
  readonly #answer: NativeAnswer;
  /** Only if the conversation is being compacted. */
  readonly #summary: Summary | undefined;
  /** The finished items of the answer. */
  readonly #items: readonly OutputItem[];
  readonly #repeated = new RepeatedEvents();
  readonly #usage = new NativeUsage();
  /** Whether upstream sent anything at all. */
  #hasHeard = false;
  #spokeChat = false;
  /** What was changed outside of the items, in short words. */
  readonly #changed = new Set<'json-body' | 'repeated-event' | 'missing-end'>();

  constructor(options: NativeReducerOptions) {
    this.#options = options;
    this.#frame = new ResponseFrame(options);
    this.#summary = wantsCompaction(options.request) ? new Summary() : undefined;
    const items = this.#summary?.items ?? this.#frame.response.output;
    this.#items = items;
    this.#answer = new NativeAnswer(options, this.#summary ?? this.#frame.events, items);
  }

  /** The response so far, with its finished items; final after a terminal event. */
  get response(): ResponseResource {
    return this.#frame.response;
  }

  /**
   * True once a terminal event went out, which happens as soon as upstream sends its own; everything later is ignored.
   */
  get isEnded(): boolean {
    return this.#frame.isEnded;
  }

  /**
   * True while everything that began is finished and the provider is known to forget its terminal event: if nothing
   * more comes, the answer is complete. Turns false again when another item begins.
   */
  get sawFinish(): boolean {
    return this.#options.native.missingTerminal === 'complete' && this.#answer.isSettled;
  }

  /** Whether any part of an answer came: text, thinking or a call. */
  get hasSpoken(): boolean {
    return this.#answer.isUnderWay || this.#items.length > 0;
  }

  /** The cost in USD as the provider states it; undefined if it does not. */
  get statedCost(): number | undefined {
    return this.#usage.cost;
  }

  /** Why the response failed; undefined while it has not. */
  get error(): RelayError | undefined {
    return this.#frame.error;
  }

  /** Whether it failed because Chat Completions came, which means that the address is not a Responses endpoint's. */
  get spokeChat(): boolean {
    return this.#spokeChat;
  }

  /** Upstream names of the tools that were called so far. */
  get calledTools(): string[] {
    return this.#answer.calledTools;
  }

  /** What had to be changed in the answer, in short words; empty until it has ended, and if it failed. */
  get repairs(): readonly string[] {
    const { status } = this.#frame.response;
    if (status === 'in_progress' || status === 'failed') return [];
    // Of a body without events, only these are missing.
    const items = this.#answer.repairs.filter(
      (name) => name !== 'item-events' || !this.#changed.has('json-body'),
    );
    return [...this.#changed, ...(this.#usage.isMended ? ['usage'] : []), ...items];
  }

  /** Lines for the log about oddities of this answer, never about its content. */
  get notes(): readonly string[] {
    const { profile, tools } = this.#options;
    const { unknown, leaked, calledTools, shownText } = this.#answer;
    const notes = [...unknown].map((kind) => `${profile.name} sent an item of the kind "${kind}": left out`);
    if (leaked.size > 0) notes.push(leakNote(profile, [...leaked]));
    if (tools.sent.length > 0 && calledTools.length === 0 && CALL_MARKUP.test(shownText)) {
      notes.push(
        `${profile.name} left tool calls in the text, where nobody runs them: use wire "chat" for this model`,
      );
    }
    return notes;
  }

  /** The content of the finished reasoning items that the provider wants back, in order. */
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

  /**
   * The events that one upstream event causes.
   * @param event the parsed data of one event, or a whole JSON reply; `{error}` for anything said outside of both
   */
  feed(event: { readonly [field: string]: unknown }): ResponseEvent[] {
    if (this.isEnded || !isObject(event)) return [];
    this.#hasHeard = true;
    if (!isShallow(event)) return this.#failAsBroken('sent an event that is nested too deeply');
    if (this.#repeated.isRepeated(event)) {
      this.#changed.add('repeated-event');
      return [];
    }
    const read = readEvent(event);
    if (read === undefined) return this.#readOther(event);
    return this.#read(read, event);
  }

  /** Upstream has ended: returns the terminal event, unless it already went out. */
  finish(): ResponseEvent[] {
    if (this.isEnded) return [];
    if (this.sawFinish) {
      this.#changed.add('missing-end');
      return this.#complete();
    }
    // Some servers refuse a prompt that is too long by sending nothing at all.
    const hint = this.#hasHeard ? '' : ', without a single event: the prompt may be too long for it';
    return this.#failAsBroken(`closed the stream before the answer was finished${hint}`);
  }

  /** Ends the response with `response.failed`; unfinished items are not offered. */
  fail(cause: RelayError): ResponseEvent[] {
    if (this.isEnded) return [];
    this.#answer.abandon();
    return this.#frame.fail(cause, this.#usage.stated);
  }

  #read(read: ReadEvent, event: JsonObject): ResponseEvent[] {
    switch (read.kind) {
      case 'text':
        this.#answer.text(read);
        break;
      case 'item':
        this.#answer.item(read);
        break;
      case 'citation':
        this.#answer.cite(read);
        break;
      case 'end':
        return this.#end(read.response, read.type, event);
      case 'error':
        return this.#failAsSaid(event);
    }
    return this.#frame.events.take();
  }

  /** Reads what is not an event of an answer: a whole response, an error, Chat Completions, or nothing. */
  #readOther(event: JsonObject): ResponseEvent[] {
    const response = wholeResponse(event);
    if (response !== undefined) return this.#whole(response, event);
    if (typeof event['type'] === 'string' && !saysError(event['error'])) return [];
    if (isChat(event)) {
      this.#spokeChat = true;
      return this.fail(wrongRoad(this.#options.profile, this.#options.model));
    }
    const { profile, model } = this.#options;
    return nativeError(event, profile, model) === undefined ? [] : this.#failAsSaid(event);
  }

  // ------------------------------------------------------------------------------------ endings

  /** Takes a response in place of a stream, which nobody continues if it is not finished. */
  #whole(response: JsonObject, event: JsonObject): ResponseEvent[] {
    const { status } = response;
    const isGoingOn = status === 'in_progress' || status === 'queued';
    if (isGoingOn) return this.#failAsBroken(`answered with a response that is still ${status}`);
    this.#changed.add('json-body');
    return this.#end(response, 'response.completed', event);
  }

  #end(response: JsonObject, type: string, event: JsonObject): ResponseEvent[] {
    this.#usage.read(response['usage'] ?? event['usage']);
    const { output, output_text, status, error, incomplete_details: details } = response;
    const ends = [type.replace('response.', ''), typeof status === 'string' ? status.toLowerCase() : ''];
    // Where the event and its response do not agree, the worse of the two is true.
    const end = BAD_ENDS.find((bad) => ends.includes(bad)) ?? 'completed';
    if (saysError(error) || end === 'failed') return this.#failAsSaid({ ...event, ...response });
    if (Array.isArray(output)) this.#answer.reconcile(output);
    // MiniMax, 2026-11, repeats the text there.
    if (typeof output_text === 'string' && !this.#answer.hasText)
      this.#answer.reconcile([{ type: 'message', content: output_text }]);
    if (end === 'completed') return this.#complete();
    if (end === 'incomplete') return this.#cut(asObject(details)?.['reason'] ?? details);
    return this.#failAsBroken(`ended the answer with the status "${end}"`);
  }

  #complete(): ResponseEvent[] {
    const isWhole = this.#answer.close('whole');
    if (!isWhole) return this.#failAsBroken('ended the answer inside a tool call');
    const { events, response } = this.#frame;
    const { output } = response;
    const hasSpoken =
      this.#summary?.tell(this.#options.newId('cmp'), events, output) ?? output.some(isSpoken);
    const what = this.#summary === undefined ? 'saying anything' : 'a summary of the conversation';
    const kinds = [...this.#answer.unknown].join(', ');
    const but = kinds === '' ? '' : ` (it sent only what is not known here: ${kinds})`;
    if (!hasSpoken) return this.#failAsBroken(`ended the answer without ${what}${but}`);
    return this.#frame.end('completed', this.#usage.stated);
  }

  #cut(reason: unknown): ResponseEvent[] {
    const { profile, model, isCodex } = this.#options;
    const finish = typeof reason === 'string' ? finishOf(reason) : 'length';
    if (finish === 'context_overflow') return this.fail(overflow(profile, model));
    if (finish !== 'length' && finish !== 'content_filter')
      return this.#failAsBroken(`ended the answer before it was finished (${String(reason)})`);
    const hasThought = (this.#usage.stated?.output_tokens ?? 0) > 0;
    if (finish === 'length' && !this.hasSpoken && !hasThought) return this.fail(overflow(profile, model));
    if (this.#summary !== undefined)
      return this.#failAsBroken(`ended inside the summary of the conversation (${finish})`);
    // Codex would retry an incomplete response, only for the filter to stop it again.
    if (finish === 'content_filter' && isCodex)
      return this.fail(
        new RelayError('invalid_prompt', `${profile.name}'s content filter stopped the answer.`),
      );
    this.#answer.close('cut');
    const full = finish === 'length' ? windowFull(this.#options, this.#usage.stated) : undefined;
    // Only this error makes Codex free up room: its next turn begins with a summary. What was said is kept.
    if (full !== undefined) return this.fail(full);
    this.#frame.response.incomplete_details = {
      reason: finish === 'length' ? 'max_output_tokens' : finish,
    };
    return this.#frame.end('incomplete', this.#usage.stated);
  }

  #failAsSaid(event: JsonObject): ResponseEvent[] {
    const { profile, model, redact, now } = this.#options;
    const error =
      nativeError(event, profile, model, now() * 1000) ?? brokenAnswer(profile, 'failed without saying why');
    return this.fail(redact ? redacted(error, redact) : error);
  }

  #failAsBroken(what: string): ResponseEvent[] {
    return this.fail(brokenAnswer(this.#options.profile, what));
  }
}

/** How models write calls that their server failed to parse (DeepSeek, Kimi, Qwen, Mistral and others, 2026-09). */
const CALL_MARKUP = /<tool_call>|<\|?tool_calls?|<[|｜]DSML|<｜tool|<function=|<invoke name=|\[TOOL_CALLS\]/;

const BAD_ENDS = ['failed', 'cancelled', 'incomplete'] as const;

/** Items that come on the way to an answer but are not one. */
const NO_ANSWER: ReadonlySet<string> = new Set([
  'reasoning',
  'web_search_call',
  'file_search_call',
  'code_interpreter_call',
  'mcp_list_tools',
  'mcp_call',
] satisfies OutputItem['type'][]);

function isSpoken({ type }: OutputItem): boolean {
  return !NO_ANSWER.has(type);
}
