/** Tools and limits, rewritten for servers that accept less (see `order.ts` for the rules). */
import type { JsonObject } from '../../../json.ts';
import type { ChatFunctionTool, ChatRequest } from '../../../wire/chat.ts';
import type { SchemaFlavour } from '../../profile.ts';
import { toolParameters } from '../../tools/json-schema.ts';

/** Tool schemas in a narrower flavour of JSON Schema. */
export function schemasAs(flavour: SchemaFlavour): (body: ChatRequest) => ChatRequest {
  return (body) => {
    const tools = body.tools ?? [];
    const changed = tools.map((tool) => (isFunction(tool) ? narrowed(tool, flavour) : tool));
    return changed.every((tool, at) => tool === tools[at]) ? body : { ...body, tools: changed };
  };
}

function narrowed(tool: ChatFunctionTool, flavour: SchemaFlavour): ChatFunctionTool {
  const parameters = toolParameters(tool.function.parameters, flavour);
  const isSame = JSON.stringify(parameters) === JSON.stringify(tool.function.parameters);
  return isSame ? tool : { ...tool, function: { ...tool.function, parameters } };
}

/** Keeps only the first tools. */
export function atMostTools(limit: number): (body: ChatRequest) => ChatRequest {
  return (body) =>
    (body.tools?.length ?? 0) > limit ? { ...body, tools: body.tools?.slice(0, limit) ?? [] } : body;
}

/** The fields for the length of the answer. */
export const LENGTH_FIELDS = ['max_tokens', 'max_completion_tokens'] as const;

/** Caps the limit on the answer. */
export function answerWithin(limit: number): (body: ChatRequest) => ChatRequest {
  return (body) => {
    const field = LENGTH_FIELDS.find((name) => Number(body[name]) > limit);
    return field === undefined ? body : { ...body, [field]: limit };
  };
}

function isFunction(tool: ChatFunctionTool | JsonObject): tool is ChatFunctionTool {
  return tool.type === 'function' && typeof tool.function === 'object';
}
