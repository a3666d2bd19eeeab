/**
 * The Responses API as this relay speaks it: the requests and items that clients send, and the items, events and
 * response resource that they get. Requests are typed loosely where clients differ (Codex 0.80 to 0.171, the OpenAI
 * SDK, Open Responses); what we emit is typed exactly, and `test/translate/contract.test.ts` compares it with the
 * `openai` package's own types.
 */
import type { Json, JsonObject } from '../json.ts';

// ---------------------------------------------------------------------------------------------- requests

/** A content part of a message or of a tool output; parts of unknown type keep whatever text they hold. */
export interface ContentPart {
  type: string;
  text?: string | null | undefined;
  refusal?: string | null | undefined;
  /** A data URL or an https URL. OpenAI's Chat shape (`{url}`) is understood too. */
  image_url?: string | { url: string } | null | undefined;
  detail?: string | null | undefined;
  filename?: string | null | undefined;
  file_data?: string | null | undefined;
  file_url?: string | null | undefined;
}

/** The content of a message or of a tool output: plain text, or parts in order. */
export type Content = string | readonly ContentPart[];

/**
 * One entry of `input`. `type` may be absent for a message given as `{role, content}`. Only fields that some kind of
 * item uses are named; the translator's `request/item-kinds.ts` and `tools/kinds` say which.
 */
export interface InputItem {
  type?: string | null | undefined;
  id?: string | null | undefined;
  status?: string | null | undefined;
  role?: string | null | undefined;
  content?: Content | null | undefined;
  call_id?: string | null | undefined;
  name?: string | null | undefined;
  namespace?: string | null | undefined;
  arguments?: Json | undefined;
  input?: string | null | undefined;
  output?: Content | Json | undefined;
  action?: Json | undefined;
  phase?: string | null | undefined;
  execution?: string | null | undefined;
  summary?: readonly ContentPart[] | null | undefined;
  encrypted_content?: string | null | undefined;
  tools?: readonly Tool[] | null | undefined;
  author?: string | null | undefined;
  recipient?: string | null | undefined;
}

/** One entry of `tools`. Hosted tools (`web_search` and others) carry only their type and settings. */
export interface Tool {
  type: string;
  name?: string | null | undefined;
  description?: string | null | undefined;
  parameters?: JsonObject | null | undefined;
  strict?: boolean | null | undefined;
  /** For a custom tool, the format of its free text. */
  format?:
    | { type: string; syntax?: string | null | undefined; definition?: string | undefined }
    | null
    | undefined;
  /** For a namespace, its functions. */
  tools?: readonly Tool[] | null | undefined;
  execution?: string | null | undefined;
  /** For `web_search`: false if the user allows no live access to the web. */
  external_web_access?: boolean | undefined;
}

/** Which tools may or must be called: any, one by name, or (`allowed_tools`) those in a list. */
export type ToolChoice =
  | 'none'
  | 'auto'
  | 'required'
  | {
      type: string;
      name?: string | null | undefined;
      namespace?: string | null | undefined;
      mode?: string | null | undefined;
      tools?: readonly ToolReference[] | null | undefined;
    };

/** A declared tool, by its name and, for a function in a namespace, that of the namespace. */
export interface ToolReference {
  type: string;
  name?: string | null | undefined;
  namespace?: string | null | undefined;
}

/** The form that the answer's text must have, e.g. `json_schema` with a schema. */
export interface TextFormat {
  type: string;
  name?: string | null | undefined;
  description?: string | null | undefined;
  schema?: JsonObject | null | undefined;
  strict?: boolean | null | undefined;
}

/** How much the model should think, and whether its thinking is summarised for the client. */
export interface ReasoningOptions {
  effort?: string | null | undefined;
  summary?: string | null | undefined;
}

