/**
 * Prepares what is sent to a target: the request translated to Chat Completions, or repaired for its own Responses API.
 */
import { messageOf } from '../../errors.ts';
import type { HistoryStore } from '../../history/store.ts';
import { requestRepairs } from '../../translate/native/repairs.ts';
import { toNativeRequest } from '../../translate/native/to-native-request.ts';
import type { ReasoningSeal } from '../../translate/reasoning/reasoning.ts';
import { inputItems, readConversation, writeChatRequest } from '../../translate/request/to-chat-request.ts';
import type { InputItem, ResponsesRequest } from '../../wire/responses.ts';
import type { Target } from '../routing/target.ts';
import { questionsOf } from './answer-fingerprint.ts';
import type { Attempt } from './exchange.ts';
import { lastQuestion, recallReasoning, withRecalledReasoning } from './recall.ts';
import { type ReportOptions, reportTools } from './report.ts';

export interface PrepareParts extends ReportOptions {
  history: HistoryStore;
  seal: ReasoningSeal;
  warnOnce: (message: string) => void;
  toolDenylist: ReadonlySet<string>;
}

type Prepared = Pick<Attempt, 'translation' | 'asked'>;

/** @param history the items that came before the request's own */
export async function prepare(
  request: ResponsesRequest,
  target: Target,
  history: readonly InputItem[],
  parts: PrepareParts,
): Promise<Prepared> {
  const prepared =
    target.wire === 'chat'
      ? await translate(request, target, history, parts)
      : await repair(request, target, history, parts);
  for (const note of prepared.translation.notes) parts.warnOnce(note);
  reportTools(prepared.translation, parts);
  return prepared;
}

async function translate(
  request: ResponsesRequest,
  target: Target,
  history: readonly InputItem[],
  parts: PrepareParts,
): Promise<Prepared> {
  const conversation = readConversation(request, optionsOf(target, history, parts));
  const recalled = await orNothing(recallReasoning(conversation, parts.history), parts);
  const translation = writeChatRequest(conversation, recalled);
  for (const kind of translation.tools.dropped) {
    parts.warnOnce(`tool "${kind}" is hosted by OpenAI and has no Chat Completions form: left out`);
  }
  const asked = questionsOf(conversation.entries).get(undefined) ?? '';
  return { translation: { wire: 'chat', ...translation }, asked };
}

async function repair(
  request: ResponsesRequest,
  target: Target,
  history: readonly InputItem[],
  parts: PrepareParts,
): Promise<Prepared> {
  const options = { ...optionsOf(target, history, parts), native: target.native };
  const items = [...history, ...inputItems(request.input)];
  const first = toNativeRequest(request, options);
  const recalled = await orNothing(withRecalledReasoning(items, first.tools, options, parts.history), parts);
  const translation =
    recalled === undefined
      ? first
      : toNativeRequest({ ...request, input: recalled }, { ...options, history: [] });
  for (const kind of translation.tools.dropped) {
    parts.warnOnce(`tool "${kind}" is hosted by OpenAI, and ${target.profile.name} has none: left out`);
  }
  const repairs = requestRepairs(request, translation.body);
  return { translation: { wire: 'responses', repairs, ...translation }, asked: lastQuestion(items) };
}

function optionsOf({ provider, profile, model }: Target, history: readonly InputItem[], parts: PrepareParts) {
  const { toolDenylist, seal } = parts;
  const { extraParams, dropParams } = provider;
  return { profile, model, history, toolDenylist, seal, extraParams, dropParams };
}

/** A store that fails must not fail the request: the answer matters more than earlier thinking. */
function orNothing<T>(recalled: Promise<T>, { logger }: PrepareParts): Promise<T | undefined> {
  return recalled.catch((error: unknown) => {
    logger.error(`history: reasoning of earlier answers was not read: ${messageOf(error)}`);
    return undefined;
  });
}
