/**
 * Gets the answer from the first target that gives one. Another target is tried only while the client has received
 * nothing but keep-alives, and only for causes that another target can cure: no tool runs twice, and no word is said
 * twice.
 */
import { needsStream } from '../../translate/errors/codex.ts';
import type { InputItem } from '../../wire/responses.ts';
import { isCurable } from '../routing/health.ts';
import { type Target, targetName } from '../routing/target.ts';
import { type LearnedWires, onChat } from '../upstream/learned-wires.ts';
import type { ClientStream } from './client-stream.ts';
import { type DescribeParts, withImagesDescribed } from './describe-images.ts';
import { everyTargetFailed } from './every-target-failed.ts';
import { type Attempt, beginAttempt, type Exchange, type Outcome, refusesWire } from './exchange.ts';
import { type PrepareParts, prepare } from './prepare.ts';
import { relayAnswer } from './relay-answer.ts';
import { boundThread } from './route.ts';
import type { UnmarkedThinking } from './unmarked-thinking.ts';

export interface AnswerParts extends DescribeParts, PrepareParts {
  wires: LearnedWires;
  heal: boolean;
  unmarkedThinking: UnmarkedThinking;
  stallMs: number | undefined;
  firstOutputMs: number;
  onBindings: (text: string) => void;
}

/** @param history the items that came before the request's own */
export async function answerFrom(
  [given, ...others]: readonly [Target, ...Target[]],
  exchange: Exchange,
  history: readonly InputItem[],
  stream: ClientStream | undefined,
  parts: AnswerParts,
): Promise<Outcome> {
  const target = parts.wires.working(given);
  const asked = { history, request: exchange.request };
  const shown = await withImagesDescribed(asked, target, exchange, parts);
  const prepared = await prepare(shown.request, target, shown.history, parts);
  const attempt = beginAttempt(exchange, target, prepared, {
    ...parts,
    mayWait: parts.unmarkedThinking.has(target),
    contextWindow: parts.routing.windowOf(target),
  });
  const [next, ...rest] = others;
  const began = parts.routing.health.noted;
  const outcome = await relayAnswer(exchange, attempt, stream, { ...parts, isLast: next === undefined });
  if (refusesWire(attempt) && !stream?.hasGiven) {
    leaveUntold(exchange, outcome);
    return answerFrom([onChat(target), ...others], exchange, history, stream, parts);
  }
  noteOutcome(exchange, outcome, began, parts);
  if (outcome.error === undefined) return outcome;
  if (next === undefined || !mayHop(outcome, exchange, stream)) {
    // Codex understands some error codes only as events.
    if (exchange.client.isCodex && needsStream(outcome.error)) stream?.begin();
    return everyTargetFailed(exchange, outcome);
  }
  parts.logger.warn(
    `${targetName(target)}: ${outcome.error.code}, ${targetName(next)} is asked instead: ${outcome.error.message}`,
  );
  leaveUntold(exchange, outcome);
  return answerFrom([next, ...rest], exchange, history, stream, parts);
}

/** Events that the client never got use up no sequence numbers. */
function leaveUntold(exchange: Exchange, { lastEvents }: Outcome): void {
  exchange.nextSequence = lastEvents[0]?.sequence_number ?? exchange.nextSequence;
}

function mayHop({ error }: Outcome, { abort }: Exchange, stream: ClientStream | undefined): boolean {
  return error !== undefined && isCurable(error) && !abort.signal.aborted && !stream?.hasGiven;
}

/**
 * Records what the outcome says about the target: its health, and where the thread belongs from now on.
 * @param began see `Health.note`
 */
function noteOutcome(
  exchange: Exchange,
  { attempt, error }: Outcome,
  began: number,
  parts: AnswerParts,
): void {
  const { routing, wires, onBindings, unmarkedThinking } = parts;
  if ('closedUnopened' in attempt.reducer && attempt.reducer.closedUnopened) {
    unmarkedThinking.add(attempt.target);
    parts.warnOnce(
      `${targetName(attempt.target)} closes thinking that it never opened: its answers are shown when they are known to be no thinking`,
    );
  }
  if (exchange.abort.signal.aborted) return;
  const before = exchange.attempts.at(-2);
  // If Chat Completions had been refused as well, the wire would not be the cause.
  if (error === undefined && before !== undefined && isOtherWire(before, attempt))
    wires.turnToChat(attempt.target);
  routing.health.note(attempt.target, error, Date.now(), began);
  const thread = boundThread(exchange, routing);
  if (error !== undefined || thread === undefined) return;
  if (routing.bind(thread, attempt.target)) onBindings(routing.bindings.text());
}

/** Whether the two attempts differ only in the wire. */
function isOtherWire({ target: one }: Attempt, { target: other }: Attempt): boolean {
  return one.provider === other.provider && one.model === other.model && one.wire !== other.wire;
}
