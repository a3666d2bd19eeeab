/** What each kind of input item is to a Chat conversation. A kind that is not listed keeps its text. */

import type { Json } from '../../json.ts';
import type { InputItem } from '../../wire/responses.ts';
import { CUSTOM_INPUT_FIELD } from '../tools/table.ts';

export interface CallKind {
  role: 'call';
  /** The name when the item carries none. */
  defaultName: string;
  /** JSON text for the Chat call's `arguments`. */
  arguments(item: InputItem): string;
}

export interface PlainKind {
  role: 'message' | 'reasoning' | 'output' | 'agent-message' | 'ignored';
}

export type ItemKind = CallKind | PlainKind;

const ITEM_KINDS: Readonly<Record<string, ItemKind>> = {
  message: { role: 'message' },
  reasoning: { role: 'reasoning' },
  function_call: { role: 'call', defaultName: 'unnamed', arguments: (item) => objectText(item.arguments) },
  custom_tool_call: {
    role: 'call',
    defaultName: 'unnamed',
    arguments: (item) => JSON.stringify({ [CUSTOM_INPUT_FIELD]: item.input ?? '' }),
  },
  tool_search_call: {
    role: 'call',
    defaultName: 'tool_search',
    arguments: (item) => objectText(item.arguments),
  },
  local_shell_call: {
    role: 'call',
    defaultName: 'local_shell',
    arguments: (item) => objectText(item.action),
  },
  function_call_output: { role: 'output' },
  custom_tool_call_output: { role: 'output' },
  tool_search_output: { role: 'output' },
  local_shell_call_output: { role: 'output' },
  mcp_tool_call_output: { role: 'output' },
  agent_message: { role: 'agent-message' },
  // Tools in the history: `ToolTable` reads them.
  additional_tools: { role: 'ignored' },
  // State of another backend; this relay never emits it (a foreign ciphertext says nothing to any model).
  compaction: { role: 'ignored' },
  item_reference: { role: 'ignored' },
};

/** The kind of an item; undefined for one that this relay does not know. */
export function kindOf(item: InputItem): ItemKind | undefined {
  return ITEM_KINDS[item.type ?? 'message'];
}

/**
 * Arguments as the text of a JSON object. Chat templates of several providers (GLM, vLLM's) parse it and answer
 * 400 to anything else, so that one malformed call would end the whole conversation.
 */
function objectText(value: Json | undefined): string {
  if (value === undefined || value === null) return '{}';
  if (typeof value === 'object' && !Array.isArray(value)) return JSON.stringify(value);
  if (typeof value !== 'string') return JSON.stringify({ malformed_arguments: value });
  const text = value.trim();
  if (text === '') return '{}';
  // A full parse of every old call on every turn would cost more than it finds.
  if (text.startsWith('{') && text.endsWith('}')) return value;
  return JSON.stringify({ malformed_arguments: value });
}