/** A validated request body (see `request-schema.ts`). Unknown fields are tolerated and ignored. */
export interface ResponsesRequest {
  model: string;
  input: string | readonly InputItem[];
  instructions?: string | null | undefined;
  stream?: boolean | null | undefined;
  tools?: readonly Tool[] | null | undefined;
  tool_choice?: ToolChoice | null | undefined;
  parallel_tool_calls?: boolean | null | undefined;
  reasoning?: ReasoningOptions | null | undefined;
  text?: { format?: TextFormat | null | undefined; verbosity?: string | null | undefined } | null | undefined;
  max_output_tokens?: number | null | undefined;
  max_tool_calls?: number | null | undefined;
  temperature?: number | null | undefined;
  top_p?: number | null | undefined;
  presence_penalty?: number | null | undefined;
  frequency_penalty?: number | null | undefined;
  top_logprobs?: number | null | undefined;
  truncation?: string | null | undefined;
  store?: boolean | null | undefined;
  background?: boolean | null | undefined;
  include?: readonly string[] | null | undefined;
  metadata?: JsonObject | null | undefined;
  previous_response_id?: string | null | undefined;
  prompt_cache_key?: string | null | undefined;
  safety_identifier?: string | null | undefined;
  service_tier?: string | null | undefined;
}

// ------------------------------------------------------------------------------------------ output items

export type ItemStatus = 'in_progress' | 'completed' | 'incomplete';

/** A web source of a text, only from providers that search the web themselves. */
export interface UrlCitation {
  type: 'url_citation';
  url: string;
  title: string;
  /** The range of the text that it belongs to, in characters. */
  start_index: number;
  end_index: number;
}

export interface OutputTextPart {
  type: 'output_text';
  text: string;
  annotations: UrlCitation[];
  logprobs: [];
}

export interface RefusalPart {
  type: 'refusal';
  refusal: string;
}

export interface SummaryTextPart {
  type: 'summary_text';
  text: string;
}

export interface ReasoningTextPart {
  type: 'reasoning_text';
  text: string;
}

/** What the assistant says to the user. */
export interface MessageItem {
  type: 'message';
  id: string;
  status: ItemStatus;
  role: 'assistant';
  content: (OutputTextPart | RefusalPart)[];
  /** Only from providers that state it: whether the message is the final answer or a comment on the way there. */
  phase?: 'commentary' | 'final_answer';
}

/** What the model thought, as far as it may be shown. */
export interface ReasoningItem {
  type: 'reasoning';
  id: string;
  summary: SummaryTextPart[];
  /** Only present if the client asked for no summary: the raw text, without delta events. */
  content?: ReasoningTextPart[];
  /** What the provider wants back (text, details, signatures), sealed; see `reasoning.ts`. */
  encrypted_content?: string;
}

/** A call of a function; the client runs it and answers with a `function_call_output`. */
export interface FunctionCallItem {
  type: 'function_call';
  id: string;
  status: ItemStatus;
  call_id: string;
  /** Only on a call of a namespaced tool, which Codex looks up by namespace and name. */
  namespace?: string;
  name: string;
  /** JSON text. */
  arguments: string;
}

/** A call of a tool that takes free text instead of JSON. */
export interface CustomToolCallItem {
  type: 'custom_tool_call';
  id: string;
  status: ItemStatus;
  call_id: string;
  namespace?: string;
  name: string;
  input: string;
}

/** Codex's client-side tool search; its arguments are an object, not text. */
export interface ToolSearchCallItem {
  type: 'tool_search_call';
  id: string;
  status: ItemStatus;
  call_id: string;
  execution: 'client';
  arguments: Json;
}

export type CallItem = FunctionCallItem | CustomToolCallItem | ToolSearchCallItem;

/** Items of tools that a provider runs itself. */
export const HOSTED_TYPES = [
  'web_search_call',
  'file_search_call',
  'code_interpreter_call',
  'image_generation_call',
  'mcp_list_tools',
  'mcp_call',
  'mcp_approval_request',
] as const;
export type HostedType = (typeof HOSTED_TYPES)[number];

/** Something a provider did itself on the way to its answer. It is passed on unchanged, and nobody else may run it. */
export interface HostedItem {
  type: HostedType;
  id: string;
  status: 'in_progress' | 'completed' | 'failed';
  [field: string]: Json;
}

/** The summary that replaced a conversation. */
export interface CompactionItem {
  type: 'compaction';
  id: string;
  encrypted_content: string;
}

