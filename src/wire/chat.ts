/**
 * Chat Completions as this relay speaks it: the requests it sends upstream and the chunks it accepts. The types of
 * chunks follow what providers really send: every field may be missing, null or of a similar type.
 */
import type { Json, JsonObject } from '../json.ts';

// ---------------------------------------------------------------------------------------------- requests

export interface ChatTextPart {
  type: 'text';
  text: string;
  /** Anthropic's mark for caching the prompt up to here. */
  cache_control?: { type: 'ephemeral' };
}

export interface ChatImagePart {
  type: 'image_url';
  image_url: { url: string; detail?: string };
}

export type ChatPart = ChatTextPart | ChatImagePart;

export interface ChatToolCall {
  id: string;
  type: 'function';
  function: { name: string; arguments: string };
  /** Provider metadata that must go back with its call, e.g. Gemini's thought signature. */
  extra_content?: Json;
}

export interface ChatSystemMessage {
  role: 'system' | 'developer';
  content: string | ChatTextPart[];
}

export interface ChatUserMessage {
  role: 'user';
  content: string | ChatPart[];
}

export interface ChatAssistantMessage {
  role: 'assistant';
  content?: string | JsonObject[] | null;
  tool_calls?: ChatToolCall[];
  reasoning_content?: string;
  reasoning?: string;
  reasoning_details?: Json[];
}

export interface ChatToolMessage {
  role: 'tool';
  tool_call_id: string;
  name?: string;
  content: string | ChatPart[];
}

export type ChatMessage = ChatSystemMessage | ChatUserMessage | ChatAssistantMessage | ChatToolMessage;

/** A declared function; its `parameters` are a JSON Schema. */
export interface ChatFunctionTool {
  type: 'function';
  function: { name: string; description?: string; parameters: JsonObject; strict?: boolean };
}

/** The request body. Other fields belong to a dialect (see `Profile`). */
export interface ChatRequest {
  model: string;
  messages: ChatMessage[];
  stream: true;
  stream_options?: { include_usage: true };
  tools?: (ChatFunctionTool | JsonObject)[];
  tool_choice?: string | { type: 'function'; function: { name: string } };
  [dialectField: string]: unknown;
}

// ------------------------------------------------------------------------------------------------ chunks

/** A fragment of a call. Which call it continues is up to `stream/call-tracker.ts`. */
export interface ChatToolCallDelta {
  index?: number | string | null;
  id?: string | null;
  type?: string | null;
  function?: { name?: string | null; arguments?: Json } | null;
  extra_content?: Json;
}

/** What a chunk adds to the message. */
export interface ChatDelta {
  role?: string | null;
  content?: Json;
  refusal?: string | null;
  /** Thinking has many names, and may be a string, an object with one, or a list of parts. */
  reasoning_content?: Json;
  reasoning?: Json;
  reasoning_details?: Json[] | null;
  reasoning_text?: Json;
  thinking?: Json;
  thought?: Json;
  thinking_blocks?: Json;
  tool_calls?: ChatToolCallDelta[] | null;
  extra_content?: Json;
  usage?: ChatUsage | null;
}

/** Token counts in any provider's spelling; `stream/usage.ts` reads them. */
export interface ChatUsage {
  [field: string]: unknown;
}

/** One of the answers in a chunk; normally there is only one. */
export interface ChatChoice {
  index?: number | string | null;
  delta?: ChatDelta | null;
  /** Everything that was said: in a blocking completion, or in the last chunk of a stream. */
  message?: ChatDelta | null;
  finish_reason?: string | null;
  usage?: ChatUsage | null;
  error?: unknown;
}

/** One event of a stream, or a whole blocking completion. */
export interface ChatChunk {
  id?: string | null;
  model?: string | null;
  choices?: ChatChoice[] | null;
  usage?: ChatUsage | null;
  error?: unknown;
  [providerField: string]: unknown;
}
