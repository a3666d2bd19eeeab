/** The items of a request, each in the form that a provider's own endpoint takes, with its role in the conversation. */
import { asObject, type Json, type JsonObject, parseObject } from '../../../json.ts';
import { HOSTED_TYPES, type InputItem } from '../../../wire/responses.ts';
import { summaryIn } from '../../compaction.ts';
import type { ReasoningSeal } from '../../reasoning/reasoning.ts';
import { anyContent, readContent } from '../../request/content.ts';
import { agentMessage, orphanOutput, summaryMessage } from '../../request/conversation.ts';
import { kindOf } from '../../request/item-kinds.ts';
import type { CallKind } from '../../tools/kind.ts';
import type { NativeTools } from '../native-tools.ts';
import { searchAction } from '../stream/item-shape.ts';
import { type ContentOptions, fromChat, messageContent, outputContent } from './content.ts';
import { reasoningItem } from './reasoning-item.ts';

export interface EntryOptions extends ContentOptions {
  /** The model that gets the conversation; only reasoning of its own family goes back to it. */
  model: string;
  tools: NativeTools;
  seal: ReasoningSeal | undefined;
}

export interface CallEntry {
  kind: 'call';
  /** The client's id of the call; undefined if it has none. */
  callId: string | undefined;
  /** Without its call id. */
  item: JsonObject;
  /** The type of the item with its output. */
  outputType: string;
}

export interface OutputEntry {
  kind: 'output';
  callId: string | undefined;
  /** Codex's heartbeat, 2026-09: an output with its call id in `id`. */
  itemId: string | undefined;
  output: JsonObject;
  /** Images that cannot stay inside it. */
  images: JsonObject[];
  source: InputItem;
}

export type Entry =
  | { kind: 'instructions'; content: string | JsonObject[] }
  /** `isAnswer`: the assistant said it. `isReadable`: reasoning with text. */
  | { kind: 'said'; item: JsonObject; isAnswer: boolean; isReadable: boolean }
  /** Replaces everything that the assistant said and did before. */
  | { kind: 'summary'; item: JsonObject }
  | CallEntry
  | OutputEntry;

/** Empty for an item that means nothing to this provider. */
export function entriesOf(item: InputItem, options: EntryOptions): Entry[] {
  const kind = kindOf(item);
  if (options.native.moreItems.includes(item.type ?? ''))
    return [{ kind: 'said', item: sameItem(item), isAnswer: isHosted(item), isReadable: false }];
  switch (kind?.role) {
    case 'message':
      return message(item, options);
    case 'reasoning': {
      const reasoning = reasoningItem(item, options);
      return reasoning === undefined ? [] : [{ kind: 'said', isAnswer: true, ...reasoning }];
    }
    case 'call':
      return [call(item, kind.call, options)];
    case 'output':
      return [output(item, kind.call, options)];
    case 'agent-message':
      return user(agentMessage(item));
    case 'compaction': {
      const summary = summaryIn(item);
      const [told] = summary === undefined ? [] : user(summaryMessage(summary));
      if (told?.kind === 'said') return [{ kind: 'summary', item: told.item }];
      return user(fromChat(anyContent(item, options.profile.userImages)));
    }
    case 'ignored':
      return options.tools.keepsToolsOf(item) ? said(toolsItem(item, options.tools)) : [];
    case undefined:
      return user(fromChat(anyContent(item, options.profile.userImages)));
  }
}

// ------------------------------------------------------------------------------------------ messages

function message(item: InputItem, options: EntryOptions): Entry[] {
  switch (item.role) {
    case 'system':
    case 'developer': {
      const content = messageContent(item.content, options);
      return content.length === 0 ? [] : [{ kind: 'instructions', content }];
    }
    case 'assistant':
      return answer(item, options);
    default:
      return user(messageContent(item.content, options));
  }
}

