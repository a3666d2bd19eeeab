/** What all kinds of tools have in common whose arguments are a JSON object. */

import type { Json } from '../../json.ts';
import type { ToolKind } from './kind.ts';

/** How the arguments are streamed; tool searches too: they have no events of their own. */
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

/**
 * Arguments out of a history as the text of a JSON object. Chat templates of several providers (GLM's, vLLM's)
 * parse it and answer 400 to anything else, so that one malformed call would end the whole conversation.
 */
export function objectText(value: Json | undefined): string {
  if (value === undefined || value === null) return '{}';
  if (typeof value === 'object' && !Array.isArray(value)) return JSON.stringify(value);
  if (typeof value !== 'string') return JSON.stringify({ malformed_arguments: value });
  const text = value.trim();
  if (text === '') return '{}';
  // To parse every old call in every turn would cost more than it finds.
  if (text.startsWith('{') && text.endsWith('}')) return value;
  return JSON.stringify({ malformed_arguments: value });
}
