import type { Tool } from '../../../wire/responses.ts';
import type { ToolKind } from '../kind.ts';

const TEXT_FIELD = 'input';

/** A custom tool takes free text. Chat has no such tools, so it becomes a function with the text as its only field. */
export const CUSTOM = {
  toolType: 'custom',
  callType: 'custom_tool_call',
  outputTypes: ['custom_tool_call_output'],
  defaultName: 'unnamed',
  idPrefix: 'ctc',
  textField: TEXT_FIELD,
  lower: (tool) => ({
    description: describe(tool),
    parameters: {
      type: 'object',
      properties: { [TEXT_FIELD]: { type: 'string', description: 'The raw text for this tool.' } },
      required: [TEXT_FIELD],
      additionalProperties: false,
    },
  }),
  restore: ({ namespace, name }, call) => ({
    type: 'custom_tool_call',
    id: call.itemId,
    status: call.status,
    call_id: call.callId,
    ...(namespace === undefined ? {} : { namespace }),
    name,
    input: call.payload,
  }),
  deltaType: 'response.custom_tool_call_input.delta',
  done: (_tool, payload, place) => ({
    type: 'response.custom_tool_call_input.done',
    ...place,
    input: payload,
  }),
  replay: (item) => JSON.stringify({ [TEXT_FIELD]: item.input ?? '' }),
} as const satisfies ToolKind;

function describe({ description, format }: Tool): string {
  const parts = [
    description ?? '',
    `Put the tool's whole input, as plain text, into the string field "${TEXT_FIELD}".`,
  ];
  if (format?.definition) {
    parts.push(`The text must follow this ${format.syntax ?? format.type} grammar:\n${format.definition}`);
  }
  return parts.filter((part) => part !== '').join('\n\n');
}
