/** A provider's error, in whichever shape, as what a client understands. */
import type { ChatChunk } from './chat.ts';
import { type ErrorCode, RelayError } from './errors.ts';
import type { Profile } from './profile.ts';

export interface UpstreamFailure {
  status: number;
  /** The body as text; any length, any shape. */
  body: string;
  /** Value of the `Retry-After` header. */
  retryAfter?: string | undefined;
}

const OVERFLOW =
  /context[ _]?(length|window|size)|maximum prompt length|too large for model|exceed\w* (the )?(model )?(token|max\w*) (limit|length)|range of input length|prompt (is )?(too long|exceeds)|reduce the length|input token (count|length)|longer than the model|current length is/i;
const RATE = /rate.?limit|too many requests/i;
const QUOTA =
  /insufficient.?(quota|balance|credit)|exceeded.?(your )?current.?quota|billing|payment required|arrearage|out of credits/i;
const MAX_MESSAGE = 600;

/** The error of an HTTP reply that is no 2xx. */
export function upstreamError(failure: UpstreamFailure, profile: Profile, model: string): RelayError {
  const { status } = failure;
  const said = messageIn(parsed(failure.body), failure.body);
  const code = codeFor(status, said.message, said.code);
  const retryAfterSeconds = seconds(failure.retryAfter);
  return new RelayError(code, sentence(code, status, said.message, profile, model, retryAfterSeconds), {
    status: clientStatus(code, status),
    retryAfterSeconds,
  });
}

/** The error object that a provider put into a stream that began with 200; undefined where there is none. */
export function errorInChunk(chunk: ChatChunk, profile: Profile, model: string): RelayError | undefined {
  const { error } = chunk;
  if (error === undefined || error === null) return undefined;
  const said = messageIn(chunk, '');
  const status = Number(said.code);
  const isStatus = status >= 400 && status < 600;
  const code = codeFor(isStatus ? status : 500, said.message, said.code);
  return new RelayError(
    code,
    sentence(code, isStatus ? status : undefined, said.message, profile, model, undefined),
  );
}

interface Said {
  message: string;
  code: string;
}

function codeFor(status: number, message: string, code: string): ErrorCode {
  if (code === 'context_length_exceeded') return 'context_length_exceeded';
  if (code === 'insufficient_quota' || status === 402) return 'insufficient_quota';
  const isRate = RATE.test(message) || RATE.test(code);
  if (!isRate && (OVERFLOW.test(message) || OVERFLOW.test(code))) return 'context_length_exceeded';
  if (QUOTA.test(message) || QUOTA.test(code)) return 'insufficient_quota';
  if (status === 429 || isRate) return 'rate_limit_exceeded';
  if (status === 413) return 'context_length_exceeded';
  if (status === 401 || status === 403) return 'upstream_unauthorized';
  if (status === 404) return 'model_not_found';
  if (status === 503 || status === 529) return 'server_is_overloaded';
  return status >= 500 ? 'upstream_error' : 'invalid_prompt';
}

function clientStatus(code: ErrorCode, status: number): number {
  if (code === 'context_length_exceeded') return 400;
  if (code === 'insufficient_quota' || code === 'rate_limit_exceeded') return 429;
  return status >= 400 ? status : 502;
}

function sentence(
  code: ErrorCode,
  status: number | undefined,
  said: string,
  profile: Profile,
  model: string,
  wait: number | undefined,
): string {
  const answered = status === undefined ? '' : ` (HTTP ${status})`;
  const quote = said === '' ? '.' : `: ${said}${/[.!?]$/.test(said) ? '' : '.'}`;
  switch (code) {
    case 'upstream_unauthorized':
      return `${profile.name} refused the API key${answered}${quote} Check the key of this provider.`;
    case 'model_not_found':
      return `${profile.name} has no model "${model}"${answered}${quote} Choose one that it lists.`;
    case 'context_length_exceeded':
      return `The conversation no longer fits the context window of ${model} at ${profile.name}${quote}`;
    case 'insufficient_quota':
      return `${profile.name} says that the account is out of quota${answered}${quote}`;
    case 'rate_limit_exceeded': {
      // Codex reads the wait from exactly these words.
      const again = wait === undefined ? '' : ` Please try again in ${wait}s.`;
      return `${profile.name} limits the rate of requests${answered}${quote}${again}`;
    }
    case 'server_is_overloaded':
      return `${profile.name} is overloaded${answered}${quote}`;
    case 'invalid_prompt':
      return `${profile.name} refused the request${answered}${quote}`;
    default:
      return `${profile.name} failed${answered}${quote}`;
  }
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    // Gateways answer in HTML or plain text: the caller falls back to the text.
    return undefined;
  }
}

/** The message and code of the known shapes: `{error:{}}`, `{error:""}`, `[{error}]`, `{message}`, `{detail}`. */
function messageIn(value: unknown, text: string): Said {
  const body = record(Array.isArray(value) ? value[0] : value);
  if (body === undefined) return { message: plain(text), code: '' };
  const error = record(body['error']);
  const holder = error ?? body;
  const raw = record(holder['metadata'])?.['raw'];
  const own = first(holder['message'], body['error'], holder['detail'], holder['msg']);
  const message = typeof raw === 'string' && raw !== '' ? `${own} ${plain(raw)}`.trim() : own;
  return { message: plain(message), code: first(holder['code'], holder['type'], body['status_code']) };
}

function first(...values: unknown[]): string {
  for (const value of values) {
    if (typeof value === 'string' && value !== '') return value;
    if (typeof value === 'number') return String(value);
    if (Array.isArray(value) && value.length > 0) return JSON.stringify(value);
  }
  return '';
}

/** One line, without markup, short enough for a status line. */
function plain(text: string): string {
  const line = text
    .replace(/<(style|script|head)[\s\S]*?<\/\1>/gi, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return line.length > MAX_MESSAGE ? `${line.slice(0, MAX_MESSAGE)}...` : line;
}

function seconds(retryAfter: string | undefined): number | undefined {
  if (retryAfter === undefined) return undefined;
  const value = Number(retryAfter);
  return Number.isFinite(value) && value >= 0 ? Math.ceil(value) : undefined;
}

function record(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}
