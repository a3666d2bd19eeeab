/** One request with its response, from the moment its targets are known. */
import type { RelayError } from '../../errors.ts';
import { wantsCompaction } from '../../translate/compaction.ts';
import { NativeReducer, type NativeReducerOptions } from '../../translate/native/native-reducer.ts';
import type { NativeTranslation } from '../../translate/native/to-native-request.ts';
import type { ReasoningSeal } from '../../translate/reasoning/reasoning.ts';
import type { ChatTranslation } from '../../translate/request/to-chat-request.ts';
import type { ReducerOptions } from '../../translate/stream/options.ts';
import { ResponseReducer } from '../../translate/stream/reducer.ts';
import type { ResponseEvent, ResponseResource, ResponsesRequest } from '../../wire/responses.ts';
import type { RequestLabels } from '../roles.ts';
import type { Target } from '../routing/target.ts';
import { withoutKey } from '../upstream/redact.ts';
import { refusesWire as isWireRefused, WireRefusal } from '../upstream/wire-refusal.ts';
import { AnswerFeed, type Feed } from './answer-feed.ts';
import { ChatStreamReader } from './chat-stream.ts';
import { itemIds, newId } from './ids.ts';
import { NativeStreamReader } from './native-stream.ts';
import { type Threads, threadsOf } from './threads.ts';

/** What the exchange needs to know about its client. */
export interface Client {
  /** Codex expects errors in shapes of its own. */
  isCodex: boolean;
  /** It retries passing failures by itself, so the relay does not. */
  retriesItself: boolean;
  /** Sent upstream where no key is configured. */
  bearer: string | undefined;
  /** The conversation that the client says the request belongs to. */
  thread: string | undefined;
  /** The turn of that conversation, where it says so. */
  turn: string | undefined;
  /** What Codex says the request is for. */
  labels: RequestLabels;
}

export interface Exchange {
  /** Id of the response, `resp_...`. */
  id: string;
  /** Makes the id of a new item. */
  newItemId: (prefix: string) => string;
  request: ResponsesRequest;
  client: Client;
  threads: Threads;
  /** Ends the exchange. Its reason is the `RelayError` that the client is told. */
  abort: AbortController;
  /** Milliseconds since the epoch. */
  startedAt: number;
  /** The same moment on the monotonic clock (`performance.now()`), as is the time below. */
  beganAt: number;
  /** When the first content came; undefined until then. */
  firstTokenAt: number | undefined;
  /** Number of the next event: each attempt continues where the one before it stopped. */
  nextSequence: number;
  /** The attempts so far; the last one answers. */
  attempts: Attempt[];
  /** Tokens that were spent for this exchange by others, such as those that describe its images. */
  tokensBeside: number;
}

/** What is sent to a target: a Chat request, or one for its own Responses API. */
export type Translation =
  | ({ wire: 'chat' } & ChatTranslation)
  // `repairs`: what had to be changed, in short words.
  | ({ wire: 'responses'; repairs: readonly string[] } & NativeTranslation);

/** The part of an exchange that concerns one target. */
export interface Attempt {
  target: Target;
  translation: Translation;
  /** What the user said last, in words. */
  asked: string;
  reducer: ResponseReducer | NativeReducer;
  /** Feeds the body of the reply into the reducer. */
  feed: Feed;
  /** Ends the upstream call; aborted together with the exchange, or alone. */
  abort: AbortController;
}

/** How an exchange ended. */
export interface Outcome {
  /** The attempt that answered, or the last that failed. */
  attempt: Attempt;
  /** The final response. */
  response: ResponseResource;
  /** Why it failed; undefined where it did not. */
  error: RelayError | undefined;
  /** What a streaming client has not been told yet, the terminal event last. */
  lastEvents: readonly ResponseEvent[];
}

export function beginExchange(
  request: ResponsesRequest,
  client: Client,
  threads: Threads = threadsOf(request, client),
): Exchange {
  const id = newId('resp');
  return {
    id,
    newItemId: itemIds(id),
    request,
    client,
    threads,
    abort: new AbortController(),
    startedAt: Date.now(),
    beganAt: performance.now(),
    firstTokenAt: undefined,
    nextSequence: 0,
    attempts: [],
    tokensBeside: 0,
  };
}

/** How an answer is read. */
export interface ReadingOptions {
  seal: ReasoningSeal;
  /** Whether calls written into the text are read as calls. */
  heal: boolean;
  /** Whether text may be held back until it is known not to be thinking, even on a stream. Default: false. */
  mayWait?: boolean;
  /** Size of the model's context window in tokens, where that is known for certain. */
  contextWindow?: number | undefined;
}

/** Begins the exchange with a target; its events go on where those of an earlier attempt ended. */
export function beginAttempt(
  exchange: Exchange,
  target: Target,
  { translation, asked }: Pick<Attempt, 'translation' | 'asked'>,
  { seal, heal, mayWait = false, contextWindow }: ReadingOptions,
): Attempt {
  const { id, newItemId, request, client, startedAt, nextSequence, attempts } = exchange;
  const { profile, model, apiKey } = target;
  const isSummary = wantsCompaction(request);
  const options = {
    request,
    profile,
    model,
    responseId: id,
    createdAt: seconds(startedAt),
    firstSequence: nextSequence,
    newId: newItemId,
    now: () => seconds(Date.now()),
    seal,
    // A summary may quote what looks like a call.
    heal: heal && !isSummary,
    mayWait: mayWait || isSummary || !request.stream,
    contextWindow,
    isCodex: client.isCodex,
    redact: (text: string) => withoutKey(text, apiKey),
  };
  const answer =
    translation.wire === 'chat'
      ? chatAnswer(options, translation)
      : nativeAnswer(options, translation, target);
  const attempt: Attempt = { target, translation, asked, ...answer, abort: abortedBy(exchange.abort.signal) };
  attempts.push(attempt);
  return attempt;
}

type ReducingOptions = Omit<ReducerOptions, 'tools'> & Omit<NativeReducerOptions, 'tools' | 'native'>;

function chatAnswer(options: ReducingOptions, { tools }: ChatTranslation): Pick<Attempt, 'reducer' | 'feed'> {
  const reducer = new ResponseReducer({ ...options, tools });
  return { reducer, feed: new AnswerFeed(new ChatStreamReader(options.profile), reducer) };
}

function nativeAnswer(
  options: ReducingOptions,
  { tools }: NativeTranslation,
  { native }: Target,
): Pick<Attempt, 'reducer' | 'feed'> {
  const reducer = new NativeReducer({ ...options, tools, native });
  return { reducer, feed: new AnswerFeed(new NativeStreamReader(options.profile), reducer) };
}

/**
 * Whether the target turned out to have no Responses API for this model: by the status, because chunks came, or by an
 * error in a reply with status 200 (Z.ai, 2026-10, sends all errors so).
 */
export function refusesWire({ reducer }: Attempt): boolean {
  const { error } = reducer;
  if (error instanceof WireRefusal) return true;
  if (!('spokeChat' in reducer) || error === undefined) return false;
  return reducer.spokeChat || isWireRefused(error.status ?? 0, error.message);
}

function seconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000);
}

function abortedBy(signal: AbortSignal): AbortController {
  const abort = new AbortController();
  if (signal.aborted) abort.abort(signal.reason);
  else signal.addEventListener('abort', () => abort.abort(signal.reason), { once: true });
  return abort;
}
