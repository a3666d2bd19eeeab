import { JSON_ARGUMENTS, objectText } from '../json-arguments.ts';
import type { ToolKind } from '../kind.ts';

/** A plain function, with or without a namespace. MCP tools are such functions; only their outputs may differ. */
export const FUNCTION = {
  ...JSON_ARGUMENTS,
  toolType: 'function',
  callType: 'function_call',
  outputTypes: ['function_call_output', 'mcp_tool_call_output'],
  defaultName: 'unnamed',
  idPrefix: 'fc',
  lower: (tool) => ({
    description: tool.description ?? undefined,
    parameters: tool.parameters ?? { type: 'object', properties: {} },
  }),
  restore: ({ namespace, name }, call) => ({
    type: 'function_call',
    id: call.itemId,
    status: call.status,
    call_id: call.callId,
    ...(namespace === undefined ? {} : { namespace }),
    name,
    arguments: call.payload,
  }),
  replay: (item) => objectText(item.arguments),
} as const satisfies ToolKind;