function answer(item: InputItem, { native }: EntryOptions): Entry[] {
  const { text } = readContent(item.content);
  if (text.trim() === '') return [];
  const phase = native.phase && item.phase ? { phase: item.phase } : {};
  const content = [{ type: 'output_text', text, ...(native.itemStatus ? { annotations: [] } : {}) }];
  const status = native.itemStatus ? { status: 'completed' } : {};
  return [
    {
      kind: 'said',
      item: { type: 'message', role: 'assistant', content, ...phase, ...status },
      isAnswer: true,
      isReadable: false,
    },
  ];
}

function user(content: string | JsonObject[]): Entry[] {
  return content.length === 0 ? [] : said({ type: 'message', role: 'user', content });
}

function said(item: JsonObject): Entry[] {
  return [{ kind: 'said', item, isAnswer: false, isReadable: false }];
}

/** Whether the provider did this itself on the way to an answer. */
function isHosted({ type }: InputItem): boolean {
  return HOSTED_TYPES.some((hosted) => hosted === type);
}

/** An item of a kind that the provider knows, without private fields. */
function sameItem(item: InputItem): JsonObject {
  const keepsId = isHosted(item);
  const kept = Object.entries(item).filter(([field, value]) => {
    if (value === undefined || /^(internal_.*|metadata)$/.test(field)) return false;
    // An approval refers to its request by id; nothing depends on the ids or states of other items.
    return keepsId || (field !== 'id' && field !== 'status');
  });
  const same = Object.fromEntries(kept) as JsonObject;
  return item.type === 'web_search_call' ? { ...same, action: searchAction(asObject(item.action)) } : same;
}

/** Tools in the history, for providers that look for them there. */
function toolsItem(item: InputItem, tools: NativeTools): JsonObject {
  const role = item.role ? { role: item.role } : {};
  return { type: item.type ?? null, ...role, tools: [...tools.sentIn(item)] };
}

// -------------------------------------------------------------------------------- calls and outputs

function call(item: InputItem, kind: CallKind, { native, tools }: EntryOptions): CallEntry {
  const callId = item.call_id || item.id || undefined;
  const name = tools.sentName(item.namespace, item.name ?? kind.defaultName);
  const status = native.itemStatus ? { status: 'completed' } : {};
  if (kind.callType === 'custom_tool_call' && tools.keepsCustom(item.name ?? '')) {
    const custom = { type: 'custom_tool_call', ...name, input: item.input ?? '', ...status };
    return { kind: 'call', callId, item: custom, outputType: 'custom_tool_call_output' };
  }
  if (kind.callType === 'tool_search_call' && native.toolSearch) {
    const search = { type: 'tool_search_call', execution: 'client', arguments: asArguments(item.arguments) };
    return { kind: 'call', callId, item: { ...search, ...status }, outputType: 'tool_search_output' };
  }
  const made = { type: 'function_call', ...name, arguments: kind.replay(item), ...status };
  return { kind: 'call', callId, item: made, outputType: 'function_call_output' };
}

function asArguments(value: Json | undefined): JsonObject {
  return asObject(value) ?? (typeof value === 'string' ? parseObject(value) : undefined) ?? {};
}

function output(item: InputItem, kind: CallKind, options: EntryOptions): OutputEntry {
  const { tools, native } = options;
  const callId = item.call_id || undefined;
  const itemId = item.id || undefined;
  if (kind.callType === 'tool_search_call' && native.toolSearch && item.type === 'tool_search_output') {
    const found = { execution: 'client', status: 'completed', tools: [...tools.sentIn(item)] };
    return { kind: 'output', callId, itemId, output: found, images: [], source: item };
  }
  const text = kind.replayOutput?.(item, (namespace, name) => {
    const sent = tools.sentName(namespace, name);
    return sent.namespace === undefined ? sent.name : `${sent.namespace}.${sent.name}`;
  });
  const content = outputContent(text ?? item.output, options);
  const status = native.itemStatus ? { status: 'completed' } : {};
  return {
    kind: 'output',
    callId,
    itemId,
    output: { output: content.output, ...status },
    images: content.images,
    source: item,
  };
}

/** An output whose call is gone, as a user message, so that what the tool said is not lost. */
export function orphanMessage(source: InputItem, { profile }: EntryOptions): JsonObject {
  return { type: 'message', role: 'user', content: fromChat(orphanOutput(source, profile)) };
}
