/** Why an answer is none. */
import { RelayError } from '../../errors.ts';
import type { Profile } from '../profile.ts';

/** @param what it did, e.g. `ended the answer inside a tool call` */
export function brokenAnswer({ name }: Profile, what: string): RelayError {
  return new RelayError('upstream_error', `${name} ${what}.`);
}

export function overflow({ name }: Profile, model: string): RelayError {
  return new RelayError(
    'context_length_exceeded',
    `The conversation no longer fits the context window of ${model} at ${name}.`,
  );
}

/** @param redact takes secrets out of what the provider said */
export function redacted(error: RelayError, redact: (text: string) => string): RelayError {
  const { code, message, status, param, retryAfterSeconds, cause } = error;
  return new RelayError(code, redact(message), { status, param, retryAfterSeconds, cause });
}
