/** Turns a Chat Completions request into one of VS Code's Language Model API. Pure. */
import { asObject, type Json, type JsonObject, parseObject } from '../../json.ts';
import { IMAGE_NOTE } from '../../translate/request/content.ts';
import type { ChatFunctionTool, ChatMessage, ChatPart, ChatRequest, ChatToolCall } from '../../wire/chat.ts';
import type { MessagePart, ModelMessage, ModelRequest, ModelTool } from './language-model.ts';

/** Fields that have their own place in the API or mean nothing there. */
const NOT_OPTIONS: ReadonlySet<string> = new Set([
  'model',
  'messages',
  'stream',
  'stream_options',
  'tools',
  'tool_choice',
]);
const DATA_URL = /^data:(image\/[\w.+-]+)(?:;[^,;]*)*;base64,(.*)$/s;

/** @param takesImages whether images are sent, or replaced by notes */
export function toModelRequest(body: ChatRequest, takesImages: boolean): ModelRequest {
  const tools = (body.tools ?? []).filter(isFunctionTool).map(modelTool);
  const options = Object.entries(body).filter(([name]) => !NOT_OPTIONS.has(name));
  return {
    messages: modelMessages(body.messages, takesImages),
    tools,
    // Copilot (2026-11) refuses this mode if there is a choice: "not supported with more than one tool".
    toolMode: body.tool_choice === 'required' && tools.length === 1 ? 'required' : 'auto',
    options: Object.fromEntries(options) as JsonObject,
  };
}

/** The text of a request, for counting: messages and tools, images left out. */
export function textOfRequest({ messages, tools }: ModelRequest): string {
  const texts = messages.flatMap(({ parts }) => parts.map(textOfPart));
  return [...texts, ...(tools.length === 0 ? [] : [JSON.stringify(tools)])].join('\n');
}

function textOfPart(part: MessagePart): string {
  switch (part.kind) {
    case 'text':
    case 'result':
      return part.text;
    case 'call':
      return `${part.name} ${JSON.stringify(part.input)}`;
    case 'image':
      return '';
  }
}

/** Consecutive outputs form one message: Copilot wants all calls of an answer answered in the next message. */
function modelMessages(messages: readonly ChatMessage[], takesImages: boolean): ModelMessage[] {
  const result: { role: ModelMessage['role']; parts: MessagePart[] }[] = [];
  let outputs: MessagePart[] | undefined;
  for (const message of messages) {
    const parts = partsOf(message, takesImages);
    if (message.role === 'tool' && outputs !== undefined) {
      outputs.push(...parts);
      continue;
    }
    outputs = message.role === 'tool' ? parts : undefined;
    // Anthropic's models refuse a message without parts.
    if (parts.length > 0) result.push({ role: message.role === 'assistant' ? 'assistant' : 'user', parts });
  }
  return result;
}

function partsOf(message: ChatMessage, takesImages: boolean): MessagePart[] {
  switch (message.role) {
    case 'tool': {
      const text = contentParts(message.content, false).map(textOfPart).join('\n');
      return [{ kind: 'result', callId: message.tool_call_id, text }];
    }
    case 'assistant':
      return [...assistantText(message.content), ...(message.tool_calls ?? []).map(callPart)];
    default:
      return contentParts(message.content, takesImages);
  }
}

function contentParts(content: string | readonly ChatPart[], takesImages: boolean): MessagePart[] {
  if (typeof content === 'string') return textPart(content);
  return content.flatMap((part) =>
    part.type === 'text' ? textPart(part.text) : [imagePart(part.image_url.url, takesImages)],
  );
}

function assistantText(content: string | readonly JsonObject[] | null | undefined): MessagePart[] {
  if (typeof content === 'string') return textPart(content);
  return (content ?? []).flatMap(({ text }) => (typeof text === 'string' ? textPart(text) : []));
}

function textPart(text: string): MessagePart[] {
  return text === '' ? [] : [{ kind: 'text', text }];
}

/** The API takes bytes. An image given by URL is only mentioned, because nobody asked the relay to fetch it. */
function imagePart(url: string, takesImages: boolean): MessagePart {
  if (!takesImages) return { kind: 'text', text: IMAGE_NOTE };
  const [, mimeType, base64] = DATA_URL.exec(url) ?? [];
  if (mimeType !== undefined && base64 !== undefined) return { kind: 'image', mimeType, base64 };
  const where = url.startsWith('data:') ? 'in a form that cannot be read here' : `at ${url}`;
  return { kind: 'text', text: `[an image was here, ${where}]` };
}

function callPart({ id, function: { name, arguments: text } }: ChatToolCall): MessagePart {
  // The API has no form for arguments that are not an object, but they must not be lost.
  return { kind: 'call', callId: id, name, input: parseObject(text) ?? { arguments: text } };
}

function isFunctionTool(tool: ChatFunctionTool | JsonObject): tool is ChatFunctionTool {
  const declared: Json | ChatFunctionTool['function'] | undefined = tool.function;
  return tool.type === 'function' && typeof asObject(declared)?.['name'] === 'string';
}

function modelTool({ function: { name, description = '', parameters } }: ChatFunctionTool): ModelTool {
  return { name, description, inputSchema: parameters };
}
