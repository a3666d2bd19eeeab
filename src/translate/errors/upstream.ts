/** Turns a provider's error, whatever its shape, into one that clients understand. */
import { type ErrorCode, RelayError } from '../../errors.ts';
import { asObject } from '../../json.ts';
import type { ChatChunk } from '../../wire/chat.ts';
import type { Profile } from '../profile.ts';
import { classify } from './classify.ts';
import { isFailure } from './complaint.ts';
import { type SaidError, saidBy, saidIn } from './said.ts';
import { sentence } from './sentence.ts';
import { type Clock, waitIn } from './waits.ts';

export interface UpstreamFailure {
  status: number;
  /** The body as text; any length, any shape. */
  body: string;
  /** How long the headers ask to wait; if they say nothing, the body is read. */
  retryAfterSeconds?: number | undefined;
  /** Milliseconds since the epoch, for dates in the body. Default: dates are not read. */
  now?: number;
}

/** The error of an HTTP reply whose status is not 2xx. */
export function upstreamError(failure: UpstreamFailure, profile: Profile, model: string): RelayError {
  const { status, body } = failure;
  const said = saidIn(body);
  if (body.trim() === '') said.codes.push(`http_${status}_empty`);
  said.codes.push(`http_${status}`);
  const retryAfterSeconds = failure.retryAfterSeconds ?? waitIn(said, clockOf(profile, failure.now));
  return toRelayError(said, status, retryAfterSeconds, profile, model);
}

/**
 * The error that a provider put into a stream or JSON reply with status 200; undefined if there is none. Runs for every
 * chunk, so it must be cheap if there is no error.
 * @param now milliseconds since the epoch. Default: dates are not read
 */
export function errorInChunk(
  chunk: ChatChunk,
  profile: Profile,
  model: string,
  now?: number,
): RelayError | undefined {
  if (!holdsError(chunk)) return undefined;
  const said = saidBy(chunk);
  const status = Number(said.codes.find((code) => /^[45]\d\d$/.test(code)) ?? 0);
  const isRefusal = said.codes.some((code) => /invalid.?(request|argument|param)|bad.?request/i.test(code));
  const wait = waitIn(said, clockOf(profile, now));
  return toRelayError(said, status || (isRefusal ? 400 : 0), wait, profile, model);
}

function clockOf({ utcOffset }: Profile, now: number | undefined): Clock | undefined {
  return now === undefined ? undefined : { now, utcOffset: utcOffset ?? undefined };
}

/** @param status 0 if it is not known */
function toRelayError(
  said: SaidError,
  status: number,
  wait: number | undefined,
  profile: Profile,
  model: string,
): RelayError {
  const found = classify(status, said, model, profile, wait);
  const isStated =
    status !== 0 && said.codes.some((code) => code === `http_${status}` || code === String(status));
  const words = sentence({
    class: found,
    status: isStated ? status : undefined,
    said: said.message,
    profile,
    model,
    wait,
  });
  return new RelayError(found.code, words, {
    status: clientStatus(found.code, status),
    retryAfterSeconds: wait,
  });
}

/** Whether a chunk holds an error. */
export function holdsError(chunk: ChatChunk): boolean {
  if (chunk.error) return true;
  const { choices } = chunk;
  if (choices && choices.length > 0) return Boolean(choices[0]?.error) || failsInBaseResp(chunk);
  if (failsInBaseResp(chunk) || asObject(chunk['x_groq'])?.['error']) return true;
  if (choices) return false;
  // Cerebras, vLLM and many others, 2026-11: no envelope at all.
  const body = asObject(chunk);
  return chunk['detail'] !== undefined || (body !== undefined && isFailure(body));
}

/** MiniMax, 2026-11: every reply has one; 0 is success. */
function failsInBaseResp(chunk: ChatChunk): boolean {
  const status = asObject(chunk['base_resp'])?.['status_code'];
  return (typeof status === 'number' || typeof status === 'string') && /[1-9]/.test(String(status));
}

function clientStatus(code: ErrorCode, status: number): number | undefined {
  if (code === 'context_length_exceeded') return 400;
  if (code === 'insufficient_quota' || code === 'rate_limit_exceeded') return 429;
  if (code === 'upstream_unauthorized' && status !== 403) return 401;
  if (code === 'model_not_found' && status === 400) return 404;
  // If the provider gives no status, the code tells more.
  return status >= 400 ? status : undefined;
}
