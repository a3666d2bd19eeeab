/**
 * What one provider's own Responses endpoint takes, as data. Hardly any takes all that Codex sends, and many answer
 * 200 and ignore what they do not know, so what goes out is made to fit what is declared here, never what was refused.
 * What belongs to the model and not to the endpoint (images, schema flavour, number and names of tools) is read from
 * its `Profile`. Presets override `BASE_NATIVE` with what is known of them.
 */
import type { Profile } from '../profile.ts';

/** Fields of a request that are sent on as they came; all others are written by this relay, or left out. */
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

  /** Custom tools go as they are, without their grammar (which is put into words), or as functions of one text field. */
  customTools: 'keep' | 'text' | 'function';
  /** The only custom tools that survive, by name; the others become functions. Null: all that `customTools` lets through. */
  customNames: readonly string[] | null;
  /** Namespaces go as they are, each name once over all the tools of a request, or flattened into functions. */
  namespaces: 'keep' | 'unique' | 'flat';
  /** Whether `tool_search` and its items are understood; where not, it is a function, and what it finds joins `tools`. */
  toolSearch: boolean;
  /** Whether tools may stand in an `additional_tools` item; where not, they join `tools`. */
  additionalTools: boolean;
  /** Tools that the provider runs itself, by type, with the settings of each that it refuses. */
  hostedTools: { readonly [type: string]: readonly string[] };
  /** Whether a function's `strict` flag may be sent. */
  strictTools: boolean;
  /** The values of `tool_choice` that may be sent; others become the nearest that may. */
  toolChoices: readonly NativeToolChoice[];

  // --------------------------------------------------------------------------------------------- items

  /**
   * Kinds of items that are sent on beyond messages, reasoning, calls and outputs: `agent_message`, `web_search_call`
   * and the like. Others become the text that they hold, as a message of the user.
   */
  moreItems: readonly string[];
  /** Which items carry an id. Nothing is stored upstream, so ids only fill a field that is required. */
  itemIds: 'none' | 'reasoning' | 'all';
  /** Whether items carry what only a server adds: `status`, `annotations` (required: old vLLM; refused: Azure, xAI). */
  itemStatus: boolean;
  /** Whether reasoning that lacks `content` or `encrypted_content` has them as null. */
  nullFields: boolean;
  /** Whether an assistant message carries its `phase`. */
  phase: boolean;
  /**
   * Outputs follow the answer that made their calls. Its calls stand where they were among its words and thoughts
   * (`as-made`), or together behind them, where nothing may stand between a call and its output (`last`).
   */
  callOrder: 'last' | 'as-made';
  /** See `Profile.toolCallIds`. */
  callIds: Profile['toolCallIds'];
  /** Whether a message of text alone has it in one part (vLLM, 2026-11, reads no other). */
  singlePart: boolean;
  /** A tool's output: a list of parts where it came as one, or always plain text. */
  outputs: 'parts' | 'text';
  /** Images in a tool's output stay there, follow in a message of the user, or are replaced by a note. */
  outputImages: 'inline' | 'user-message' | 'note';
  /** Files in messages are sent, or replaced by a note. */
  files: 'send' | 'note';

  // ------------------------------------------------------------------------------------------ instructions

  /** `instructions` is a field, or becomes the first message. */
  instructions: 'field' | 'message';
  /** The role that carries instructions in the input. */
  instructionRole: 'system' | 'developer';
  /** What becomes of instructions after the conversation has begun; see `Profile`. */
  lateInstructions: Profile['lateInstructions'];

  // --------------------------------------------------------------------------------------------- reasoning

  /**
   * How the model's own reasoning goes back: with its text and its sealed content as they came (`as-received`), only
   * as readable text, only where it has sealed content, as text in the place of the sealed content, or not at all.
   * Reasoning of another provider or model family never goes out.
   */
  reasoningIn: 'as-received' | 'text' | 'sealed' | 'text-as-sealed' | 'never';
  /** The effort of a request whose history has calls without readable reasoning; null: the one that was asked for. */
  effortWithoutReasoning: string | null;
  /** The efforts that the endpoint knows, in ascending order; null: those of the model's profile. */
  efforts: readonly string[] | null;
  /** Whether `reasoning.summary` may be asked for. */
  reasoningSummary: boolean;

  // --------------------------------------------------------------------------------------------- settings

  /** The fields that may be sent. */
  fields: readonly NativeField[];
  /** The values of `include` that may be sent; the field is left out where none is left. */
  include: readonly string[];
  /** Whether `store: false` is sent. */
  storeFalse: boolean;
  /** The formats of `text.format` that the endpoint knows; see `Profile.responseFormat`. */
  textFormat: Profile['responseFormat'];
  /** Whether `text.verbosity` may be sent. */
  verbosity: boolean;

  // ------------------------------------------------------------------------------------------- its stream

  /** How the ids of calls begin that the provider made and answered itself: nobody else may run them. */
  serverCalls: readonly string[];
  /**
   * What an answer is whose items were all finished, and whose terminal event never came: broken, or complete where
   * the provider is known to forget the event.
   */
  missingTerminal: 'fail' | 'complete';
}

/** The most careful reading: an endpoint that is only known to take functions, messages and text. */
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
