/**
 * The dialect of one provider, as data. Each knob is read in exactly one place of `src/translate`; presets
 * live in `src/providers`. Facts behind the defaults: most providers follow OpenAI's 2024 Chat Completions,
 * differ in what they reject, and none of them accepts every field.
 */
import type { JsonObject } from './responses.ts';

/** Where a provider wants its own reasoning back, and the name of the field that carries it. */
export type ReasoningField = 'reasoning_content' | 'reasoning' | 'reasoning_details';

/** Optional Chat fields; only those that a profile allows are ever sent. */
export type OptionalField =
  | 'frequency_penalty'
  | 'metadata'
  | 'parallel_tool_calls'
  | 'presence_penalty'
  | 'prompt_cache_key'
  | 'safety_identifier'
  | 'service_tier'
  | 'store'
  | 'temperature'
  | 'top_logprobs'
  | 'top_p';

export interface Profile {
  /** Stable id, e.g. `deepseek`; part of the tag on sealed reasoning. */
  id: string;
  /** The name that messages to a person use. */
  name: string;

  /** The field that takes `max_output_tokens`. */
  maxTokensField: 'max_tokens' | 'max_completion_tokens';
  /** Allow-list of optional request fields. */
  optionalFields: readonly OptionalField[];
  /** How token usage of a stream is asked for. */
  usageRequest: 'stream_options' | 'none';

  /** The role that carries instructions. */
  instructionRole: 'system' | 'developer';
  /**
   * A system or developer message after the conversation began: kept in place as an instruction message,
   * folded into the leading block (breaks the provider's prompt cache), or sent as a labelled user message.
   */
  lateInstructions: 'keep' | 'fold' | 'user';
  /** `content` of an assistant message that has tool calls but no text. */
  emptyAssistantContent: 'null' | 'empty' | 'omit';
  /** Images in a tool's output: inside the tool message, in a user message after it, or dropped with a note. */
  toolImages: 'inline' | 'user-message' | 'note';
  /** Images in a user message: sent, or replaced by a note because the models read only text. */
  userImages: 'send' | 'note';

  /** How `reasoning.effort` is sent: as `reasoning_effort`, or not at all. */
  effort: 'reasoning_effort' | 'none';
  /** Efforts that the provider knows, in ascending order; a request is clamped to the nearest. Empty: any. */
  effortLevels: readonly string[];
  /** What `text.format: json_schema` becomes where it is not spoken: `json_object` plus the schema in words. */
  responseFormat: 'json_schema' | 'json_object' | 'prompt';
  /** Values of `tool_choice` that may be sent; others are left out (the provider's default is `auto`). */
  toolChoices: readonly ('none' | 'auto' | 'required' | 'named')[];
  /** Whether a function's `strict` flag may be sent. */
  strictTools: boolean;

  /** Which assistant messages get their reasoning back, under which field, and what stands in when it is lost. */
  reasoningReplay: {
    turns: 'never' | 'tool-turns' | 'all';
    field: ReasoningField | 'as-received';
    placeholder: string | null;
  };

  /** Extra request fields that every request carries. */
  extraFields: JsonObject;
}
