/**
 * What one provider's own Responses endpoint takes, as data. Hardly any takes everything that Codex sends, and many
 * answer 200 and ignore what they do not know, so requests are made to fit what is declared here instead of waiting for
 * refusals. What depends on the model and not on the endpoint (images, schema flavour, number and names of tools) is
 * read from its `Profile`. Presets override `BASE_NATIVE` with what is known about them.
 */
import type { Profile } from '../profile.ts';

/** Request fields that are passed on unchanged; all others are written by this relay or left out. */
export const NATIVE_FIELDS = [
  'frequency_penalty',
  'max_output_tokens',
  'max_tool_calls',
  'metadata',
  'parallel_tool_calls',
  'presence_penalty',
  'prompt_cache_key',
  'safety_identifier',
  'service_tier',
  'temperature',
  'top_logprobs',
  'top_p',
  'truncation',
] as const;
export type NativeField = (typeof NATIVE_FIELDS)[number];

export type NativeToolChoice = 'none' | 'auto' | 'required' | 'named' | 'allowed_tools';

export interface NativeProfile {
  // --------------------------------------------------------------------------------------------- tools

  /**
   * Whether custom tools are sent unchanged, without their grammar (which is put into words), or as functions with one
   * text field.
   */
  customTools: 'keep' | 'text' | 'function';
  /**
   * The only custom tools that are kept, by name; others become functions. Null: all that `customTools` lets through.
   */
  customNames: readonly string[] | null;
  /**
   * Whether namespaces are sent unchanged, with each name only once among all tools of a request, or flattened into
   * functions.
   */
  namespaces: 'keep' | 'unique' | 'flat';
  /**
   * Whether `tool_search` and its items are understood; if not, it becomes a function, and what it finds joins `tools`.
   */
  toolSearch: boolean;
  /** Whether `additional_tools` items may hold tools; if not, the tools join `tools`. */
  additionalTools: boolean;
  /** Tools that the provider runs itself, by type, each with the settings that it refuses. */
  hostedTools: { readonly [type: string]: readonly string[] };
  /** Whether a function's `strict` flag may be sent. */
  strictTools: boolean;
  /** The values of `tool_choice` that may be sent; others become the nearest allowed one. */
  toolChoices: readonly NativeToolChoice[];

  // --------------------------------------------------------------------------------------------- items

  /**
   * Kinds of items that are passed on besides messages, reasoning, calls and outputs, such as `agent_message` or
   * `web_search_call`. Others become user messages with their text.
   */
  moreItems: readonly string[];
  /** Which items carry an id. Nothing is stored upstream, so ids only serve where the field is required. */
  itemIds: 'none' | 'reasoning' | 'all';
  /**
   * Whether items carry the fields that only servers add: `status`, `annotations` (required: old vLLM; refused: Azure,
   * xAI).
   */
  itemStatus: boolean;
  /** Whether missing `content` or `encrypted_content` of reasoning is sent as null. */
  nullFields: boolean;
  /** Whether an assistant message carries its `phase`. */
  phase: boolean;
  /**
   * Outputs follow the answer that made their calls. The calls either keep their places among its text and reasoning
   * (`as-made`) or all come after these, if nothing may stand between a call and its output (`last`).
   */
  callOrder: 'last' | 'as-made';
  /** See `Profile.toolCallIds`. */
  callIds: Profile['toolCallIds'];
  /** Whether a message with only text must have it in one part (vLLM, 2026-11, reads no other). */
  singlePart: boolean;
  /** Whether a tool's output may be a list of parts, or must be plain text. */
  outputs: 'parts' | 'text';
  /** Whether images in a tool's output stay there, follow in a user message, or are replaced by a note. */
  outputImages: 'inline' | 'user-message' | 'note';
  /** Whether files in messages are sent or replaced by a note. */
  files: 'send' | 'note';

  // ------------------------------------------------------------------------------------------ instructions

  /** Whether `instructions` is sent as a field or as the first message. */
  instructions: 'field' | 'message';
  /** The role that carries instructions in the input. */
  instructionRole: 'system' | 'developer';
  /** What becomes of instructions after the conversation has begun; see `Profile`. */
  lateInstructions: Profile['lateInstructions'];

  // --------------------------------------------------------------------------------------------- reasoning

  /**
   * How the model's own reasoning goes back: with text and sealed content as received, only as readable text, only if
   * it has sealed content, as text in place of the sealed content, or not at all. Reasoning of another provider or
   * model family is never sent.
   */
  reasoningIn: 'as-received' | 'text' | 'sealed' | 'text-as-sealed' | 'never';
  /**
   * The effort for requests whose history has calls without readable reasoning; null: the effort that was asked for.
   */
  effortWithoutReasoning: string | null;
  /** The efforts that the endpoint knows, in ascending order; null: those in the model's profile. */
  efforts: readonly string[] | null;
  /** Whether `reasoning.summary` may be sent. */
  reasoningSummary: boolean;

  // --------------------------------------------------------------------------------------------- settings

  /** The fields that may be sent. */
  fields: readonly NativeField[];
  /** The values of `include` that may be sent; the field is left out if none remains. */
  include: readonly string[];
  /** Whether `store: false` is sent. */
  storeFalse: boolean;
  /** The formats of `text.format` that the endpoint knows; see `Profile.responseFormat`. */
  textFormat: Profile['responseFormat'];
  /** Whether `text.verbosity` may be sent. */
  verbosity: boolean;

  // ------------------------------------------------------------------------------------------- its stream

  /** Prefixes of the ids of calls that the provider made and answered itself: nobody else may run these. */
  serverCalls: readonly string[];
  /**
   * How to take an answer with all items finished but no terminal event: as broken, or as complete if the provider is
   * known to forget the event.
   */
  missingTerminal: 'fail' | 'complete';
}

/** The most cautious assumption: an endpoint only known to take functions, messages and text. */
export const BASE_NATIVE: NativeProfile = {
  customTools: 'function',
  customNames: null,
  namespaces: 'flat',
  toolSearch: false,
  additionalTools: false,
  hostedTools: {},
  strictTools: false,
  toolChoices: ['none', 'auto', 'required', 'named'],

  moreItems: [],
  itemIds: 'none',
  itemStatus: false,
  nullFields: false,
  phase: false,
  callOrder: 'last',
  callIds: 'max64',
  singlePart: true,
  outputs: 'text',
  outputImages: 'user-message',
  files: 'note',

  instructions: 'field',
  instructionRole: 'developer',
  lateInstructions: 'user',

  reasoningIn: 'as-received',
  effortWithoutReasoning: null,
  efforts: null,
  reasoningSummary: true,

  fields: ['max_output_tokens', 'parallel_tool_calls', 'temperature', 'top_p'],
  include: [],
  storeFalse: true,
  textFormat: 'json_schema',
  verbosity: false,

  serverCalls: [],
  missingTerminal: 'fail',
};
