/** What the history gives back to a request: earlier responses that it continues, and reasoning that was dropped. */
import { RelayError } from '../../errors.ts';
import type { HistoryStore } from '../../history/store.ts';
import type { ProviderReasoning } from '../../translate/reasoning/reasoning.ts';
import {
  type Answer,
  type AnswerKey,
  type ConversationOptions,
  isForeign,
  joinTexts,
} from '../../translate/request/conversation.ts';
import type { InputItem, ResponsesRequest } from '../../wire/responses.ts';
import { answerFingerprint } from './answer-fingerprint.ts';

/**
 * The items of the conversation that the request continues by `previous_response_id`, oldest first.
 * @throws RelayError `previous_response_not_found`
 */
export async function recallResponses(
  { previous_response_id: id }: ResponsesRequest,
  history: HistoryStore,
): Promise<readonly InputItem[]> {
  if (!id) return [];
  const items = await history.conversation(id);
  if (items !== undefined) return items;
  throw new RelayError('previous_response_not_found', `Previous response with id '${id}' not found.`, {
    param: 'previous_response_id',
  });
}

/** Reasoning that was retained of these answers, where it is still that of the model which gets it. */
export async function recallReasoning(
  lacking: readonly Answer[],
  target: Pick<ConversationOptions, 'profile' | 'model'>,
  history: HistoryStore,
): Promise<Map<Answer, ProviderReasoning>> {
  const found = new Map<Answer, ProviderReasoning>();
  if (!history.hasReasoning) return found;
  for (const answer of lacking) {
    const reasoning = await findReasoning({ text: joinTexts(answer.texts), calls: answer.calls }, history);
    if (reasoning !== undefined && !isForeign(reasoning, target)) found.set(answer, reasoning);
  }
  return found;
}

async function findReasoning(key: AnswerKey, history: HistoryStore): Promise<ProviderReasoning | undefined> {
  const [call] = key.calls;
  // The fingerprint is exact; a call id alone still serves a client that rewrote the answer's text.
  return (
    (await history.reasoningByFingerprint(answerFingerprint(key))) ??
    (call === undefined ? undefined : await history.reasoningByCallId(call.callId))
  );
}
