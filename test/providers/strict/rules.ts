/**
 * What the strict upstreams of this folder share. Each family writes its documented rules down as data and a few
 * checks of its own, independent of the presets; a request that breaks one gets the provider's own 400.
 */

import type { Json, JsonObject } from '../../../src/json.ts';
import type { ChatAssistantMessage, ChatChunk, ChatMessage, ChatRequest } from '../../../src/wire/chat.ts';
import {
  errorReply,
  type ReceivedChat,
  reasoningChunks,
  type ScriptedCall,
  type ScriptedReply,
  toolCallChunks,
} from '../../support/scripted-upstream.ts';

export interface StrictFamily {
  /** Presets that this family stands for. */
  presets: readonly string[];
  /** Models whose rules differ. */
  models: readonly string[];
  /** Request fields that exist, beside `model`, `messages`, `stream`, `tools` and `tool_choice`. */
  fields: readonly string[];
  /** Fields of assistant messages beside `role`, `content` and `tool_calls`. */
  assistantFields?: readonly string[];
  /** Whether tool messages may carry a name. Default false. */
  toolName?: boolean;
  /** Roles. Default system, user, assistant, tool. */
  roles?: readonly string[];
  /** Whether a system message may come later than first. Default false. */
  lateSystem?: boolean;
  /** Whose content may be a list of parts, beside the user's. Default nobody's. */
  contentParts?: readonly ('assistant' | 'tool' | 'developer')[];
  toolNames?: RegExp;
  maxTools?: number;
  callIds?: RegExp;
  /** Types of tools. Default function. */
  toolTypes?: readonly string[];
  /** What a tool's schema may not hold. */
  schema?: (parameters: JsonObject) => string | undefined;
  responseFormats?: readonly string[];
  /** Everything else; each entry is one complaint. */
  check?: (body: ChatRequest, headers: ReceivedChat['headers']) => (string | false | undefined)[];
  /** The provider's own error reply. Default OpenAI's envelope with 400. */
  refuse?: (complaint: string) => ScriptedReply;
  /** Reasoning as it streams. Default `reasoning_content`. */
  think?: (text: string) => ChatChunk[];
  /** Calls as they stream, the finish included. Default OpenAI's way. */
  call?: (...calls: ScriptedCall[]) => ChatChunk[];
  /** Ids that the provider gives its calls. */
  idOf?: (index: number, name: string) => string;
  /** Whether the models reason visibly. Default true. */
  thinks?: boolean;
}

/** The first complaint about a request; undefined when the provider would serve it. */
export function complaintAbout(family: StrictFamily, { body, headers }: ReceivedChat): string | undefined {
  const complaints = [
    ...unknownFields(family, body),
    ...body.messages.flatMap((message, at) => messageComplaints(family, message, at)),
    ...orderComplaints(family, body.messages),
    ...toolComplaints(family, body),
    ...formatComplaints(family, body),
    ...(family.check?.(body, headers) ?? []),
  ];
  return complaints.find((complaint) => typeof complaint === 'string');
}

export function refusalOf(family: StrictFamily, complaint: string): ScriptedReply {
  return family.refuse?.(complaint) ?? errorReply(400, complaint, { type: 'invalid_request_error' });
}

export function thinking(family: StrictFamily, text: string): ChatChunk[] {
  if (family.thinks === false) return [];
  return family.think?.(text) ?? reasoningChunks([text.slice(0, 4), text.slice(4)]);
}

export function calling(
  family: StrictFamily,
  calls: readonly Omit<ScriptedCall, 'id'>[],
  first: number,
): ChatChunk[] {
  const withIds = calls.map((call, at) => ({
    ...call,
    id: family.idOf?.(first + at, call.name) ?? `call_${first + at}`,
  }));
  return family.call?.(...withIds) ?? toolCallChunks(...withIds);
}

/** The assistant messages that called tools. */
export function callers(body: ChatRequest): ChatAssistantMessage[] {
  return assistants(body).filter(({ tool_calls }) => tool_calls !== undefined);
}

export function assistants(body: ChatRequest): ChatAssistantMessage[] {
  return body.messages.filter((message) => message.role === 'assistant');
}

/** Walks all schemas of a tool, the root included. */
export function schemasOf(schema: Json | undefined): JsonObject[] {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return [];
  const lists = ['anyOf', 'oneOf', 'allOf'].flatMap((keyword) => {
    const list = schema[keyword];
    return Array.isArray(list) ? list : [];
  });
  const { properties, items, additionalProperties } = schema;
  const members = typeof properties === 'object' && properties !== null ? Object.values(properties) : [];
  return [
    schema,
    ...[...members, ...lists, items, additionalProperties].flatMap((part) => schemasOf(part as Json)),
  ];
}

