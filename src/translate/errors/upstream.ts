/** A provider's error, in whichever shape, as what a client understands. */

import { type ErrorCode, RelayError } from '../../errors.ts';
import { asObject } from '../../json.ts';
import type { ChatChunk } from '../../wire/chat.ts';
import type { Profile } from '../profile.ts';

export interface UpstreamFailure {
  status: number;
  /** The body as text; any length, any shape. */
  body: string;
  /** How long the provider asks to wait. */
  retryAfterSeconds?: number | undefined;
}

const OVERFLOW =
  /context[ _]?(length|window|size)|maximum prompt length|too large for model|exceed\w* (the )?(model )?(token|max\w*) (limit|length)|range of input length|prompt (is )?(too long|exceeds)|reduce the length|input token (count|length)|longer than the model|current length is/i;
const RATE = /rate.?limit|too many requests/i;
const QUOTA =
  /insufficient.?(quota|balance|credit)|exceeded.?(your )?current.?quota|billing|payment required|arrearage|out of credits/i;
const MAX_MESSAGE = 600;
/** Enough to find the words of a web page behind its head; the patterns below are slow on hostile megabytes. */
const MAX_READ = 16 * 1024;

/** The error of an HTTP reply that is no 2xx. */
export function upstreamError(failure: UpstreamFailure, profile: Profile, model: string): RelayError {
  const { status } = failure;
  const said = messageIn(parsed(failure.body), failure.body);
  const isEmpty = failure.body.trim() === '';
  said.codes.push(isEmpty ? `http_${status}_empty` : `http_${status}`, `http_${status}`);
  const code = codeFor(status, said, profile);
  const { retryAfterSeconds } = failure;
  return new RelayError(code, sentence(code, status, said.message, profile, model, retryAfterSeconds), {
    status: clientStatus(code, status),
    retryAfterSeconds,
  });
}

/**
 * The error that a provider put into a stream, or a JSON reply, that began with 200; undefined where there is
 * none. Runs for every chunk: what is no error must be cheap to tell.
 */
export function errorInChunk(chunk: ChatChunk, profile: Profile, model: string): RelayError | undefined {
  if (!holdsError(chunk)) return undefined;
  const said = messageIn(chunk, '');
  const status = Number(said.codes.find((code) => /^[45]\d\d$/.test(code)) ?? 0);
  const isRefusal = said.codes.some((code) => /invalid.?(request|argument|param)/i.test(code));
  const code = codeFor(status || (isRefusal ? 400 : 500), said, profile);
  return new RelayError(code, sentence(code, status || undefined, said.message, profile, model, undefined));
}

function holdsError(chunk: ChatChunk): boolean {
  if (chunk.error) return true;
  const { choices } = chunk;
  if (choices && choices.length > 0) return Boolean(choices[0]?.error) || failsInBaseResp(chunk);
  if (failsInBaseResp(chunk) || asObject(chunk['x_groq'])?.['error']) return true;
  // Cerebras and vLLM, 2026-11: no envelope at all.
  return !choices && (chunk['object'] === 'error' || chunk['detail'] !== undefined || hasBareMessage(chunk));
}

/** MiniMax, 2026-11: every reply has one; 0 is success. */
function failsInBaseResp(chunk: ChatChunk): boolean {
  const status = asObject(chunk['base_resp'])?.['status_code'];
  return typeof status === 'number' && status !== 0;
}

function hasBareMessage(chunk: ChatChunk): boolean {
  return typeof chunk['message'] === 'string' && (Boolean(chunk['code']) || Boolean(chunk['status_code']));
}

interface Said {
  message: string;
  /** Codes and types, the most telling first. */
  codes: string[];
}

function codeFor(status: number, { message, codes }: Said, { errorCodes }: Profile): ErrorCode {
  for (const code of codes) {
    const known = Object.hasOwn(errorCodes, code) ? errorCodes[code] : undefined;
    if (known !== undefined) return known;
  }
  if (codes.includes('context_length_exceeded')) return 'context_length_exceeded';
  if (codes.includes('insufficient_quota') || status === 402) return 'insufficient_quota';
  // Groq, 2026-11: a request that is larger than its whole rate limit; waiting does not make it fit.
  if (status === 413) return 'context_length_exceeded';
  const says = (pattern: RegExp) => pattern.test(message) || codes.some((code) => pattern.test(code));
  const isRate = says(RATE);
  if (!isRate && says(OVERFLOW)) return 'context_length_exceeded';
  if (says(QUOTA)) return 'insufficient_quota';
  if (status === 429 || isRate) return 'rate_limit_exceeded';
  if (status === 401 || status === 403) return 'upstream_unauthorized';
  if (status === 404 || codes.includes('model_not_found')) return 'model_not_found';
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
  const quote = said === '' ? '.' : `: ${said}${/[.!?。]$/.test(said) ? '' : '.'}`;
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

/**
 * Message and codes of the known shapes: `{error:{}}`, `{error:""}`, `[{error}]`, `{message}`, `{detail}`,
 * `{base_resp:{}}`, and an error inside a choice or Groq's envelope.
 */
function messageIn(value: unknown, text: string): Said {
  const body = asObject(Array.isArray(value) ? value[0] : value);
  if (body === undefined) return { message: plain(text), codes: [] };
  const choice = Array.isArray(body['choices']) ? asObject(body['choices'][0]) : undefined;
  const inner =
    body['error'] ?? choice?.['error'] ?? asObject(body['x_groq'])?.['error'] ?? body['base_resp'];
  const holder = asObject(inner) ?? body;
  const own = first(holder['message'], inner, holder['detail'], holder['msg'], holder['status_msg']);
  const raw = rawWords(asObject(holder['metadata'])?.['raw']);
  const codes = [
    holder['code'],
    holder['type'],
    holder['status'],
    holder['status_code'],
    body['status_code'],
  ];
  return {
    message: plain(raw === '' ? own : `${own} ${raw}`.trim()),
    codes: codes.flatMap((code) =>
      typeof code === 'string' || typeof code === 'number' ? String(code) : [],
    ),
  };
}

/** OpenRouter, 2026-11: the reply of the provider behind it, as text. */
function rawWords(raw: unknown): string {
  const text = first(raw);
  const inner = text === '' ? undefined : parsed(text);
  return (inner === undefined ? '' : messageIn(inner, '').message) || text;
}

function first(...values: unknown[]): string {
  for (const value of values) {
    const text = said(value);
    if (text !== '') return text;
  }
  return '';
}

/** A message as text; of validation errors (FastAPI, Mistral): what is wrong, and where. */
function said(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  if (Array.isArray(value)) return value.map(said).filter(Boolean).join('; ');
  const object = asObject(value);
  if (object === undefined) return '';
  const { loc } = object;
  const where = Array.isArray(loc) ? `${loc.join('.')}: ` : '';
  const what = first(object['msg'], object['message'], object['detail']);
  return what === '' ? '' : where + what;
}

/** One line, without markup, short enough for a status line. */
function plain(text: string): string {
  const line = text
    .slice(0, MAX_READ)
    .replace(/<(style|script|head)[\s\S]*?<\/\1>/gi, ' ')
    .replace(/<[^<>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return line.length > MAX_MESSAGE ? `${line.slice(0, MAX_MESSAGE)}...` : line;
}
