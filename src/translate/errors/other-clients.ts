/** The code of a failed response for clients other than Codex. */
import type { ErrorCode } from '../../errors.ts';

/** Of the closed list that OpenAI's clients know; the strict ones (openai-java, 2026-11) refuse any other. */
export type ListedErrorCode = 'server_error' | 'rate_limit_exceeded' | 'invalid_prompt';

/** Two codes are in no list, and OpenAI sends them all the same: Strands (2026-11) tells a full window by its code. */
export type ResponseErrorCode = ListedErrorCode | 'context_length_exceeded' | 'insufficient_quota';

const KNOWN: Readonly<Partial<Record<ErrorCode, ResponseErrorCode>>> = {
  rate_limit_exceeded: 'rate_limit_exceeded',
  context_length_exceeded: 'context_length_exceeded',
  insufficient_quota: 'insufficient_quota',
  // The request is at fault, or what it asks for: sent again, it fails again.
  invalid_request: 'invalid_prompt',
  invalid_prompt: 'invalid_prompt',
  model_not_found: 'invalid_prompt',
  not_found: 'invalid_prompt',
  forbidden: 'invalid_prompt',
  unauthorized: 'invalid_prompt',
  upstream_unauthorized: 'invalid_prompt',
};

/** The nearest code of the list; the message says the rest. */
export function responseErrorCode(code: ErrorCode): ResponseErrorCode {
  return KNOWN[code] ?? 'server_error';
}
