/** The codes of a failed response for clients other than Codex. */
import type { ErrorCode } from '../../errors.ts';

/** Codes from the closed list that OpenAI's clients know; strict clients (openai-java, 2026-11) reject any other. */
export type ListedErrorCode = 'server_error' | 'rate_limit_exceeded' | 'invalid_prompt';

const LISTED: Readonly<Partial<Record<ErrorCode, ListedErrorCode>>> = {
  rate_limit_exceeded: 'rate_limit_exceeded',
  insufficient_quota: 'rate_limit_exceeded',
  // The fault is in the request or what it asks for: if sent again, it fails again.
  context_length_exceeded: 'invalid_prompt',
  invalid_request: 'invalid_prompt',
  invalid_prompt: 'invalid_prompt',
  model_not_found: 'invalid_prompt',
  not_found: 'invalid_prompt',
  forbidden: 'invalid_prompt',
  unauthorized: 'invalid_prompt',
  upstream_unauthorized: 'invalid_prompt',
};

/** Codes that OpenAI sends although they are on no list: Strands (2026-11) recognises a full window by its code. */
const SENT_ALL_THE_SAME: ReadonlySet<ErrorCode> = new Set(['context_length_exceeded', 'insufficient_quota']);

/** `response.error.code`: the nearest code on the list; the message says the rest. */
export function responseErrorCode(code: ErrorCode): ListedErrorCode {
  return LISTED[code] ?? 'server_error';
}

/** The code of the `error` event before `response.failed`, which no client checks against a list. */
export function eventErrorCode(code: ErrorCode): string {
  return SENT_ALL_THE_SAME.has(code) ? code : responseErrorCode(code);
}
