/**
 * Finds the chunk, completion or error inside the envelope of a gateway: `{code: 0, msg: "ok", data: {choices}}`,
 * Cloudflare's `{result, success}`, Tencent's `{Response}`, DashScope's `{output, usage}` (2026-11), and any other.
 */
import { asObject, isObject, type Json, type JsonObject, parseObject } from '../json.ts';

/** Nobody wraps an answer more often. */
const MAX_DEPTH = 3;
/** Where an envelope has its content; under other names only what has choices is taken for an answer. */
const ENVELOPE = /^(data|results?|response|output|body|payload|completion|chunk|message|content)$/i;

/**
 * The object inside an envelope, with what the envelope says besides, such as usage; the object itself where it is
 * none.
 * @param value an object without choices or error
 */
export function unwrapped(value: JsonObject): JsonObject {
  const found = contentOf(value, MAX_DEPTH);
  return found ?? value;
}

function contentOf(envelope: JsonObject, depth: number): JsonObject | undefined {
  if (depth === 0) return undefined;
  for (const name of Object.keys(envelope)) {
    const inner = objectIn(envelope[name], name);
    if (inner === undefined) continue;
    const content = isContent(inner, name) ? inner : contentOf(inner, depth - 1);
    if (content !== undefined) {
      const { [name]: _, ...besides } = envelope;
      return { ...besides, ...content };
    }
  }
  return undefined;
}

/** The object in a field: itself, alone in a list, or as text. */
function objectIn(value: Json | undefined, name: string): JsonObject | undefined {
  if (typeof value === 'string')
    return ENVELOPE.test(name) && value.startsWith('{') ? parseObject(value) : undefined;
  return Array.isArray(value) ? (value.length === 1 ? asObject(value[0]) : undefined) : asObject(value);
}

function isContent(value: JsonObject, name: string): boolean {
  if (Array.isArray(value['choices'] ?? value['Choices'])) return true;
  const error = value['error'] ?? value['Error'];
  return (
    ENVELOPE.test(name) &&
    (isObject(error) ? Object.values(error).some(Boolean) : typeof error === 'string' && error !== '')
  );
}
