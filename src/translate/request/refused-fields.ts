/**
 * What a provider's 400 names among the fields that a request can do without. Dialects change faster than
 * presets, and endpoints that are only "compatible" differ: one retry without the field saves the turn.
 */

import type { JsonObject } from '../../json.ts';
import type { ChatFunctionTool, ChatMessage, ChatRequest } from '../../wire/chat.ts';
import { withFormatInWords } from './settings.ts';

const ESSENTIAL = new Set(['model', 'messages', 'stream', 'tools']);
/** Optional fields inside messages; those of reasoning come from another provider's habits. */
const IN_MESSAGES = ['reasoning_content', 'reasoning_details', 'reasoning', 'extra_content'] as const;
const REFUSAL =
  /unsupported|un(known|recognized|expected)|extra[ _](forbidden|inputs)|cannot (find field|be (combined|used))|invalid (value|param|arg|field)|(not|n't|never|only) (be )?(support|permit|allow|accept|available|valid)|does not (support|accept)|unavailable|incompatible|must be auto|supported values|is allowed/i;
/** Complaints about what is missing are no refusal. */
const MISSING = /must be passed back|is (missing|required)|missing (a|the|required)/i;
/** How messages call a field when they do not call it by its name. */
const NICKNAMES: Readonly<Record<string, RegExp>> = {
  tool_choice: /tool choice/i,
  response_format: /response format|json mode|json_schema/i,
};

/** Empty when the error is about something else. */
export function refusedFields(body: ChatRequest, status: number, error: string): string[] {
  if (status !== 400 && status !== 422) return [];
  if (!REFUSAL.test(error) || MISSING.test(error)) return [];
  return droppable(body).filter((field) => isNamed(field, error));
}

/** The request without these fields; the same object where it has none of them. */
export function withoutFields(body: ChatRequest, fields: Iterable<string>): ChatRequest {
  let result = body;
  for (const field of fields) result = withoutField(result, field);
  return result;
}

function droppable(body: ChatRequest): string[] {
  const ownFields = Object.keys(body).filter((field) => !ESSENTIAL.has(field));
  const inMessages = IN_MESSAGES.filter((field) => body.messages.some((message) => holds(message, field)));
  const tools = body.tools ?? [];
  const hosted = tools.filter(({ type }) => type !== 'function').map(({ type }) => String(type));
  const strict = tools.some(isStrict) ? ['strict'] : [];
  return [...ownFields, ...inMessages, ...hosted, ...strict];
}

function isNamed(field: string, error: string): boolean {
  if (NICKNAMES[field]?.test(error)) return true;
  // A plain word such as "reasoning" is a name only where it is marked as one.
  if (/^[a-z]+$/.test(field)) return wordPattern(field).test(error);
  const camelCase = field.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  return new RegExp(`(?<!\\w)(?:${field}|${camelCase})(?!\\w)`, 'i').test(error);
}

function wordPattern(word: string): RegExp {
  const quoted = `(["'\`])${word}\\1`;
  const inPath = `\\.${word}(?!\\w)`;
  const announced = `(?:parameter|argument|field|invalid|unsupported|unknown)s?:? ${word}(?!\\w)`;
  return new RegExp(`${quoted}|${inPath}|${announced}`, 'i');
}

function withoutField(body: ChatRequest, field: string): ChatRequest {
  if (field === 'response_format' && field in body) return withFormatTold(body);
  if (field === 'max_tokens' && field in body) return renamed(body, field, 'max_completion_tokens');
  if (field in body) return omit(body, field);
  if (field === 'strict') return { ...body, tools: (body.tools ?? []).map(withoutStrict) };
  if (IN_MESSAGES.some((name) => name === field)) {
    return { ...body, messages: body.messages.map((message) => withoutInMessage(message, field)) };
  }
  const tools = body.tools?.filter(({ type }) => type === 'function' || type !== field);
  return tools === undefined || tools.length === body.tools?.length ? body : { ...body, tools };
}

function withFormatTold(body: ChatRequest): ChatRequest {
  const { response_format: format, ...rest } = body;
  const schema = (format as { json_schema?: { schema?: JsonObject } }).json_schema?.schema;
  return { ...rest, messages: withFormatInWords(body.messages, schema) } as ChatRequest;
}

/** OpenAI's newer models, 2026-11: "Unsupported parameter: 'max_tokens' ... Use 'max_completion_tokens' instead". */
function renamed(body: ChatRequest, from: string, to: string): ChatRequest {
  return { ...omit(body, from), [to]: body[from] };
}

function omit<T extends object>(object: T, key: string): T {
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== key)) as T;
}

function holds(message: ChatMessage, field: string): boolean {
  if (field in message) return true;
  return 'tool_calls' in message && (message.tool_calls ?? []).some((call) => field in call);
}

function withoutInMessage(message: ChatMessage, field: string): ChatMessage {
  if (!holds(message, field)) return message;
  const rest = omit(message, field);
  if (!('tool_calls' in rest) || rest.tool_calls === undefined) return rest;
  return { ...rest, tool_calls: rest.tool_calls.map((call) => omit(call, field)) };
}

type AnyTool = ChatFunctionTool | JsonObject;

function isStrict(tool: AnyTool): boolean {
  return isFunction(tool) && tool.function.strict !== undefined;
}

function withoutStrict(tool: AnyTool): AnyTool {
  return isFunction(tool) ? { ...tool, function: omit(tool.function, 'strict') } : tool;
}

function isFunction(tool: AnyTool): tool is ChatFunctionTool {
  return tool.type === 'function' && typeof tool.function === 'object';
}
