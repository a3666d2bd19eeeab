/** Why an answer is none. */
import { RelayError } from '../../errors.ts';
import type { ResponseUsage } from '../../wire/responses.ts';
import type { Profile } from '../profile.ts';
import type { ReducerOptions } from './options.ts';

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

/**
 * Why an answer of Codex's was cut, where the window was full: it asked for no limit of its own. vLLM, 2026-11, calls
 * that "length" like a limit. Undefined for other clients, which expect what OpenAI does: an incomplete response.
 */
export function windowFull(
  {
    isCodex,
    contextWindow,
    request,
    profile,
    model,
  }: Pick<ReducerOptions, 'isCodex' | 'contextWindow' | 'request' | 'profile' | 'model'>,
  usage: ResponseUsage | undefined,
): RelayError | undefined {
  if (!isCodex || contextWindow === undefined || usage === undefined) return undefined;
  const { max_output_tokens: limit } = request;
  const isOwnLimit = typeof limit === 'number' && usage.output_tokens >= limit;
  if (isOwnLimit || usage.total_tokens < contextWindow * FULL) return undefined;
  return new RelayError(
    'context_length_exceeded',
    `The answer reached the end of the context window of ${model} at ${profile.name} (${contextWindow} tokens).`,
  );
}

/** Servers stop some tokens early, and lists round. */
const FULL = 0.98;

/** @param redact takes secrets out of what the provider said */
export function redacted(error: RelayError, redact: (text: string) => string): RelayError {
  const { code, message, status, param, retryAfterSeconds, cause } = error;
  return new RelayError(code, redact(message), { status, param, retryAfterSeconds, cause });
}
