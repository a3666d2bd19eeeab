/** Which errors Codex shows, retries or swallows (measured with 0.169.0 and 0.171.0). */
import { type ErrorCode, RelayError } from '../../errors.ts';

/** Codes whose meaning Codex knows; they work inside a stream only. */
const UNDERSTOOD: ReadonlySet<ErrorCode> = new Set([
  'context_length_exceeded',
  'insufficient_quota',
  'rate_limit_exceeded',
  'server_is_overloaded',
]);

/** Codex retries a stream that fails with a code it does not know, which is right for these. */
const WORTH_A_RETRY: ReadonlySet<ErrorCode> = new Set(['upstream_error', 'upstream_stalled', 'cancelled']);

/** Codex sleeps for as long as it is asked to, silently, up to five times. */
const LONGEST_SLEEP_SECONDS = 300;

/**
 * Whether an error that came before the stream must be told inside one, because Codex understands its code only there.
 */
export function needsStream(error: RelayError): boolean {
  return UNDERSTOOD.has(error.code) && !takesLong(error);
}

/** The error for Codex: what no retry can cure gets the code whose message Codex prints verbatim. */
export function forCodex(error: RelayError): RelayError {
  if (takesLong(error)) return new RelayError('invalid_prompt', error.message, { cause: error });
  const isKnown = UNDERSTOOD.has(error.code) || error.code === 'model_not_found';
  if (isKnown || WORTH_A_RETRY.has(error.code)) return error;
  return new RelayError('invalid_prompt', error.message, { cause: error });
}

/** A limit of hours or days: telling the user when it ends is worth more than a retry. */
function takesLong({ code, retryAfterSeconds = 0 }: RelayError): boolean {
  const isLimit = code === 'rate_limit_exceeded' || code === 'insufficient_quota';
  return isLimit && retryAfterSeconds > LONGEST_SLEEP_SECONDS;
}

/** Codes for which Codex shows a sentence of its own instead of the message. */
const SHOWN_IN_OTHER_WORDS: ReadonlySet<ErrorCode> = new Set(['insufficient_quota', 'server_is_overloaded']);

/** The error under a code that makes Codex show its message, where the message says more. */
export function inOwnWords(error: RelayError): RelayError {
  return SHOWN_IN_OTHER_WORDS.has(error.code)
    ? new RelayError('invalid_prompt', error.message, { cause: error })
    : forCodex(error);
}
