/** The settings of a request (everything but messages and tools) in the provider's dialect. */
import type { ChatRequest } from './chat.ts';
import type { OptionalField, Profile } from './profile.ts';
import type { JsonObject, ResponsesRequest, TextFormat, ToolChoice, ToolReference } from './responses.ts';
import type { ToolTable } from './tools.ts';

/** Sampling and accounting fields that both APIs spell the same. */
const SAME_NAME: readonly Exclude<OptionalField, 'parallel_tool_calls'>[] = [
  'frequency_penalty',
  'metadata',
  'presence_penalty',
  'prompt_cache_key',
  'safety_identifier',
  'service_tier',
  'store',
  'temperature',
  'top_logprobs',
  'top_p',
];

/** Weakest first; a request for a level that a provider lacks takes the nearest, the stronger one on a tie. */
const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'];

export function applySettings(
  body: ChatRequest,
  request: ResponsesRequest,
  profile: Profile,
  tools: ToolTable,
): void {
  if (profile.usageRequest === 'stream_options') body.stream_options = { include_usage: true };
  for (const field of SAME_NAME) {
    const value = request[field];
    if (value !== undefined && value !== null && profile.optionalFields.includes(field)) body[field] = value;
  }
  if (request.max_output_tokens) body[profile.maxTokensField] = request.max_output_tokens;
  const effort = effortFor(request.reasoning?.effort, profile);
  if (effort !== undefined) body['reasoning_effort'] = effort;
  applyToolSettings(body, request, profile, tools);
  applyFormat(body, request.text?.format, profile);
  Object.assign(body, profile.extraFields);
}

function effortFor(effort: string | null | undefined, profile: Profile): string | undefined {
  if (!effort || profile.effort === 'none') return undefined;
  const { effortLevels } = profile;
  if (effortLevels.length === 0 || effortLevels.includes(effort)) return effort;
  const wanted = EFFORTS.indexOf(effort);
  if (wanted === -1) return undefined;
  const distance = (level: string) => Math.abs(EFFORTS.indexOf(level) - wanted);
  return effortLevels.reduce((best, level) => (distance(level) <= distance(best) ? level : best));
}

function applyToolSettings(
  body: ChatRequest,
  request: ResponsesRequest,
  profile: Profile,
  tools: ToolTable,
): void {
  // A tool setting without tools is a 400 at most providers.
  if (tools.chatTools.length === 0) return;
  const choice = chatToolChoice(request.tool_choice, tools);
  body.tools =
    choice.only === undefined
      ? tools.chatTools
      : tools.chatTools.filter(({ function: { name } }) => choice.only?.has(name));
  if (choice.value !== undefined && profile.toolChoices.includes(choice.kind))
    body.tool_choice = choice.value;
  const parallel = request.parallel_tool_calls;
  if (typeof parallel === 'boolean' && profile.optionalFields.includes('parallel_tool_calls')) {
    body['parallel_tool_calls'] = parallel;
  }
}

interface ChatToolChoice {
  kind: 'none' | 'auto' | 'required' | 'named';
  value: ChatRequest['tool_choice'] | undefined;
  /** `allowed_tools` has no Chat form: the others are left out of `tools`. */
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
  // A hosted tool that was dropped, or a name that was never declared, cannot be forced.
  if (name === undefined) return { kind: 'auto', value: undefined };
  return { kind: 'named', value: { type: 'function', function: { name } } };
}

function declaredName(reference: ToolReference, tools: ToolTable): string | undefined {
  const name = tools.upstreamName(reference.namespace, reference.name ?? reference.type);
  return tools.resolve(name) === undefined ? undefined : name;
}

function applyFormat(body: ChatRequest, format: TextFormat | null | undefined, profile: Profile): void {
  if (!format || format.type === 'text') return;
  if (format.type === 'json_schema' && profile.responseFormat === 'json_schema') {
    body['response_format'] = { type: 'json_schema', json_schema: chatSchema(format) };
    return;
  }
  if (profile.responseFormat !== 'prompt') body['response_format'] = { type: 'json_object' };
  appendInstruction(body, formatInWords(format));
}

function chatSchema(format: TextFormat): JsonObject {
  return {
    name: format.name ?? 'response',
    ...(format.description ? { description: format.description } : {}),
    schema: format.schema ?? {},
    ...(typeof format.strict === 'boolean' ? { strict: format.strict } : {}),
  };
}

/** Providers that speak only `json_object` demand the word JSON in the prompt (DeepSeek, Qwen, 2026-11). */
function formatInWords(format: TextFormat): string {
  const start = 'Answer with one JSON object and nothing else.';
  if (format.type !== 'json_schema') return start;
  return `${start} It must be valid against this JSON Schema:\n${JSON.stringify(format.schema ?? {})}`;
}

/** At the end of the conversation, so that the cached prefix stays what it was. */
function appendInstruction(body: ChatRequest, text: string): void {
  const last = body.messages.at(-1);
  if (last?.role === 'user' && typeof last.content === 'string') {
    body.messages[body.messages.length - 1] = { role: 'user', content: `${last.content}\n\n${text}` };
    return;
  }
  body.messages.push({ role: 'user', content: text });
}
