/** One request to `POST /v1/responses`, from the checked body to its record, as one straight line. */
import type { ServerResponse } from 'node:http';
import { RelayError } from '../../errors.ts';
import type { HistoryStore } from '../../history/store.ts';
import type { Logger } from '../../logger.ts';
import type { ReasoningSeal } from '../../translate/reasoning/reasoning.ts';
import {
  type ChatTranslation,
  readConversation,
  writeChatRequest,
} from '../../translate/request/to-chat-request.ts';
import type { InputItem, ResponsesRequest } from '../../wire/responses.ts';
import type { RequestReport } from '../options.ts';
import type { Routing } from '../routing/routing.ts';
import type { Target } from '../routing/target.ts';
import type { Upstream } from '../upstream/upstream.ts';
import { ClientStream } from './client-stream.ts';
import { beginExchange, type Client, type Exchange, type Outcome } from './exchange.ts';
import { recallReasoning, recallResponses } from './recall.ts';
import { relayAnswer } from './relay-answer.ts';
import { reportEnd, reportStart } from './report.ts';
import { retain } from './retain.ts';
import type { RunningExchanges } from './running.ts';

/** What all exchanges of one relay share. */
export interface RelayParts {
  routing: Routing;
  upstream: Upstream;
  history: HistoryStore;
  seal: ReasoningSeal;
  running: RunningExchanges;
  logger: Logger;
  /** Says a warning once, however many requests give rise to it. */
  warnOnce: (message: string) => void;
  toolDenylist: ReadonlySet<string>;
  keepAliveMs: number;
  stallMs: number;
  onRequest: (report: RequestReport) => void;
}

/**
 * Answers a request. A streaming client has been answered in full when this resolves, unless the outcome is an
 * error and nothing was written (`headersSent`): that, and every blocking answer, is the caller's to write.
 * @throws RelayError when the request fails before it can be sent anywhere
 */
export async function respond(
  request: ResponsesRequest,
  client: Client,
  connection: ServerResponse,
  parts: RelayParts,
): Promise<Outcome> {
  const history = await recallResponses(request, parts.history);
  const target = parts.routing.targetFor(request.model, client.bearer);
  const translation = await translate(request, target, history, parts);
  const exchange = beginExchange(request, client, target, translation, parts.seal);
  const stream = request.stream
    ? new ClientStream(connection, exchange.reducer, parts.keepAliveMs)
    : undefined;
  parts.running.begin(exchange);
  reportStart(exchange, parts);
  endWithClient(exchange, connection);
  const outcome = await relayAnswer(exchange, stream, parts);
  // The record is kept before the client learns of the end: it may continue at once.
  await retain(exchange, outcome, parts);
  await stream?.end(outcome.lastEvents);
  reportEnd(exchange, outcome, parts);
  parts.running.end(exchange, outcome);
  return outcome;
}

async function translate(
  request: ResponsesRequest,
  { profile, model }: Target,
  history: readonly InputItem[],
  parts: RelayParts,
): Promise<ChatTranslation> {
  const { toolDenylist, seal, warnOnce } = parts;
  const conversation = readConversation(request, { profile, model, history, toolDenylist, seal });
  const translation = writeChatRequest(
    conversation,
    await recallReasoning(conversation.lacking, conversation.options, parts.history),
  );
  for (const kind of translation.tools.dropped) {
    warnOnce(`tool "${kind}" is hosted by OpenAI and has no Chat Completions form: left out`);
  }
  for (const note of translation.notes) warnOnce(note);
  return translation;
}

function endWithClient({ abort }: Exchange, connection: ServerResponse): void {
  const leave = () => {
    if (!connection.writableEnded) abort.abort(new RelayError('cancelled', 'The client left.'));
  };
  // It may have left while its history was read.
  if (connection.destroyed) leave();
  else connection.once('close', leave);
}
