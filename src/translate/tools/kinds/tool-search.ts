import { parseObject } from '../../../json.ts';
import { JSON_ARGUMENTS, objectText } from '../json-arguments.ts';
import type { ToolKind } from '../kind.ts';

/** Codex's own search over deferred tools. It wants the arguments as an object, not as text. */
export const TOOL_SEARCH = {
  ...JSON_ARGUMENTS,
  toolType: 'tool_search',
  callType: 'tool_search_call',
  outputTypes: ['tool_search_output'],
  defaultName: 'tool_search',
  idPrefix: 'tsc',
  lower: (tool) => ({
    description:
      tool.description ?? 'Searches the tools that are not listed here and makes the found ones callable.',
    parameters: tool.parameters ?? {
      type: 'object',
      properties: { query: { type: 'string' }, limit: { type: 'integer' } },
      required: ['query'],
    },
  }),
  restore: (_tool, call) => ({
    type: 'tool_search_call',
    id: call.itemId,
    status: call.status,
    call_id: call.callId,
    execution: 'client',
    // Codex reports an empty search to the model, which is what a malformed one deserves.
    arguments: parseObject(call.payload) ?? {},
  }),
  replay: (item) => objectText(item.arguments),
} as const satisfies ToolKind;
