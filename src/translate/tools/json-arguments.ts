/** What all kinds of tools with JSON objects as arguments have in common. */

import { isObject, type Json, parseObject } from '../../json.ts';
import type { ToolKind } from './kind.ts';

/** How arguments are streamed, including those of tool searches, which have no events of their own. */
export const JSON_ARGUMENTS = {
  textField: null,
  deltaType: 'response.function_call_arguments.delta',
  done: ({ name }, payload, place) => ({
    type: 'response.function_call_arguments.done',
    ...place,
    name,
    arguments: payload,
  }),
} as const satisfies Pick<ToolKind, 'textField' | 'deltaType' | 'done'>;

/** An escape that may stand for half a surrogate pair. */
const SURROGATE_ESCAPE = /\\u[dD][89a-fA-F]/;

/**
 * Arguments from the history as the text of a JSON object. Servers and chat templates (llama.cpp, Ollama, GLM, vLLM)
 * parse it and refuse anything else, so one malformed call would end the whole conversation. A JSON object passes
 * unchanged, byte for byte; anything else goes into the string `malformed_arguments`, where the model sees its mistake.
 * Parsing 4,000 old calls takes about 3 ms (2026-11-28).
 */
export function objectText(value: Json | undefined): string {
  if (value === undefined || value === null) return '{}';
  if (isObject(value)) return JSON.stringify(value);
  if (typeof value !== 'string') return malformed(value);
  const text = value.trim();
  if (text === '' || text === 'null') return '{}';
  if (!text.startsWith('{') || parseObject(text) === undefined) return malformed(value);
  // llama.cpp (2026-11) does not accept half a surrogate pair as JSON.
  return SURROGATE_ESCAPE.test(text) ? wellFormed(text) : value;
}

function malformed(value: Json): string {
  return JSON.stringify({ malformed_arguments: value });
}

/** The text without lone surrogates. */
function wellFormed(text: string): string {
  let isWhole = true;
  const mended = JSON.parse(text, (_, value: Json) => {
    if (typeof value !== 'string' || value.isWellFormed()) return value;
    isWhole = false;
    return value.toWellFormed();
  }) as Json;
  return isWhole ? text : JSON.stringify(mended);
}
