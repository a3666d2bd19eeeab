/** One request to `POST /v1/responses`, from the checked body to its record, as one straight line. */
import { RelayError } from '../../errors.ts';
import type { HistoryStore } from '../../history/store.ts';
import type { Logger } from '../../logger.ts';
import type { ReasoningSeal } from '../../translate/reasoning/reasoning.ts';
import { inputItems } from '../../translate/request/to-chat-request.ts';
import type { InputItem, ResponsesRequest } from '../../wire/responses.ts';
import type { RequestLimits } from '../gateway-options.ts';
import type { RequestReport, SpendGuard } from '../options.ts';
import type { Routing } from '../routing/routing.ts';
import type { Target } from '../routing/target.ts';
import type { LearnedWires } from '../upstream/learned-wires.ts';
import type { Upstream } from '../upstream/upstream.ts';
import { answerFrom } from './answer-from.ts';
import type { ClientConnection } from './client-connection.ts';
import { ClientStream } from './client-stream.ts';
import { warnOfCutPrompt } from './cut-prompt.ts';
import { type Attempt, beginExchange, type Client, type Exchange, type Outcome } from './exchange.ts';
import type { ImageWords } from './image-words.ts';
import { recallItems, recallResponses } from './recall.ts';
import { reportEnd, reportFailure, reportStart } from './report.ts';
import { retain } from './retain.ts';
import { roughTokens } from './rough-tokens.ts';
import { route } from './route.ts';
import type { RunningExchanges } from './running.ts';
import { threadsOf } from './threads.ts';
import type { UnmarkedThinking } from './unmarked-thinking.ts';

/** What all exchanges of one relay share. */
export interface RelayParts {
  routing: Routing;
  upstream: Upstream;
  wires: LearnedWires;
  history: HistoryStore;
  seal: ReasoningSeal;
  running: RunningExchanges;
  logger: Logger;
  /** Says a warning once for each key (by default the message), however many requests give rise to it. */
  warnOnce: (message: string, key?: string) => void;
  toolDenylist: ReadonlySet<string>;
  /** Whether calls written into the text are read as calls. */
  heal: boolean;
  /** What was learned about models since the relay started. */
  unmarkedThinking: UnmarkedThinking;
  keepAliveMs: number;
  /** Undefined where the user set none: see `silenceLimits`. */
  stallMs: number | undefined;
  /** How long an upstream may say nothing while there is still a stand-in. */
  firstOutputMs: number;
  onRequest: (report: RequestReport) => void;
  budget: SpendGuard | undefined;
  /** How much may be asked; undefined: no limit. */
  limits: RequestLimits | undefined;
  /** Descriptions of images, for models that cannot see. */
  imageWords: ImageWords;
  /** Called with the bindings of all threads, as text, when one changes. */
  onBindings: (text: string) => void;
}

/**
 * Answers a request. A streaming client has been answered in full when this resolves, unless the outcome is an error
 * and nothing was written (`hasBegun`): in that case, and for every blocking client, the caller writes the answer.
 * @throws RelayError when the request fails before it can be sent anywhere
 */
export async function respond(
  asked: ResponsesRequest,
  client: Client,
  connection: ClientConnection,
  parts: RelayParts,
): Promise<Outcome> {
  const history = await recallResponses(asked, parts.history, connection.memory);
  const request = await recallItems(asked, history, parts.history);
  const threads = threadsOf(request, client, history);
  const targets = await route(request, client, threads, parts);
  const admission = await parts.limits?.admit(
    () => roughTokens(history, request),
    request.max_output_tokens ?? undefined,
  );
  const exchange = beginExchange(request, client, threads);
  const stream = request.stream ? new ClientStream(connection, parts.keepAliveMs) : undefined;
  connection.announce(exchange.id);
  parts.running.begin(exchange);
  endWithClient(exchange, connection);
  reportStart(exchange, targets[0], parts);
  const outcome = await answerFrom(targets, exchange, history, stream, parts).catch((error: unknown) => {
    admission?.settle(0, tokensBeside(exchange, undefined));
    giveUp(exchange, targets[0], stream, error, parts);
    throw error;
  });
  admission?.settle(tokensOf(outcome), tokensBeside(exchange, outcome.attempt));
  // The record is stored before the client learns of the end, since it may continue at once, even an answer that broke
  // off.
  if (outcome.error === undefined || connection.hasBegun) await retain(exchange, outcome, parts);
  remember(exchange, outcome, history, connection);
  // The cost must be counted before the next request can come.
  reportEnd(exchange, outcome, parts);
  stream?.end(outcome.lastEvents);
  warnOfCutPrompt(exchange, outcome, parts);
  parts.running.end(exchange, outcome);
  return outcome;
}

/**
 * What an answer took: nothing if there was none, undefined if the provider does not say. A client that leaves before
 * the first word has its prompt read all the same.
 */
function tokensOf({ response: { usage, output }, error }: Outcome): number | undefined {
  if (usage !== null) return usage.total_tokens;
  const gaveNothing = error !== undefined && error.code !== 'cancelled' && output.length === 0;
  return gaveNothing ? 0 : undefined;
}

/** What was spent beside the last attempt: by targets that were passed over, and for the descriptions of images. */
function tokensBeside({ attempts, tokensBeside: others }: Exchange, last: Attempt | undefined): number {
  const passed = attempts.filter((attempt) => attempt !== last);
  return passed.reduce((sum, { reducer }) => sum + (reducer.response.usage?.total_tokens ?? 0), others);
}

/** After a failure of the relay itself, ends everything that was begun; the caller tells the client. */
function giveUp(
  exchange: Exchange,
  target: Target,
  stream: ClientStream | undefined,
  error: unknown,
  parts: RelayParts,
): void {
  stream?.abandon();
  exchange.abort.abort(new RelayError('internal_error', 'The relay failed on this request.'));
  reportFailure(exchange, target, error, parts);
  parts.running.end(exchange, undefined);
}

function endWithClient({ abort }: Exchange, connection: ClientConnection): void {
  // The client may have left while the history was read.
  connection.onLeave(() => abort.abort(new RelayError('cancelled', 'The client left.')));
}

/** On a connection that stays open, the next request may bring only what is new, even if nothing is stored. */
function remember(
  { request }: Exchange,
  { response, error }: Outcome,
  history: readonly InputItem[],
  { memory }: ClientConnection,
): void {
  if (error !== undefined) return;
  const output: readonly InputItem[] = response.output;
  memory?.keep(response.id, [...history, ...inputItems(request.input), ...output], response.store);
}
