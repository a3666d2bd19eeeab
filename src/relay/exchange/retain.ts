/**
 * What is kept of an exchange for later requests. The answer matters more than its record, so failures are only logged.
 */
import { messageOf } from '../../errors.ts';
import { withIds } from '../../history/repeated-input.ts';
import type { HistoryStore } from '../../history/store.ts';
import type { Logger } from '../../logger.ts';
import { joinReasoning } from '../../translate/reasoning/replay.ts';
import { answerKeyOf } from '../../translate/request/conversation.ts';
import { inputItems } from '../../translate/request/to-chat-request.ts';
import type { InputItem, ResponseResource, ResponsesRequest } from '../../wire/responses.ts';
import { answerFingerprint, callFingerprint } from './answer-fingerprint.ts';
import type { Attempt, Exchange, Outcome } from './exchange.ts';

const SEALED_FIELD = 'reasoning.encrypted_content';

interface RetainOptions {
  history: HistoryStore;
  logger: Logger;
}

/** A response that could not be kept does not claim to be: it ends with `store` false. */
export async function retain(exchange: Exchange, outcome: Outcome, options: RetainOptions): Promise<void> {
  const { response } = outcome;
  try {
    if (response.status !== 'failed') await retainReasoning(exchange, outcome.attempt, options.history);
  } catch (error) {
    options.logger.error(`history: reasoning of response ${response.id} was not kept: ${messageOf(error)}`);
  }
  const isKept = await retainResponse(exchange.request, response, options);
  if (isKept) return;
  response.store = false;
  for (const event of outcome.lastEvents) if ('response' in event) event.response.store = false;
}

/**
 * Keeps a response for whoever continues or retrieves it, where the client wants that. False if it could not be kept.
 */
export async function retainResponse(
  request: ResponsesRequest,
  response: ResponseResource,
  { history, logger }: Pick<RetainOptions, 'history' | 'logger'>,
): Promise<boolean> {
  if (!response.store) return true;
  const input = withIds(inputItems(request.input), response.previous_response_id);
  try {
    return await history.record({ response, input });
  } catch (error) {
    logger.error(`history: response ${response.id} was not kept: ${messageOf(error)}`);
    return false;
  }
}

/** Keeps the reasoning that the provider wants back, for clients that may not send it. */
async function retainReasoning(
  { request }: Exchange,
  { reducer, translation, asked }: Attempt,
  history: HistoryStore,
): Promise<void> {
  // A client that asks for sealed reasoning sends it back itself, as Codex does.
  if (request.include?.includes(SEALED_FIELD)) return;
  const { id: responseId, output } = reducer.response;
  const reasoning = joinReasoning(reducer.reasoning);
  if (reasoning === undefined) return;
  const key = answerKeyOf(output as readonly InputItem[], translation.tools);
  const callIds = key.calls.map((call) => callFingerprint(call, asked));
  const fingerprint = answerFingerprint(key, asked);
  await history.retainReasoning({ responseId, callIds, fingerprint, reasoning });
}
