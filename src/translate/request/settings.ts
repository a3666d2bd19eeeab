/** The settings of a request (everything but messages and tools) in the provider's dialect. */

import type { JsonObject } from '../../json.ts';
import type { ChatRequest, ChatSystemMessage } from '../../wire/chat.ts';
import type { ResponsesRequest, TextFormat, ToolChoice, ToolReference } from '../../wire/responses.ts';
import { OPTIONAL_FIELDS, type Profile, type ToolChoiceKind } from '../profile.ts';
import { answerSchema } from '../tools/json-schema.ts';
import type { ToolTable } from '../tools/table.ts';
import { effortFor, isThinking } from './effort.ts';

/** The optional fields that do not depend on tools. */
const PLAIN_FIELDS = OPTIONAL_FIELDS.filter((field) => field !== 'parallel_tool_calls');

export function applySettings(
  body: ChatRequest,
  request: ResponsesRequest,
  profile: Profile,
  tools: ToolTable,
): void {
  if (profile.usageRequest === 'stream_options') body.stream_options = { include_usage: true };
  for (const field of PLAIN_FIELDS) {
    const value = request[field];
    if (value !== undefined && value !== null && profile.optionalFields.includes(field)) body[field] = value;
  }
  if (request.max_output_tokens) body[profile.maxTokensField] = request.max_output_tokens;
  applyToolSettings(body, request, profile, tools);
  const effort = effortFor(request.reasoning?.effort, profile, body.tools !== undefined);
  Object.assign(body, profile.extraFields, effort?.fields);
  applyFormat(body, request.text?.format, profile);
}

function applyToolSettings(
  body: ChatRequest,
  request: ResponsesRequest,
  profile: Profile,
  tools: ToolTable,
): void {
  const { webSearch } = tools;
  if (webSearch !== null && 'fields' in webSearch) Object.assign(body, webSearch.fields);
  const choice = sendableChoice(chatToolChoice(request.tool_choice, tools), request, profile);
  const { only } = choice;
  const functions =
    only === undefined ? tools.chatTools : tools.chatTools.filter(({ function: { name } }) => only.has(name));
  const hasRoom = profile.maxTools === null || functions.length < profile.maxTools;
  const isOffered = webSearch !== null && 'tool' in webSearch && only === undefined && hasRoom;
  const search = isOffered ? [webSearch.tool] : [];
  // Most providers answer tool settings without tools with 400.
  if (functions.length + search.length === 0) return;
  body.tools = search.length === 0 ? functions : [...functions, ...search];
  if (choice.value !== undefined) body.tool_choice = choice.value;
  const parallel = request.parallel_tool_calls;
  const maySend = parallel === false || (parallel === true && profile.parallelTrue);
  if (maySend && profile.optionalFields.includes('parallel_tool_calls')) {
    body['parallel_tool_calls'] = parallel;
  }
}

interface ChatToolChoice {
  kind: ToolChoiceKind;
  value: ChatRequest['tool_choice'] | undefined;
  /** `allowed_tools` does not exist in Chat, so only these tools are put into `tools`. */
  only?: ReadonlySet<string>;
}

function chatToolChoice(choice: ToolChoice | null | undefined, tools: ToolTable): ChatToolChoice {
  if (choice === undefined || choice === null) return { kind: 'auto', value: undefined };
  if (typeof choice === 'string') return { kind: choice, value: choice };
  if (choice.type === 'allowed_tools') {
    const only = new Set((choice.tools ?? []).map((tool) => declaredName(tool, tools) ?? ''));
    const kind = choice.mode === 'required' ? 'required' : 'auto';
    return { kind, value: kind, only };
  }
  const name = declaredName(choice, tools);
  // A dropped hosted tool, or a name that was never declared, cannot be forced.
  if (name === undefined) return { kind: 'auto', value: undefined };
  return { kind: 'named', value: { type: 'function', function: { name } } };
}