export type OutputItem = MessageItem | ReasoningItem | CallItem | HostedItem | CompactionItem;

// ------------------------------------------------------------------------------------ response and events

/** Cached tokens are part of the input, and reasoning tokens of the output. */
export interface ResponseUsage {
  input_tokens: number;
  input_tokens_details: { cached_tokens: number; cache_write_tokens: number };
  output_tokens: number;
  output_tokens_details: { reasoning_tokens: number };
  total_tokens: number;
}

/** Why a response failed; the message is one sentence. */
export interface ResponseError {
  code: string;
  message: string;
}

export type ResponseStatus = 'in_progress' | 'completed' | 'failed' | 'incomplete' | 'cancelled';

/** The 31 keys that Open Responses (2026-04-24) requires of every response object, in every event. */
export interface ResponseResource {
  id: string;
  object: 'response';
  created_at: number;
  completed_at: number | null;
  status: ResponseStatus;
  incomplete_details: { reason: 'max_output_tokens' | 'content_filter' } | null;
  model: string;
  previous_response_id: string | null;
  instructions: string | null;
  output: OutputItem[];
  error: ResponseError | null;
  tools: Tool[];
  tool_choice: ToolChoice;
  truncation: 'auto' | 'disabled';
  parallel_tool_calls: boolean;
  text: { format: JsonObject; verbosity?: string };
  top_p: number;
  presence_penalty: number;
  frequency_penalty: number;
  top_logprobs: number;
  temperature: number;
  reasoning: { effort: string | null; summary: string | null };
  usage: ResponseUsage | null;
  max_output_tokens: number | null;
  max_tool_calls: number | null;
  store: boolean;
  background: boolean;
  service_tier: string;
  metadata: JsonObject;
  safety_identifier: string | null;
  prompt_cache_key: string | null;
}

interface Sequenced {
  sequence_number: number;
}

interface InItem extends Sequenced {
  item_id: string;
  output_index: number;
}

/** Every event that a client may get. Within a response, `sequence_number` counts up without gaps. */
export type ResponseEvent =
  | (Sequenced & {
      type:
        | 'response.created'
        | 'response.in_progress'
        | 'response.completed'
        | 'response.failed'
        | 'response.incomplete';
      response: ResponseResource;
    })
  | (Sequenced & {
      type: 'error';
      code: string;
      message: string;
      param: null;
      error: { type: string; code: string; message: string; param: null };
    })
  | (Sequenced & {
      type: 'response.output_item.added' | 'response.output_item.done';
      output_index: number;
      item: OutputItem;
    })
  | (InItem & {
      type: 'response.content_part.added' | 'response.content_part.done';
      content_index: number;
      part: OutputTextPart | RefusalPart;
    })
  | (InItem & { type: 'response.output_text.delta'; content_index: number; delta: string; logprobs: [] })
  | (InItem & { type: 'response.output_text.done'; content_index: number; text: string; logprobs: [] })
  | (InItem & {
      type: 'response.output_text.annotation.added';
      content_index: number;
      annotation_index: number;
      annotation: UrlCitation;
    })
  | (InItem & { type: 'response.refusal.delta'; content_index: number; delta: string })
  | (InItem & { type: 'response.refusal.done'; content_index: number; refusal: string })
  | (InItem & {
      type: 'response.reasoning_summary_part.added' | 'response.reasoning_summary_part.done';
      summary_index: number;
      part: SummaryTextPart;
    })
  | (InItem & { type: 'response.reasoning_summary_text.delta'; summary_index: number; delta: string })
  | (InItem & { type: 'response.reasoning_summary_text.done'; summary_index: number; text: string })
  | (InItem & { type: 'response.function_call_arguments.delta'; delta: string })
  | (InItem & { type: 'response.function_call_arguments.done'; name: string; arguments: string })
  | (InItem & { type: 'response.custom_tool_call_input.delta'; delta: string })
  | (InItem & { type: 'response.custom_tool_call_input.done'; input: string });

/** The types of the event that ends a response; exactly one is sent. */
export type TerminalEventType = 'response.completed' | 'response.failed' | 'response.incomplete';
