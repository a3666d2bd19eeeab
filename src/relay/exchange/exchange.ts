/** One request with its response, from the moment when it is known where it goes. */
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
import { WireRefusal } from '../upstream/wire-refusal.ts';
import { AnswerFeed, type Feed } from './answer-feed.ts';
import { ChatStreamReader } from './chat-stream.ts';
import { itemIds, newId } from './ids.ts';
import { NativeStreamReader } from './native-stream.ts';

/** What HTTP knows of the client that the exchange needs. */
export interface Client {
  /** Codex understands errors in other shapes than everybody else. */
  isCodex: boolean;
  /** It tries again what fails for a moment: the relay does not. */
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
  /** A new id of one of its items. */
  newItemId: (prefix: string) => string;
  request: ResponsesRequest;
  client: Client;
  /** Ends the exchange. Its reason is the `RelayError` that the client is told. */
  abort: AbortController;
  /** Milliseconds since the epoch. */
  startedAt: number;
  /** The same moment on the clock that nobody sets (`performance.now()`), as below. */
  beganAt: number;
  /** When the first content came; undefined until then. */
  firstTokenAt: number | undefined;
  /** Number of the next event: an attempt goes on where the one before it was left. */
  nextSequence: number;
  /** What was tried so far; the last one answers. */
  attempts: Attempt[];
}

/** What a target is sent: Chat Completions, or its own Responses API. */
export type Translation =
  | ({ wire: 'chat' } & ChatTranslation)
  // What had to be changed, in short words.
  | ({ wire: 'responses'; repairs: readonly string[] } & NativeTranslation);

/** The exchange with one target. */
export interface Attempt {
  target: Target;
  translation: Translation;
  /** What the user said last, in words. */
  asked: string;
  reducer: ResponseReducer | NativeReducer;
  /** The body of the reply into the reducer. */
  feed: Feed;
  /** Ends the upstream call, with the exchange or alone. */
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
  /** What a streaming client has yet to be told, the terminal event last. */
  lastEvents: readonly ResponseEvent[];
}

export function beginExchange(request: ResponsesRequest, client: Client): Exchange {
  const id = newId('resp');
  return {
    id,
    newItemId: itemIds(id),
    request,
    client,
    abort: new AbortController(),
    startedAt: Date.now(),
    beganAt: performance.now(),
    firstTokenAt: undefined,
    nextSequence: 0,
    attempts: [],
  };
}

/** How an answer is read. */
export interface ReadingOptions {
  seal: ReasoningSeal;
  /** Whether calls in the text are read as calls. */
  heal: boolean;
  /** Whether the text must wait until it is known to be no thinking, though somebody reads along. Default: false. */
  mayWait?: boolean;
  /** Tokens that the model has room for, where that is known for certain. */
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

type AnswerOptions = Omit<ReducerOptions, 'tools'> & Omit<NativeReducerOptions, 'tools' | 'native'>;

function chatAnswer(options: AnswerOptions, { tools }: ChatTranslation): Pick<Attempt, 'reducer' | 'feed'> {
  const reducer = new ResponseReducer({ ...options, tools });
  return { reducer, feed: new AnswerFeed(new ChatStreamReader(options.profile), reducer) };
}

function nativeAnswer(
  options: AnswerOptions,
  { tools }: NativeTranslation,
  { native }: Target,
): Pick<Attempt, 'reducer' | 'feed'> {
  const reducer = new NativeReducer({ ...options, tools, native });
  return { reducer, feed: new AnswerFeed(new NativeStreamReader(options.profile), reducer) };
}

/** Whether the target has no Responses API for this model, by its status or because Chat Completions came. */
export function refusesWire({ reducer }: Attempt): boolean {
  return reducer.error instanceof WireRefusal || ('spokeChat' in reducer && reducer.spokeChat);
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