/** The choice in the provider's terms: one that it refuses becomes the nearest one that it accepts. */
function sendableChoice(choice: ChatToolChoice, request: ResponsesRequest, profile: Profile): ChatToolChoice {
  const { toolChoices, toolChoicesThinking, requiredChoice } = profile;
  const whileThinking = isThinking(request.reasoning?.effort, profile) ? toolChoicesThinking : null;
  const accepts = (one: ToolChoiceKind) =>
    toolChoices.includes(one) && (whileThinking === null || whileThinking.includes(one));
  const { kind, value, only } = choice;
  const rest = only === undefined ? {} : { only };
  if (accepts(kind)) {
    return kind === 'required' ? { kind, value: requiredChoice, ...rest } : choice;
  }
  // If no tool may be called, none is offered.
  if (kind === 'none') return { kind, value: undefined, only: new Set() };
  if (kind === 'named' && typeof value === 'object' && accepts('required')) {
    return { kind: 'required', value: requiredChoice, only: new Set([value.function.name]) };
  }
  return { kind: 'auto', value: undefined, ...rest };
}

function declaredName(reference: ToolReference, tools: ToolTable): string | undefined {
  const name = tools.upstreamName(reference.namespace, reference.name ?? reference.type);
  return tools.resolve(name) === undefined ? undefined : name;
}

// ---------------------------------------------------------------------------------- response formats

function applyFormat(body: ChatRequest, format: TextFormat | null | undefined, profile: Profile): void {
  if (!format || format.type === 'text') return;
  const isFree = profile.formatWithTools || body.tools === undefined;
  const spoken = isFree ? profile.responseFormat : 'prompt';
  if (format.type === 'json_schema' && spoken.startsWith('json_schema')) {
    body['response_format'] = { type: 'json_schema', json_schema: chatSchema(format, profile) };
    return;
  }
  if (spoken === 'json_schema' || spoken === 'json_object') body['response_format'] = { type: 'json_object' };
  const schema = format.type === 'json_schema' ? (format.schema ?? {}) : undefined;
  body.messages = withFormatInWords(body.messages, schema);
}

function chatSchema(format: TextFormat, profile: Profile): JsonObject {
  return {
    name: format.name ?? 'response',
    ...(format.description ? { description: format.description } : {}),
    schema: answerSchema(format.schema ?? {}, profile.toolSchema),
    ...(typeof format.strict === 'boolean' ? { strict: format.strict } : {}),
  };
}

/**
 * The messages with the wanted format in words, as part of the leading instructions. There the words break no
 * provider's rules about order, do not demand an answer after each tool output, and keep the prompt's prefix the same
 * from one request to the next. Providers that speak only `json_object` demand the word JSON in the prompt (DeepSeek,
 * Qwen, 2026-11).
 * @param schema undefined: any JSON object
 */
export function withFormatInWords(
  messages: ChatRequest['messages'],
  schema: JsonObject | undefined,
): ChatRequest['messages'] {
  const text = formatInWords(schema);
  const [first, ...rest] = messages;
  if (first?.role !== 'system' && first?.role !== 'developer') {
    return [{ role: 'system', content: text }, ...messages];
  }
  return [{ ...first, content: appended(first.content, text) }, ...rest];
}

/** @param schema undefined: any JSON object */
export function formatInWords(schema: JsonObject | undefined): string {
  const start = 'Your final answer must be one JSON object and nothing else.';
  if (schema === undefined) return start;
  return `${start} It must be valid against this JSON Schema:\n${JSON.stringify(schema)}`;
}

function appended(content: ChatSystemMessage['content'], text: string): ChatSystemMessage['content'] {
  if (typeof content === 'string') return `${content}\n\n${text}`;
  const last = content.at(-1);
  if (last === undefined) return text;
  return [...content.slice(0, -1), { ...last, text: `${last.text}\n\n${text}` }];
}