function unknownFields({ fields }: StrictFamily, body: ChatRequest): string[] {
  const known = ['model', 'messages', 'stream', 'tools', 'tool_choice', ...fields];
  const unknown = Object.keys(body).filter((field) => !known.includes(field));
  return unknown.map((field) => `Extra inputs are not permitted: '${field}'`);
}

function messageComplaints(family: StrictFamily, message: ChatMessage, at: number): (string | false)[] {
  const { roles = ['system', 'user', 'assistant', 'tool'], contentParts = [], callIds = /./ } = family;
  const where = `messages[${at}]`;
  const known: Record<string, readonly string[]> = {
    assistant: ['role', 'content', 'tool_calls', ...(family.assistantFields ?? [])],
    tool: ['role', 'content', 'tool_call_id', ...(family.toolName ? ['name'] : [])],
  };
  const fields = known[message.role] ?? ['role', 'content'];
  const calls = message.role === 'assistant' ? (message.tool_calls ?? []) : [];
  const ids = message.role === 'tool' ? [message.tool_call_id] : calls.map(({ id }) => id);
  const mayHaveParts = message.role === 'user' || contentParts.some((role) => role === message.role);
  return [
    !roles.includes(message.role) && `${where}: unknown role ${message.role}`,
    ...Object.keys(message).map((key) => !fields.includes(key) && `${where}: unknown field ${key}`),
    Array.isArray(message.content) && !mayHaveParts && `${where}: content must be a string`,
    message.role === 'assistant' &&
      !message.content &&
      calls.length === 0 &&
      `${where}: empty assistant message`,
    message.role === 'user' && message.content.length === 0 && `${where}: empty user message`,
    ...ids.map((id) => !callIds.test(id) && `${where}: invalid call id ${id}`),
    ...calls.map(
      ({ function: { arguments: text } }) => !isObjectText(text) && `${where}: arguments are no object`,
    ),
  ];
}

function orderComplaints({ lateSystem = false }: StrictFamily, messages: readonly ChatMessage[]): string[] {
  const complaints: string[] = [];
  let open: string[] = [];
  messages.forEach((message, at) => {
    const { role } = message;
    const isInstruction = role === 'system' || role === 'developer';
    if (isInstruction && at > 0 && !lateSystem)
      complaints.push(`messages[${at}]: system message must be first`);
    if (role === 'tool') {
      if (!open.includes(message.tool_call_id)) complaints.push(`messages[${at}]: no call has this id`);
      open = open.filter((id) => id !== message.tool_call_id);
      return;
    }
    if (open.length > 0) complaints.push(`messages[${at}]: calls ${open} lack their tool messages`);
    open = role === 'assistant' ? (message.tool_calls ?? []).map(({ id }) => id) : [];
    if (new Set(open).size < open.length) complaints.push(`messages[${at}]: an id is used twice`);
  });
  if (open.length > 0) complaints.push(`insufficient tool messages following tool_calls: ${open}`);
  return complaints;
}

function toolComplaints(family: StrictFamily, body: ChatRequest): (string | false | undefined)[] {
  const {
    toolNames = /^[A-Za-z0-9_-]{1,64}$/,
    maxTools = Number.POSITIVE_INFINITY,
    toolTypes = ['function'],
  } = family;
  const tools = (body.tools ?? []) as JsonObject[];
  const functions = tools
    .filter(({ type }) => type === 'function')
    .map((tool) => tool['function'] as JsonObject);
  const names = functions.map(({ name }) => String(name));
  return [
    body.tools?.length === 0 && 'tools: must not be empty',
    body.tools === undefined && body.tool_choice !== undefined && 'tool_choice: needs tools',
    tools.length > maxTools && `tools: at most ${maxTools}`,
    new Set(names).size < names.length && 'tools: a name is used twice',
    ...tools.map(({ type }) => !toolTypes.includes(String(type)) && `tools: unknown type ${String(type)}`),
    ...names.map((name) => !toolNames.test(name) && `tools: invalid name ${name}`),
    ...functions.map(({ name, parameters }) => {
      const schema = parameters as JsonObject;
      if (schema['type'] !== 'object') return `tools: the parameters of ${String(name)} are no object`;
      const complaint = family.schema?.(schema);
      return complaint === undefined ? undefined : `tools: ${String(name)}: ${complaint}`;
    }),
  ];
}

function formatComplaints({ responseFormats = [] }: StrictFamily, body: ChatRequest): (string | false)[] {
  const format = body['response_format'] as JsonObject | undefined;
  if (format === undefined) return [];
  const mentionsJson = JSON.stringify(body.messages).toLowerCase().includes('json');
  return [
    !responseFormats.includes(String(format['type'])) &&
      `response_format: ${String(format['type'])} is unavailable`,
    format['type'] === 'json_object' &&
      !mentionsJson &&
      'response_format: the prompt must contain the word json',
  ];
}

function isObjectText(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    // Told as a complaint by the caller.
    return false;
  }
}
