/** When the last target has failed too, the client is told in one sentence what became of each. */
import { RelayError } from '../../errors.ts';
import { forCodex } from '../../translate/errors/codex.ts';
import type { ResponseEvent } from '../../wire/responses.ts';
import { targetName } from '../routing/target.ts';
import type { Exchange, Outcome } from './exchange.ts';

/** The outcome of the last attempt with the causes of all; unchanged where it was the only one. */
export function everyTargetFailed({ attempts, client }: Exchange, outcome: Outcome): Outcome {
  const { error, response } = outcome;
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
  const told = client.isCodex ? forCodex(whole) : whole;
  response.error = { code: response.error?.code ?? told.code, message };
  return {
    ...outcome,
    error: whole,
    lastEvents: outcome.lastEvents.map((event) => withMessage(event, message)),
  };
}

function withMessage(event: ResponseEvent, message: string): ResponseEvent {
  if (event.type === 'error') return { ...event, message, error: { ...event.error, message } };
  if (event.type !== 'response.failed' || event.response.error === null) return event;
  return { ...event, response: { ...event.response, error: { ...event.response.error, message } } };
}

function shortestWait(errors: readonly RelayError[]): number | undefined {
  const waits = errors.flatMap(({ retryAfterSeconds }) => retryAfterSeconds ?? []);
  return waits.length === 0 ? undefined : Math.min(...waits);
}
