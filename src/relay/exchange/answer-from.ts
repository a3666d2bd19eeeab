/**
 * The answer from the first target that gives one. Another target is tried only while the client has been given
 * nothing (keep-alive is nothing), and only for causes that another target can cure: no tool runs twice, and no
 * word is said twice.
 */
import { messageOf } from '../../errors.ts';
import type { HistoryStore } from '../../history/store.ts';
import { needsStream } from '../../translate/errors/codex.ts';
import type { ReasoningSeal } from '../../translate/reasoning/reasoning.ts';
import { readConversation, writeChatRequest } from '../../translate/request/to-chat-request.ts';
import type { InputItem, ResponsesRequest } from '../../wire/responses.ts';
import { isCurable } from '../routing/health.ts';
import { type Target, targetName } from '../routing/target.ts';
import { questionsOf } from './answer-fingerprint.ts';
import type { ClientStream } from './client-stream.ts';
import { type DescribeParts, withImagesDescribed } from './describe-images.ts';
import { everyTargetFailed } from './every-target-failed.ts';
import { type Attempt, beginAttempt, type Exchange, type Outcome } from './exchange.ts';
import { recallReasoning } from './recall.ts';
import { relayAnswer } from './relay-answer.ts';
import { reportTools } from './report.ts';
import type { UnmarkedThinking } from './unmarked-thinking.ts';

export interface AnswerParts extends DescribeParts {
  history: HistoryStore;
  seal: ReasoningSeal;
  warnOnce: (message: string) => void;
  toolDenylist: ReadonlySet<string>;
  heal: boolean;
  unmarkedThinking: UnmarkedThinking;
  stallMs: number | undefined;
  firstOutputMs: number;
  onBindings: (text: string) => void;
}

/** @param history the items that came before the request's own */
export async function answerFrom(
  [target, ...others]: readonly [Target, ...Target[]],
  exchange: Exchange,
  history: readonly InputItem[],
  stream: ClientStream | undefined,
  parts: AnswerParts,
): Promise<Outcome> {
  const asked = { history, request: exchange.request };
  const shown = await withImagesDescribed(asked, target, exchange, parts);
  const translated = await translate(shown.request, target, shown.history, parts);
  const attempt = beginAttempt(exchange, target, translated, {
    ...parts,
    mayWait: parts.unmarkedThinking.has(target),
    contextWindow: parts.routing.windowOf(target),
  });
  const [next, ...rest] = others;
  const outcome = await relayAnswer(exchange, attempt, stream, { ...parts, isLast: next === undefined });
  noteOutcome(exchange, outcome, parts);
  if (outcome.error === undefined) return outcome;
  if (next === undefined || !mayHop(outcome, exchange, stream)) {
    // Codex understands some codes only as events.
    if (exchange.client.isCodex && needsStream(outcome.error)) stream?.begin();
    return everyTargetFailed(exchange, outcome);
  }
  parts.logger.warn(
    `${targetName(target)}: ${outcome.error.code}, ${targetName(next)} is asked instead: ${outcome.error.message}`,
  );
  // What the client was not told of the failure takes no number.
  exchange.nextSequence = outcome.lastEvents[0]?.sequence_number ?? exchange.nextSequence;
  return answerFrom([next, ...rest], exchange, history, stream, parts);
}

function mayHop({ error }: Outcome, { abort }: Exchange, stream: ClientStream | undefined): boolean {
  return error !== undefined && isCurable(error) && !abort.signal.aborted && !stream?.hasGiven;
}

/** What the outcome says of the target: its health, and where the thread is from now on. */
function noteOutcome(exchange: Exchange, { attempt, error }: Outcome, parts: AnswerParts): void {
  const { routing, onBindings, unmarkedThinking } = parts;
  if (attempt.reducer.closedUnopened) {
    unmarkedThinking.add(attempt.target);
    parts.warnOnce(
      `${targetName(attempt.target)} closes thinking that it never opened: its answers are shown when they are known to be no thinking`,
    );
  }
  if (exchange.abort.signal.aborted) return;
  routing.health.note(attempt.target, error, Date.now());
  const thread = exchange.request.prompt_cache_key ?? exchange.client.thread;
  if (error !== undefined || thread === undefined) return;
  if (routing.bind(thread, attempt.target)) onBindings(routing.bindings.text());
}

/** The request in the target's dialect, with the reasoning that the history still has. */
export async function translate(
  request: ResponsesRequest,
  { provider, profile, model }: Target,
  history: readonly InputItem[],
  parts: AnswerParts,
): Promise<Pick<Attempt, 'translation' | 'asked'>> {
  const { toolDenylist, seal, warnOnce } = parts;
  const { extraParams, dropParams } = provider;
  const options = { profile, model, history, toolDenylist, seal, extraParams, dropParams };
  const conversation = readConversation(request, options);
  const recalled = await recallReasoning(conversation, parts.history).catch((error: unknown) => {
    // The answer is worth more than the thinking of earlier ones.
    parts.logger.error(`history: reasoning of earlier answers was not read: ${messageOf(error)}`);
    return undefined;
  });
  const translation = writeChatRequest(conversation, recalled);
  for (const kind of translation.tools.dropped) {
    warnOnce(`tool "${kind}" is hosted by OpenAI and has no Chat Completions form: left out`);
  }
  for (const note of translation.notes) warnOnce(note);
  reportTools(translation.body, parts);
  return { translation, asked: questionsOf(conversation.entries).get(undefined) ?? '' };
}
