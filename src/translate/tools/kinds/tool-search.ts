import { parseObject } from '../../../json.ts';
import type { Tool } from '../../../wire/responses.ts';
import { JSON_ARGUMENTS, objectText } from '../json-arguments.ts';
import type { NameOf, ToolKind } from '../kind.ts';

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
    // A malformed search becomes an empty one, which Codex reports to the model.
    arguments: parseObject(call.payload) ?? {},
  }),
  replay: (item) => objectText(item.arguments),
  replayOutput: ({ output, tools }, nameOf) => output ?? foundTools(tools ?? [], nameOf),
} as const satisfies ToolKind;

/** Tells the model the names of the tools that were found, which it can call from then on. */
function foundTools(tools: readonly Tool[], nameOf: NameOf): string {
  const names = tools.flatMap(({ type, name, tools: members }) =>
    type === 'namespace'
      ? (members ?? []).map((member) => nameOf(name, member.name ?? member.type))
      : [nameOf(undefined, name ?? type)],
  );
  return names.length === 0 ? 'No tool was found.' : `Found: ${names.join(', ')}`;
}
