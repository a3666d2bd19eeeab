/** Errors for answers that failed. */
import { RelayError } from '../../errors.ts';
import type { ResponseUsage } from '../../wire/responses.ts';
import type { Profile } from '../profile.ts';
import type { ReducerOptions } from './options.ts';

/** @param what the provider did, e.g. `ended the answer inside a tool call` */
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
 * The error for an answer to Codex that was cut because the window was full: Codex sets no limit of its own, but vLLM
 * (2026-11) calls a full window "length", too. Undefined for other clients, which expect an incomplete response, as
 * from OpenAI.
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

/** A little less than full, because servers stop a few tokens early and lists round. */
const FULL = 0.98;

/** @param redact removes secrets from what the provider said */
export function redacted(error: RelayError, redact: (text: string) => string): RelayError {
  const { code, message, status, param, retryAfterSeconds, cause } = error;
  return new RelayError(code, redact(message), { status, param, retryAfterSeconds, cause });
}
