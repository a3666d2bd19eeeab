/** When the last target has failed too, one sentence tells the client what became of each. */
import { RelayError } from '../../errors.ts';
import { inOwnWords } from '../../translate/errors/codex.ts';
import type { ResponseEvent } from '../../wire/responses.ts';
import { targetName } from '../routing/target.ts';
import { type Exchange, type Outcome, refusesWire } from './exchange.ts';

/** The outcome of the last attempt, with the causes of all of them; unchanged if it was the only one. */
export function everyTargetFailed({ attempts: tried, client }: Exchange, outcome: Outcome): Outcome {
  const { error, response } = outcome;
  // Such a target was asked again at once by the other API, and only that attempt counts.
  const attempts = tried.filter((attempt) => !refusesWire(attempt));
  if (error === undefined || attempts.length < 2) return outcome;
  const causes = attempts.flatMap(({ target, reducer }) =>
    reducer.error === undefined ? [] : [`${targetName(target)}: ${reducer.error.message}`],
  );
  const message = `None of ${attempts.length} targets could answer. ${causes.join(' ')}`;
  const whole = new RelayError(error.code, message, {
    status: error.status,
    retryAfterSeconds: shortestWait(attempts.flatMap(({ reducer }) => reducer.error ?? [])),
    cause: error,
  });
  // With some codes Codex shows only its own sentence (about one account's quota, say), and hides what became of the
  // rest.
  const code = client.isCodex ? inOwnWords(whole).code : (response.error?.code ?? whole.code);
  response.error = { code, message };
  return {
    ...outcome,
    error: whole,
    lastEvents: outcome.lastEvents.map((event) => withError(event, { code, message })),
  };
}

function withError(event: ResponseEvent, error: { code: string; message: string }): ResponseEvent {
  const { message } = error;
  if (event.type === 'error') return { ...event, message, error: { ...event.error, message } };
  if (event.type !== 'response.failed' || event.response.error === null) return event;
  return { ...event, response: { ...event.response, error } };
}

function shortestWait(errors: readonly RelayError[]): number | undefined {
  const waits = errors.flatMap(({ retryAfterSeconds }) => retryAfterSeconds ?? []);
  return waits.length === 0 ? undefined : Math.min(...waits);
}
