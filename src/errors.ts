/** The only error that crosses layers: what happened, where, and what a client may do about it. */

/** What went wrong. Each code has an HTTP status of its own. */
export type ErrorCode =
  /** The request itself is wrong: `param` names the field. */
  | 'invalid_request'
  | 'previous_response_not_found'
  | 'response_not_found'
  | 'request_too_large'
  | 'unauthorized'
  | 'forbidden'
  | 'not_found'
  /** The provider finally refused the request. Codex shows such a message verbatim and stops. */
  | 'invalid_prompt'
  | 'upstream_unauthorized'
  | 'model_not_found'
  | 'context_length_exceeded'
  | 'insufficient_quota'
  /** The provider may accept the same request later. */
  | 'rate_limit_exceeded'
  | 'server_is_overloaded'
  /** The provider answered with something that is not an answer, or broke off. */
  | 'upstream_error'
  | 'upstream_unreachable'
  | 'upstream_stalled'
  /** The external store cannot be reached, and the request needs it. */
  | 'store_unavailable'
  | 'cancelled'
  | 'internal_error';

const STATUS: Record<ErrorCode, number> = {
  invalid_request: 400,
  previous_response_not_found: 400,
  response_not_found: 404,
  request_too_large: 413,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  invalid_prompt: 400,
  upstream_unauthorized: 401,
  model_not_found: 404,
  context_length_exceeded: 400,
  insufficient_quota: 429,
  rate_limit_exceeded: 429,
  server_is_overloaded: 503,
  upstream_error: 502,
  upstream_unreachable: 502,
  upstream_stalled: 504,
  store_unavailable: 503,
  cancelled: 499,
  internal_error: 500,
};

/** What clients may be told besides code and message. */
export interface RelayErrorDetails {
  /** HTTP status for clients other than Codex. Default: the code's own. */
  status?: number | undefined;
  /** The request field at fault, e.g. `tools[2].name`. */
  param?: string | undefined;
  /** How long the provider asks us to wait. */
  retryAfterSeconds?: number | undefined;
  cause?: unknown;
}

/** `message` is for a person: what happened, where (provider, field, file), and what to do. It contains no key. */
export class RelayError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly param: string | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ErrorCode, message: string, details: RelayErrorDetails = {}) {
    super(message, { cause: details.cause });
    this.name = 'RelayError';
    this.code = code;
    this.status = details.status ?? STATUS[code];
    this.param = details.param;
    this.retryAfterSeconds = details.retryAfterSeconds;
  }
}

/** The OpenAI error envelope; `type` follows Open Responses' names. */
export function errorEnvelope(error: RelayError): {
  error: { message: string; type: string; param: string | null; code: string };
} {
  return {
    error: {
      message: error.message,
      type: envelopeType(error.status),
      param: error.param ?? null,
      code: error.code,
    },
  };
}

function envelopeType(status: number): string {
  if (status === 429) return 'too_many_requests';
  if (status === 404) return 'not_found';
  if (status >= 500) return 'server_error';
  return 'invalid_request_error';
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
