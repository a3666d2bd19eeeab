/**
 * The dialect of one provider, as data. Each field is read in exactly one place of `src/translate`; the presets are in
 * `src/providers`. Most providers follow OpenAI's Chat Completions of 2024; they differ in what they reject, and none
 * accepts every field.
 */
import type { ErrorCode } from '../errors.ts';
import type { JsonObject } from '../json.ts';

/**
 * Where reasoning arrives, and where the provider wants it back: in a field of the message, in blocks among the content
 * parts (`thinking_block`), or between tags inside the text (`think_tags`).
 */
export type ReasoningField = (typeof REASONING_FIELDS)[number];
export const REASONING_FIELDS = [
  'reasoning_content',
  'reasoning',
  'reasoning_details',
  'thinking_block',
  'think_tags',
] as const;

/**
 * Request fields with the same name in both APIs that a provider may refuse. Only those that a profile allows are sent,
 * in this order.
 */
export const OPTIONAL_FIELDS = [
  'frequency_penalty',
  'metadata',
  'parallel_tool_calls',
  'presence_penalty',
  'prompt_cache_key',
  'safety_identifier',
  'service_tier',
  'store',
  'temperature',
  'top_p',
] as const;
export type OptionalField = (typeof OPTIONAL_FIELDS)[number];

export type ToolChoiceKind = 'none' | 'auto' | 'required' | 'named';

/** What may stand in a tool's JSON Schema (see `tools/json-schema.ts`). */
export type SchemaFlavour = 'plain' | 'inlined' | 'openai' | 'claude' | 'moonshot' | 'gemini';

export interface Profile {
  /** Stable id, e.g. `deepseek`. */
  id: string;
  /**
   * The owner of reasoning: sealed reasoning is tagged with it and goes back to nobody else. Absent: the id. Two
   * servers of one dialect are two owners (`openai-compatible@gateway.example`).
   */
  owner?: string;
  /** The name shown to people. */
  name: string;

  // ------------------------------------------------------------------------------------------ settings

  /** The field that takes `max_output_tokens`. */
  maxTokensField: 'max_tokens' | 'max_completion_tokens';
  /** The optional request fields that may be sent. */
  optionalFields: readonly OptionalField[];
  /** How to ask a stream to report token usage. */
  usageRequest: 'stream_options' | 'none';
  /** Fields that are added to every request. */
  extraFields: JsonObject;

  /**
   * How `reasoning.effort` is sent: as `reasoning_effort`, as the fields in `effortFields` for the level (thinking
   * switches), or not at all.
   */
  effort: 'reasoning_effort' | 'fields' | 'none';
  /** The efforts that the provider knows, in ascending order; others become the nearest one. Empty: any. */
  effortLevels: readonly string[];
  /** For `effort: 'fields'`: the request fields that stand for each level. */
  effortFields: { readonly [level: string]: JsonObject };
  /** The level for requests with tools, whatever was asked for; null: the level that was asked for. */
  effortWithTools: string | null;
  /** Whether the model thinks when no effort is sent. */
  thinksByDefault: boolean;

  /**
   * The response formats that the provider knows: both (`json_schema`), one of them, or none (`prompt`). A schema that
   * cannot be sent becomes `json_object`, if known, with the schema in words.
   */
  responseFormat: 'json_schema' | 'json_schema_only' | 'json_object' | 'prompt';
  /** Whether a request may have both a response format and tools; if not, the format is put into words. */
  formatWithTools: boolean;

  // --------------------------------------------------------------------------------------------- tools

  /** The values of `tool_choice` that may be sent; others become the nearest allowed one. */
  toolChoices: readonly ToolChoiceKind[];
  /** The values allowed for requests with thinking; null: the same. */
  toolChoicesThinking: readonly ToolChoiceKind[] | null;
  /** The provider's word for `required`. */
  requiredChoice: 'required' | 'any';
  /** Whether `parallel_tool_calls: true` may be sent; if not, only `false` is. */
  parallelTrue: boolean;
  /** Whether a function's `strict` flag may be sent. */
  strictTools: boolean;
  /** How many tools may be sent; the rest is left out. Null: no limit is known. */
  maxTools: number | null;
  toolSchema: SchemaFlavour;
  /** Names always fit `[A-Za-z0-9_-]{1,64}`; this says whether they may begin with a digit or a hyphen. */
  toolNames: 'any-start' | 'letter-first';
  /** How the provider's own web search is switched on: by an entry of `tools`, by fields, or not at all (null). */
  webSearch: { tool: JsonObject } | { fields: JsonObject } | null;

  // ------------------------------------------------------------------------------------------ messages

  /** The role that carries instructions. */
  instructionRole: 'system' | 'developer';
  /** Whether the leading instructions are marked for a prompt cache that only caches on request (Anthropic's). */
  cacheMark: boolean;
  /**
   * What becomes of a system or developer message after the conversation has begun: it stays in place (`keep`),
   * joins the instructions at the beginning (`fold`, which breaks the prompt cache), or becomes a labelled message
   * of the user.
   */
  lateInstructions: 'keep' | 'fold' | 'user';
  /** The `content` of an assistant message that has tool calls but no text. */
  emptyAssistantContent: 'null' | 'empty' | 'omit';
  /**
   * How the history shows the calls of one answer: all in one message, or one after the other, each with its output.
   */
  callHistory: 'grouped' | 'serial';
  /** The assistant text to put between a tool message and a user message; null: none is needed. */
  bridgeAfterTool: string | null;
  /** The user text to add if an assistant message comes last; null: none is needed. */
  continueAfterAssistant: string | null;
  /**
   * Whether consecutive messages of the user, or of the assistant, are joined, for chat templates that insist on
   * alternation.
   */
  joinUserMessages: boolean;
  /** Whether a tool message carries the name of its tool. */
  toolMessageName: boolean;
  /** Call ids: any, exactly nine letters and digits, at most 40 or 64 characters, or made of `[A-Za-z0-9_-]`. */
  toolCallIds: 'any' | 'alnum9' | 'max40' | 'max64' | 'word';
  /**
   * Whether images in a tool's output stay in the tool message, follow in a user message, or are replaced by a note.
   */
  toolImages: 'inline' | 'user-message' | 'note';
  /** Whether images in a user message are sent, or replaced by a note because the models read only text. */
  userImages: 'send' | 'note';

  // ----------------------------------------------------------------------------------------- reasoning

  /** Whether a fragment of `reasoning_details` may repeat the whole text of its entry so far. */
  detailsMayRepeat: boolean;
  /** The tag that may open reasoning at the start of the text (`think`: `<think>`); null: there is no such tag. */
  thinkTag: 'think' | 'thought' | null;
  /** Which assistant messages get their reasoning back, in which field, and what replaces lost reasoning. */
  reasoningReplay: {
    answers: 'never' | 'with-calls' | 'all';
    field: ReasoningField | 'as-received';
    placeholder: string | null;
  };
  /** Whether text entries of `reasoning_details` go back only if signed. */
  signedThoughtsOnly: boolean;
  /** The `extra_content` for an answer's first call if all of it was lost (Gemini's signature); null: none. */
  lostCallExtra: JsonObject | null;

  // -------------------------------------------------------------------------------------------- errors

  /**
   * What the provider's own codes mean, if HTTP status and wording do not tell. A key is the `code` or `type` of an
   * error, `http_498` for a status, or `http_400_empty` for a status without a body.
   */
  errorCodes: { readonly [code: string]: ErrorCode };
  /** For times without a zone: how many hours the provider's time is ahead of UTC; null: not known. */
  utcOffset: number | null;
}
