/** When the last target has failed too, the client is told in one sentence what became of each. */
import { RelayError } from '../../errors.ts';
import { inOwnWords } from '../../translate/errors/codex.ts';
import type { ResponseEvent } from '../../wire/responses.ts';
import { targetName } from '../routing/target.ts';
import { type Exchange, type Outcome, refusesWire } from './exchange.ts';

/** The outcome of the last attempt with the causes of all; unchanged where it was the only one. */
export function everyTargetFailed({ attempts: tried, client }: Exchange, outcome: Outcome): Outcome {
  const { error, response } = outcome;
  // The same target was asked by another API at once: only that counts.
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
  // Codex's sentence about one account's quota would be all that its user sees of several.
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
