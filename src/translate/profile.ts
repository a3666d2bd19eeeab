/**
 * The dialect of one provider, as data. Each knob is read in exactly one place of `src/translate`; presets
 * live in `src/providers`. Facts behind the defaults: most providers follow OpenAI's 2024 Chat Completions,
 * differ in what they reject, and none of them accepts every field.
 */
import type { ErrorCode } from '../errors.ts';
import type { JsonObject } from '../json.ts';

/**
 * Where reasoning arrives, and where a provider wants its own back: a field of the message, blocks in a list of
 * content parts (`thinking_block`), or tags inside the text (`think_tags`).
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
 * Request fields that both APIs spell the same and that a provider may refuse; only those that a profile allows
 * are sent. Their order is the order in which they are sent.
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
  'top_logprobs',
  'top_p',
] as const;
export type OptionalField = (typeof OPTIONAL_FIELDS)[number];

export type ToolChoiceKind = 'none' | 'auto' | 'required' | 'named';

/** What may stand in a tool's JSON Schema (see `tools/json-schema.ts`). */
export type SchemaFlavour = 'plain' | 'inlined' | 'claude' | 'moonshot' | 'gemini';

export interface Profile {
  /** Stable id, e.g. `deepseek`; part of the tag on sealed reasoning. */
  id: string;
  /** The name that messages to a person use. */
  name: string;

  // ------------------------------------------------------------------------------------------ settings

  /** The field that takes `max_output_tokens`. */
  maxTokensField: 'max_tokens' | 'max_completion_tokens';
  /** Allow-list of optional request fields. */
  optionalFields: readonly OptionalField[];
  /** How token usage of a stream is asked for. */
  usageRequest: 'stream_options' | 'none';
  /** Extra request fields that every request carries. */
  extraFields: JsonObject;

  /**
   * How `reasoning.effort` is sent: as `reasoning_effort`, as the fields that `effortFields` names for the level
   * (thinking switches), or not at all.
   */
  effort: 'reasoning_effort' | 'fields' | 'none';
  /** Efforts that the provider knows, in ascending order; a request is clamped to the nearest. Empty: any. */
  effortLevels: readonly string[];
  /** For `effort: 'fields'`: what a level is, as request fields. */
  effortFields: { readonly [level: string]: JsonObject };
  /** The level that is sent with every request that has tools, whatever was asked for; null: the one asked for. */
  effortWithTools: string | null;
  /** Whether the model thinks when no effort is sent. */
  thinksByDefault: boolean;

  /**
   * The response formats that are spoken: both, one of them, or none. A schema that cannot be sent becomes
   * `json_object` plus the schema in words.
   */
  responseFormat: 'json_schema' | 'json_schema_only' | 'json_object' | 'prompt';
  /** Whether a response format may stand beside tools; where not, it is put into words. */
  formatWithTools: boolean;

  // --------------------------------------------------------------------------------------------- tools

  /** Values of `tool_choice` that may be sent; others are left out (the provider's default is `auto`). */
  toolChoices: readonly ToolChoiceKind[];
  /** The same while the model thinks; null: no difference. */
  toolChoicesThinking: readonly ToolChoiceKind[] | null;
  /** The word for `required`. */
  requiredChoice: 'required' | 'any';
  /** Whether a function's `strict` flag may be sent. */
  strictTools: boolean;
  /** Tools beyond this number are left out, the last ones first; null: no limit is known. */
  maxTools: number | null;
  toolSchema: SchemaFlavour;
  /** Beyond `[A-Za-z0-9_-]{1,64}`: whether a name may begin with a digit or a hyphen. */
  toolNames: 'any-start' | 'letter-first';
  /** How the hosted tool `web_search` is offered: as this entry of `tools`, by these fields, or not at all. */
  webSearch: { tool: JsonObject } | { fields: JsonObject } | null;

  // ------------------------------------------------------------------------------------------ messages

  /** The role that carries instructions. */
  instructionRole: 'system' | 'developer';
  /**
   * A system or developer message after the conversation began: kept in place as an instruction message,
   * folded into the leading block (breaks the provider's prompt cache), or sent as a labelled user message.
   */
  lateInstructions: 'keep' | 'fold' | 'user';
  /** `content` of an assistant message that has tool calls but no text. */
  emptyAssistantContent: 'null' | 'empty' | 'omit';
  /** Assistant text that is put between a tool message and a user message where they may not touch; else null. */
  bridgeAfterTool: string | null;
  /** User text that follows an assistant message at the very end, where a conversation may not end so; else null. */
  continueAfterAssistant: string | null;
  /** Whether neighbouring user messages are joined, for chat templates that want strict alternation. */
  joinUserMessages: boolean;
  /** Whether a tool message carries the name of its tool. */
  toolMessageName: boolean;
  /** Ids of calls: as they are, nine letters and digits, at most 40 characters, or of `[A-Za-z0-9_-]`. */
  toolCallIds: 'any' | 'alnum9' | 'max40' | 'word';
  /** Images in a tool's output: inside the tool message, in a user message after it, or dropped with a note. */
  toolImages: 'inline' | 'user-message' | 'note';
  /** Images in a user message: sent, or replaced by a note because the models read only text. */
  userImages: 'send' | 'note';

  // ----------------------------------------------------------------------------------------- reasoning

  /** Whether `reasoning_details` may repeat an entry's whole text so far in every fragment. */
  detailsMayRepeat: boolean;
  /** A tag that opens reasoning at the start of the text (`think`: `<think>`); null: text is text. */
  thinkTag: 'think' | 'thought' | null;
  /** Which assistant messages get their reasoning back, under which field, and what stands in when it is lost. */
  reasoningReplay: {
    turns: 'never' | 'tool-turns' | 'all';
    field: ReasoningField | 'as-received';
    placeholder: string | null;
  };
  /** Whether text entries of `reasoning_details` go back only with their signature. */
  signedThoughtsOnly: boolean;
  /** `extra_content` of a turn's first call where the turn's own was lost (Gemini's signature); null: none. */
  lostCallExtra: JsonObject | null;

  // -------------------------------------------------------------------------------------------- errors

  /**
   * What the provider's own codes mean, where HTTP status and wording do not tell: its `code` or `type`,
   * `http_498` for a status, `http_400_empty` for a status without a body.
   */
  errorCodes: { readonly [code: string]: ErrorCode };
}
