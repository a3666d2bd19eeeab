/**
 * What the history gives back to a request: earlier responses that it continues, items that it refers to, and
 * reasoning that its client dropped.
 */
import { RelayError } from '../../errors.ts';
import type { HistoryStore } from '../../history/store.ts';
import type { ProviderReasoning } from '../../translate/reasoning/reasoning.ts';
import { readContent } from '../../translate/request/content.ts';
import {
  type Answer,
  type AnswerKey,
  answerKeyOf,
  isForeign,
  joinTexts,
} from '../../translate/request/conversation.ts';
import { kindOf } from '../../translate/request/item-kinds.ts';
import type { Conversation, TranslationOptions } from '../../translate/request/to-chat-request.ts';
import type { ToolTable } from '../../translate/tools/table.ts';
import { HOSTED_TYPES, type InputItem, type ResponsesRequest } from '../../wire/responses.ts';
import { answerFingerprint, callFingerprint, questionsOf } from './answer-fingerprint.ts';
import type { LastConversation } from './client-connection.ts';
import { responseOfItem } from './ids.ts';

/**
 * The items of the conversation that the request continues by `previous_response_id`, oldest first.
 * @param memory of the connection that the request came in on
 * @throws RelayError `previous_response_not_found`
 */
export async function recallResponses(
  { previous_response_id: id }: ResponsesRequest,
  history: HistoryStore,
  memory?: LastConversation,
): Promise<readonly InputItem[]> {
  if (!id) return [];
  const last = memory?.upTo(id);
  const items = last === undefined ? await history.conversation(id) : last.items;
  const isDeleted = last?.isStored === true && !(await mayBeStored(id, history));
  if (items !== undefined && !isDeleted) return items;
  throw new RelayError('previous_response_not_found', `Previous response with id '${id}' not found.`, {
    param: 'previous_response_id',
  });
}

/** Whether nothing says that a response was deleted or has expired; a store that is away says nothing. */
async function mayBeStored(id: string, history: HistoryStore): Promise<boolean> {
  return history.exchange(id).then(
    (stored) => stored !== undefined,
    () => true,
  );
}

/**
 * The request with references to items (by id) replaced by the items, as the AI SDK refers to everything that a model
 * said before. Items that the conversation already has are not repeated.
 * @param conversation the items that the request continues
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

/** `type` may be left out: then an id and nothing else is a reference. */
function isReference(item: InputItem): boolean {
  if (item.type) return item.type === 'item_reference';
  return Boolean(item.id) && item.role === undefined && item.content === undefined;
}

async function storedItem(id: string, history: HistoryStore): Promise<InputItem> {
  const item = await history.item(id, responseOfItem(id));
  if (item !== undefined) return item;
  throw new RelayError('invalid_request', `Item with id '${id}' not found.`, { param: 'input' });
}

/** How many lookups of one request run at once. */
const ASKED_AT_ONCE = 32;

/** The retained reasoning of these answers, as far as it came from the model that now gets it. */
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
  // The store may be across a network, so several lookups run at once.
  for (let from = 0; from < lacking.length; from += ASKED_AT_ONCE) {
    await Promise.all(lacking.slice(from, from + ASKED_AT_ONCE).map(find));
  }
  return found;
}

/**
 * The items of a conversation, with the retained reasoning added to answers that came back without theirs, sealed as
 * the client would have sent it; undefined where there is none to add.
 */
export async function withRecalledReasoning(
  items: readonly InputItem[],
  tools: ToolTable,
  options: Pick<TranslationOptions, 'profile' | 'model' | 'seal'>,
  history: HistoryStore,
): Promise<readonly InputItem[] | undefined> {
  if (!history.hasReasoning) return undefined;
  const result: InputItem[] = [];
  let isChanged = false;
  let asked = '';
  for (const run of runsOf(items)) {
    const isLacking = run.every((item) => isAnswers(item) && item.type !== 'reasoning');
    const found = isLacking ? await findReasoning(answerKeyOf(run, tools), asked, history) : undefined;
    const sealed = found && !isForeign(found, options) ? options.seal?.seal(found) : undefined;
    if (sealed !== undefined) {
      result.push({ type: 'reasoning', summary: [], encrypted_content: sealed });
      isChanged = true;
    }
    result.push(...run);
    asked = questionIn(run) ?? asked;
  }
  return isChanged ? result : undefined;
}

/** What the user said last, in words. */
export function lastQuestion(items: readonly InputItem[]): string {
  for (let at = items.length - 1; at >= 0; at--) {
    const question = questionIn(items.slice(at, at + 1));
    if (question !== undefined) return question;
  }
  return '';
}

/** The items of each answer together, all others alone. */
function runsOf(items: readonly InputItem[]): InputItem[][] {
  const runs: InputItem[][] = [];
  let isOpen = false;
  for (const item of items) {
    const last = runs.at(-1);
    if (isAnswers(item) && isOpen && last !== undefined) last.push(item);
    else runs.push([item]);
    isOpen = isAnswers(item);
  }
  return runs;
}

/** Whether it is part of an answer: said by the assistant, or done by its provider on the way. */
function isAnswers(item: InputItem): boolean {
  const isSaid = item.type === 'reasoning' || item.role === 'assistant' || kindOf(item)?.role === 'call';
  return isSaid || HOSTED_TYPES.some((type) => type === item.type);
}

function questionIn([item]: readonly InputItem[]): string | undefined {
  return item?.role === 'user' ? readContent(item.content).text : undefined;
}

async function findReasoning(
  key: AnswerKey,
  asked: string,
  history: HistoryStore,
): Promise<ProviderReasoning | undefined> {
  const [call] = key.calls;
  // A client may have rewritten the answer's text; its first call still identifies it then.
  return (
    (await history.reasoningByFingerprint(answerFingerprint(key, asked))) ??
    (call === undefined ? undefined : await history.reasoningByCallId(callFingerprint(call, asked)))
  );
}
