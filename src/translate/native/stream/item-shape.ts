/** What an item of a provider's response says, whatever the shape of its fields. */
import { asObject, isObject, type Json, type JsonObject, parseObject } from '../../../json.ts';
import {
  HOSTED_TYPES,
  type HostedType,
  type MessageItem,
  type UrlCitation,
} from '../../../wire/responses.ts';

export interface ShapedPart {
  type: 'output_text' | 'refusal';
  text: string;
  annotations: UrlCitation[];
}

export interface ShapedMessage {
  type: 'message';
  parts: ShapedPart[];
  phase: MessageItem['phase'];
}

export interface ShapedReasoning {
  type: 'reasoning';
  summary: string[];
  /** The thinking itself, if it is readable. */
  text: string;
  /** The provider's `encrypted_content`. */
  sealed: string | undefined;
  /** See `ReasoningParts`. */
  marks: { format?: string; signature?: string };
}

export interface ShapedCall {
  type: 'call';
  callId: string | undefined;
  namespace: string | undefined;
  name: string;
  /** Arguments as JSON text, or free text. */
  payload: string;
  /** Whether the payload is the free text of a custom tool. */
  isFreeText: boolean;
  /** Whether the provider says that the payload was cut off. */
  isCut: boolean;
}

/** A tool that the provider ran itself. */
export interface ShapedHosted {
  type: 'hosted';
  /** The item without id and status. */
  fields: JsonObject & { type: HostedType };
  isFailed: boolean;
}

export type Shape = ShapedMessage | ShapedReasoning | ShapedCall | ShapedHosted;

/** An item of which only the type is known. */
export const UNSAID = {
  message: { type: 'message', parts: [], phase: undefined },
  reasoning: { type: 'reasoning', summary: [], text: '', sealed: undefined, marks: {} },
  call: {
    type: 'call',
    callId: undefined,
    namespace: undefined,
    name: '',
    payload: '',
    isFreeText: false,
    isCut: false,
  },
} as const satisfies Partial<Record<Shape['type'], Shape>>;

/** Undefined for items of an unknown kind, and for those that are not the assistant's. */
export function shapeOf(item: JsonObject): Shape | undefined {
  switch (item['type'] ?? (item['role'] === undefined ? undefined : 'message')) {
    case 'message':
      return item['role'] === undefined || item['role'] === 'assistant' ? shapedMessage(item) : undefined;
    case 'reasoning':
      return shapedReasoning(item);
    case 'function_call':
      return shapedCall(item, jsonText(item['arguments']), false);
    case 'custom_tool_call': {
      // Gateways to endpoints that know only functions pass on their arguments.
      const given = item['input'] ?? item['arguments'];
      const isFreeText = typeof item['input'] === 'string' || !given;
      return shapedCall(item, jsonText(given), isFreeText);
    }
    case 'tool_search_call':
      return shapedCall({ name: 'tool_search', ...item }, jsonText(item['arguments']), false);
    default:
      return shapedHosted(item);
  }
}

/** Reads a string, an object that holds one, or a list of either. */
export function textIn(value: Json | undefined): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(textIn).join('');
  if (!isObject(value)) return '';
  const { text, content, refusal, delta } = value;
  const held = text ?? content ?? refusal ?? delta;
  return typeof held === 'string' ? held : '';
}

/** JSON text, from a value that may be text already. */
export function jsonText(value: Json | undefined): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** One part of a message; undefined for anything else. */
export function shapedPart(value: Json | undefined): ShapedPart | undefined {
  if (typeof value === 'string') return { type: 'output_text', text: value, annotations: [] };
  const part = asObject(value);
  if (part === undefined) return undefined;
  const type = part['type'] ?? 'text';
  if (type === 'refusal') return { type, text: textIn(part), annotations: [] };
  // `text` is Z.ai's (2026-11); Codex drops a message with such a part.
  if (type !== 'output_text' && type !== 'text' && type !== 'input_text') return undefined;
  const annotations = Array.isArray(part['annotations']) ? part['annotations'] : [];
  return { type: 'output_text', text: textIn(part), annotations: annotations.flatMap(citations) };
}

/** A list with the citation of a page; empty for other annotations. */
export function citations(value: Json | undefined): UrlCitation[] {
  const outer = asObject(value);
  // As in Chat Completions.
  const annotation = asObject(outer?.['url_citation']) ?? outer;
  if (annotation === undefined || typeof annotation['url'] !== 'string') return [];
  const { url, title, start_index, end_index } = annotation;
  return [
    {
      type: 'url_citation',
      url,
      title: typeof title === 'string' ? title : url,
      start_index: position(start_index),
      end_index: position(end_index),
    },
  ];
}

function position(value: Json | undefined): number {
  return typeof value === 'number' && value >= 0 ? Math.round(value) : 0;
}

function shapedMessage({ content, phase }: JsonObject): ShapedMessage {
  // Z.ai, 2026-11: one object in place of the list.
  const parts = (Array.isArray(content) ? content : [content]).flatMap((part) => shapedPart(part) ?? []);
  return {
    type: 'message',
    parts,
    phase: phase === 'commentary' || phase === 'final_answer' ? phase : undefined,
  };
}

function shapedReasoning(item: JsonObject): ShapedReasoning {
  const { summary, content, text, encrypted_content: sealed, format, signature } = item;
  return {
    type: 'reasoning',
    summary: listOf(summary)
      .map(textIn)
      .filter((part) => part !== ''),
    text: textIn(content) || textIn(text),
    sealed: typeof sealed === 'string' && sealed !== '' ? sealed : undefined,
    marks: {
      ...(typeof format === 'string' ? { format } : {}),
      ...(typeof signature === 'string' ? { signature } : {}),
    },
  };
}

function listOf(value: Json | undefined): Json[] {
  if (Array.isArray(value)) return value;
  return value === undefined || value === null ? [] : [value];
}

function shapedCall(item: JsonObject, payload: string, isFreeText: boolean): ShapedCall {
  const { call_id, name, namespace, status } = item;
  return {
    type: 'call',
    callId: typeof call_id === 'string' && call_id !== '' ? call_id : undefined,
    namespace: typeof namespace === 'string' && namespace !== '' ? namespace : undefined,
    name: typeof name === 'string' ? name : '',
    payload,
    isFreeText,
    isCut: status === 'incomplete',
  };
}

function shapedHosted({ id: _, status, ...fields }: JsonObject): ShapedHosted | undefined {
  const type = HOSTED_TYPES.find((known) => known === fields['type']);
  if (type === undefined) return undefined;
  const { action } = fields;
  const search = typeof action === 'string' ? parseObject(action) : asObject(action);
  const own = type === 'web_search_call' ? { action: searchAction(search) } : {};
  return { type: 'hosted', fields: { ...fields, type, ...own }, isFailed: status === 'failed' };
}

/** Sets both `query` and `queries`: DeepSeek, 2026-09, refuses a search in the history without the latter. */
export function searchAction(action: JsonObject | undefined): JsonObject {
  const { type, url, pattern, query, queries, ...rest } = action ?? {};
  if (typeof url === 'string' && type === 'open_page') return { type, url };
  if (typeof url === 'string' && type === 'find_in_page') return { type, url, pattern: textIn(pattern) };
  const asked = Array.isArray(queries) ? queries.flatMap((entry) => textIn(entry) || []) : [];
  const first = textIn(query) || asked[0] || '';
  return { type: 'search', query: first, queries: asked.length > 0 ? asked : [first], ...rest };
}
