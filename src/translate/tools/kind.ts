/** What defines a kind of tool. Each kind is one file in `kinds/`, and `kinds/index.ts` lists them. */

import type { JsonObject } from '../../json.ts';
import type { CallItem, InputItem, ItemStatus, ResponseEvent, Tool } from '../../wire/responses.ts';

/** A kind of call that may occur in a history that goes upstream. */
export interface CallKind {
  /** The type of the items for such calls, e.g. `function_call`. */
  callType: string;
  /** The types of the items that answer it. */
  outputTypes: readonly string[];
  /** The tool's name if the call item has none. */
  defaultName: string;
  /** The `arguments` of the Chat call for a call in the history: the text of a JSON object. */
  replay(item: InputItem): string;
  /**
   * The output in an item that answers such a call. Default: the item's `output`.
   * @param nameOf gives the name by which the model knows a tool
   */
  replayOutput?(item: InputItem, nameOf: NameOf): InputItem['output'];
}

export type NameOf = (namespace: string | null | undefined, name: string) => string;

/**
 * A kind of tool that clients declare: it is sent upstream as a Chat function, and its calls come back as `callType`.
 */
export interface ToolKind extends CallKind {
  /** The `type` under which a client declares it. */
  toolType: string;
  /** Codex keeps the id of an item only if it has the prefix of its kind. */
  idPrefix: string;
  /**
   * The field of the lowered function that holds the tool's free text, which is extracted from the JSON and streamed;
   * null: the arguments are streamed as JSON.
   */
  textField: string | null;
  /** What the model is told: description and parameters of the Chat function. */
  lower(tool: Tool): LoweredTool;
  /** The item that the client gets for a call. */
  restore(tool: ToolName, call: FinishedCall): CallItem;
  /** The type of the event that carries a fragment of the payload. */
  deltaType: CallDeltaType;
  /** The event that carries the whole payload. */
  done(tool: ToolName, payload: string, place: EventPlace): ResponseEvent;
}

export interface LoweredTool {
  description: string | undefined;
  parameters: JsonObject;
}

/** A tool's names as the client declared them; a call must come back with exactly these. */
export interface ToolName {
  namespace: string | undefined;
  name: string;
}

/** A call with its complete payload, or as it begins (`in_progress`, with an empty payload). */
export interface FinishedCall {
  itemId: string;
  callId: string;
  status: ItemStatus;
  /** The arguments as JSON text or, for a kind with a `textField`, that field's text. */
  payload: string;
}

export type CallDeltaType = Extract<
  ResponseEvent['type'],
  'response.function_call_arguments.delta' | 'response.custom_tool_call_input.delta'
>;

/** Where an event belongs. */
export interface EventPlace {
  sequence_number: number;
  item_id: string;
  output_index: number;
}
