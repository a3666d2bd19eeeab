/**
 * What the history gives back to a request: earlier responses that it continues, items that it refers to, and
 * reasoning that its client dropped.
 */
import { RelayError } from '../../errors.ts';
import type { HistoryStore } from '../../history/store.ts';
import type { ProviderReasoning } from '../../translate/reasoning/reasoning.ts';
import { type Answer, type AnswerKey, isForeign, joinTexts } from '../../translate/request/conversation.ts';
import type { Conversation } from '../../translate/request/to-chat-request.ts';
import type { InputItem, ResponsesRequest } from '../../wire/responses.ts';
import { answerFingerprint, callFingerprint, questionsOf } from './answer-fingerprint.ts';
import type { LastConversation } from './client-connection.ts';
import { responseOfItem } from './ids.ts';

/**
 * The items of the conversation that the request continues by `previous_response_id`, oldest first.
 * @param memory of the connection that the request came on
 * @throws RelayError `previous_response_not_found`
 */
export async function recallResponses(
  { previous_response_id: id }: ResponsesRequest,
  history: HistoryStore,
  memory?: LastConversation,
): Promise<readonly InputItem[]> {
  if (!id) return [];
  const items = memory?.upTo(id) ?? (await history.conversation(id));
  if (items !== undefined) return items;
  throw new RelayError('previous_response_not_found', `Previous response with id '${id}' not found.`, {
    param: 'previous_response_id',
  });
}

/**
 * The request with the items themselves where its input refers to them by id, as the AI SDK does with all that
 * a model said before. What the conversation has already is not said twice.
 * @param conversation what the request continues
 * @throws RelayError `invalid_request` for an id under which nothing is stored
 */
export async function recallItems(
  request: ResponsesRequest,
  conversation: readonly InputItem[],
  history: HistoryStore,
): Promise<ResponsesRequest> {
  const { input } = request;
  if (typeof input === 'string' || !input.some(isReference)) return request;
  const known = new Set(conversation.map((item) => item.id));
  for (const item of input) if (!isReference(item)) known.add(item.id);
  const items: InputItem[] = [];
  for (const item of input) {
    if (!isReference(item)) items.push(item);
    else if (!known.has(item.id)) {
      known.add(item.id);
      items.push(await storedItem(item.id ?? '', history));
    }
  }
  return { ...request, input: items };
}

/** `type` may be left out: then an id and nothing else makes a reference. */
function isReference(item: InputItem): boolean {
  if (item.type) return item.type === 'item_reference';
  return Boolean(item.id) && item.role === undefined && item.content === undefined;
}

async function storedItem(id: string, history: HistoryStore): Promise<InputItem> {
  const item = await history.item(id, responseOfItem(id));
  if (item !== undefined) return item;
  throw new RelayError('invalid_request', `Item with id '${id}' not found.`, { param: 'input' });
}

/** Reasoning that was retained of these answers, where it is still that of the model which gets it. */
export async function recallReasoning(
  { entries, lacking, options }: Pick<Conversation, 'entries' | 'lacking' | 'options'>,
  history: HistoryStore,
): Promise<Map<Answer, ProviderReasoning>> {
  const found = new Map<Answer, ProviderReasoning>();
  if (lacking.length === 0 || !history.hasReasoning) return found;
  const questions = questionsOf(entries);
  const find = async (answer: Answer) => {
    const key = { text: joinTexts(answer.texts), calls: answer.calls };
    const reasoning = await findReasoning(key, questions.get(answer) ?? '', history);
    if (reasoning !== undefined && !isForeign(reasoning, options)) found.set(answer, reasoning);
  };
  // A store may be a network away: many are asked for at once.
  for (let from = 0; from < lacking.length; from += ASKED_AT_ONCE) {
    await Promise.all(lacking.slice(from, from + ASKED_AT_ONCE).map(find));
  }
  return found;
}

const ASKED_AT_ONCE = 32;

async function findReasoning(
  key: AnswerKey,
  asked: string,
  history: HistoryStore,
): Promise<ProviderReasoning | undefined> {
  const [call] = key.calls;
  // A client may have rewritten the answer's text: then its first call still tells which one it is.
  return (
    (await history.reasoningByFingerprint(answerFingerprint(key, asked))) ??
    (call === undefined ? undefined : await history.reasoningByCallId(callFingerprint(call, asked)))
  );
}
