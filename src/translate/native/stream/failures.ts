/** What Responses endpoints send instead of an answer. */
import { RelayError } from '../../../errors.ts';
import { asObject, isObject, type Json, type JsonObject } from '../../../json.ts';
import { errorInChunk } from '../../errors/upstream.ts';
import type { Profile } from '../../profile.ts';

/** The response in a reply that is not an event stream; undefined if there is none. */
export function wholeResponse(reply: JsonObject): JsonObject | undefined {
  if (typeof reply['type'] === 'string') return undefined;
  if (isResponse(reply)) return reply;
  // Some gateways wrap what they pass on.
  const wrapped = asObject(reply['response']) ?? asObject(reply['data']);
  return wrapped !== undefined && isResponse(wrapped) ? wrapped : undefined;
}

function isResponse({ object, output }: JsonObject): boolean {
  return object === 'response' || Array.isArray(output);
}

/** Whether it is a chunk or a whole completion of Chat Completions. */
export function isChat({ object, choices }: JsonObject): boolean {
  return Array.isArray(choices) || (typeof object === 'string' && object.startsWith('chat.completion'));
}

/** Whether the error of a response says anything: some servers fill in all fields, even of a response that has none. */
export function saysError(error: Json | undefined): boolean {
  if (!isObject(error) && !Array.isArray(error)) return Boolean(error);
  return Object.values(error).some((value) => saysError(value));
}

export function wrongRoad({ name }: Profile, model: string): RelayError {
  return new RelayError(
    'invalid_prompt',
    `${name} answered ${model} with Chat Completions, not with the Responses API. Use wire "chat" for this model, or check the base URL.`,
  );
}

/**
 * The error in an event, a failed response or a JSON reply; undefined if there is none.
 * @param now milliseconds since the epoch. Default: dates are not read
 */
export function nativeError(
  event: JsonObject,
  profile: Profile,
  model: string,
  now?: number,
): RelayError | undefined {
  const { error, error_type, code, message, msg, success, type, status } = event;
  // Z.ai, 2026-10, answers 200 with `{success: false, code, msg}`; xAI's error events may be flat.
  const isFlat = type === 'error' || success === false || Boolean(msg && code);
  const told =
    error ||
    (isFlat ? { code: code ?? null, message: message ?? msg ?? null, type: codeLike(type) } : undefined);
  const isFailed = type === 'response.failed' || status === 'failed';
  if (!told && !isFailed) return type === undefined ? errorInChunk(event, profile, model, now) : undefined;
  // OpenRouter, 2026-10: there are only three codes, and this field tells more.
  const whole = {
    error: asRefusal(told || { message: 'no reason was given' }),
    error_type: error_type ?? codeLike(type),
    // As OpenAI's WebSocket (2026-11) gives it.
    status_code: (typeof status === 'number' ? status : event['status_code']) ?? null,
  };
  return errorInChunk(whole, profile, model, now);
}

/** Codes of the Responses API for requests that no retry can save (OpenAI, 2026-11). */
const AT_FAULT = /^(invalid_|image_|unsupported_|empty_image|failed_to_download|content_filter$)|_policy/;

/** If no retry can help, gives the error the type that refusals have before a stream. */
function asRefusal(error: Json): Json {
  const code = asObject(error)?.['code'];
  const isRefusal = isObject(error) && typeof code === 'string' && AT_FAULT.test(code);
  return isRefusal ? { ...error, type: 'invalid_request_error' } : error;
}

/** The type of an error, but not one that is an event's. */
function codeLike(type: unknown): string | null {
  return typeof type === 'string' && type !== 'error' && !type.startsWith('response.') ? type : null;
}
