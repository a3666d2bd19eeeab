/** One request with its response, from the moment when it is known where it goes. */
import type { RelayError } from '../../errors.ts';
import { wantsCompaction } from '../../translate/compaction.ts';
import type { ReasoningSeal } from '../../translate/reasoning/reasoning.ts';
import type { ChatTranslation } from '../../translate/request/to-chat-request.ts';
import { ResponseReducer } from '../../translate/stream/reducer.ts';
import type { ResponseEvent, ResponseResource, ResponsesRequest } from '../../wire/responses.ts';
import type { RequestLabels } from '../roles.ts';
import type { Target } from '../routing/target.ts';
import { withoutKey } from '../upstream/redact.ts';
import { itemIds, newId } from './ids.ts';

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

/** The exchange with one target. */
export interface Attempt {
  target: Target;
  translation: ChatTranslation;
  /** What the user said last, in words. */
  asked: string;
  reducer: ResponseReducer;
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
  const reducer = new ResponseReducer({
    request,
    profile,
    model,
    tools: translation.tools,
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
    redact: (text) => withoutKey(text, apiKey),
  });
  const attempt: Attempt = { target, translation, asked, reducer, abort: abortedBy(exchange.abort.signal) };
  attempts.push(attempt);
  return attempt;
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
