/** A provider with a Responses endpoint of its own, scripted over real HTTP like its Chat Completions sibling. */
import type { JsonObject } from '../../src/json.ts';
import {
  DONE,
  errorReply,
  type ScriptedReply,
  type ScriptedUpstream,
  startScriptedUpstream,
} from './scripted-upstream.ts';

export interface ReceivedResponse {
  /** As sent, e.g. `/v1/responses`. */
  path: string;
  headers: NodeJS.Dict<string | string[]>;
  text: string;
  body: NativeBody;
}

/** What the relay sent. */
export interface NativeBody extends JsonObject {
  model: string;
  input: JsonObject[];
}

export type NativeScript =
  | readonly ScriptedReply[]
  | ((request: ReceivedResponse, index: number) => ScriptedReply | Promise<ScriptedReply>);

export interface NativeUpstream {
  /** Base URL with the `/v1` path. */
  readonly url: string;
  readonly responses: readonly ReceivedResponse[];
  /** Its Chat Completions, which answer with an error unless they are scripted. */
  readonly chat: ScriptedUpstream;
  stop(): Promise<void>;
}

export async function startNativeUpstream(
  script: NativeScript,
  models: readonly string[] = ['scripted-model'],
  chat: Parameters<typeof startScriptedUpstream>[0] = () => errorReply(404, 'no chat here'),
): Promise<NativeUpstream> {
  const responses: ReceivedResponse[] = [];
  const upstream = await startScriptedUpstream(chat, models, async ({ method, path, headers, text }) => {
    if (method !== 'POST' || !path.endsWith('/responses')) return undefined;
    const request = { path, headers, text, body: JSON.parse(text) as NativeBody };
    const index = responses.push(request) - 1;
    const reply = typeof script === 'function' ? await script(request, index) : script[index];
    return reply ?? errorReply(500, `the script has no reply for response ${index + 1}`);
  });
  return { url: upstream.url, responses, chat: upstream, stop: () => upstream.stop() };
}

// --------------------------------------------------------------------------------------------- building replies

/** An item as it will be finished, with what its deltas say piece by piece. */
export interface Said {
  item: JsonObject;
  deltas: { type: string; pieces: readonly string[]; done: JsonObject }[];
}

let count = 0;

export function text(...pieces: string[]): Said {
  const whole = pieces.join('');
  const part = { type: 'output_text', text: whole, annotations: [], logprobs: [] };
  return {
    item: { type: 'message', id: newId('msg'), status: 'completed', role: 'assistant', content: [part] },
    deltas: [{ type: 'response.output_text', pieces, done: { text: whole } }],
  };
}

/** Thinking that can be read, as a summary. @param sealed the provider's own sealed content */
export function thought(words: string, sealed?: string): Said {
  return {
    item: {
      type: 'reasoning',
      id: newId('rs'),
      summary: [{ type: 'summary_text', text: words }],
      ...(sealed === undefined ? {} : { encrypted_content: sealed }),
    },
    deltas: [{ type: 'response.reasoning_summary_text', pieces: [words], done: { text: words } }],
  };
}

/** Thinking as text of its own, as DeepSeek, vLLM and SGLang send it. */
export function openThought(words: string): Said {
  return {
    item: {
      type: 'reasoning',
      id: newId('rs'),
      summary: [],
      content: [{ type: 'reasoning_text', text: words }],
    },
    deltas: [{ type: 'response.reasoning_text', pieces: [words], done: { text: words } }],
  };
}

export function call(name: string, given: object | string, more: JsonObject = {}): Said {
  const json = typeof given === 'string' ? given : JSON.stringify(given);
  const half = Math.ceil(json.length / 2);
  return {
    item: {
      type: 'function_call',
      id: newId('fc'),
      status: 'completed',
      call_id: newId('call'),
      name,
      arguments: json,
      ...more,
    },
    deltas: [
      {
        type: 'response.function_call_arguments',
        pieces: [json.slice(0, half), json.slice(half)],
        done: { name, arguments: json },
      },
    ],
  };
}

export function customCall(name: string, input: string): Said {
  return {
    item: {
      type: 'custom_tool_call',
      id: newId('ctc'),
      status: 'completed',
      call_id: newId('call'),
      name,
      input,
    },
    deltas: [{ type: 'response.custom_tool_call_input', pieces: [input], done: { input } }],
  };
}

export const USAGE = {
  input_tokens: 120,
  input_tokens_details: { cached_tokens: 100 },
  output_tokens: 30,
  output_tokens_details: { reasoning_tokens: 10 },
  total_tokens: 150,
};

/** The events of an answer, as OpenAI would send them. */
export function nativeEvents(...said: readonly Said[]): JsonObject[] {
  const id = newId('resp');
  const base = { id, object: 'response', created_at: 1_700_000_000, model: 'scripted-model', error: null };
  const events: JsonObject[] = [];
  const push = (type: string, fields: JsonObject) =>
    events.push({ type, sequence_number: events.length, ...fields });
  push('response.created', { response: { ...base, status: 'in_progress', output: [], usage: null } });
  push('response.in_progress', { response: { ...base, status: 'in_progress', output: [], usage: null } });
  for (const [output_index, { item, deltas }] of said.entries()) {
    const begun = { ...item, status: 'in_progress', ...empty(item) };
    push('response.output_item.added', { output_index, item: begun });
    const place = { item_id: item['id'] ?? '', output_index };
    for (const { type, pieces, done } of deltas) {
      const part = partOf(item);
      const at = part === undefined ? {} : { [part.index]: 0 };
      if (part !== undefined) push(part.added, { ...place, ...at, part: { ...part.value, text: '' } });
      for (const delta of pieces) push(`${type}.delta`, { ...place, ...at, delta });
      push(`${type}.done`, { ...place, ...at, ...done });
      if (part !== undefined) push(part.done, { ...place, ...at, part: part.value });
    }
    push('response.output_item.done', { output_index, item });
  }
  const output = said.map(({ item }) => item);
  push('response.completed', { response: { ...base, status: 'completed', output, usage: USAGE } });
  return events;
}

/** Events as they stand in a stream. */
export function sse(events: readonly JsonObject[]): string[] {
  return events.map((event) => `event: ${String(event['type'])}\ndata: ${JSON.stringify(event)}\n\n`);
}

export function nativeReply(...said: readonly Said[]): ScriptedReply {
  return { body: [...sse(nativeEvents(...said)), DONE] };
}

function newId(prefix: string): string {
  count += 1;
  return `${prefix}_scripted_${count}`;
}

function empty({ type }: JsonObject): JsonObject {
  switch (type) {
    case 'message':
      return { content: [] };
    case 'reasoning':
      return { summary: [] };
    case 'function_call':
      return { arguments: '' };
    default:
      return { input: '' };
  }
}

function partOf(item: JsonObject) {
  const [summary] = listOf(item['summary']);
  if (summary !== undefined) {
    const name = 'response.reasoning_summary_part';
    return { index: 'summary_index', added: `${name}.added`, done: `${name}.done`, value: summary };
  }
  const [content] = listOf(item['content']);
  if (content === undefined) return undefined;
  const name = 'response.content_part';
  return { index: 'content_index', added: `${name}.added`, done: `${name}.done`, value: content };
}

function listOf(value: unknown): JsonObject[] {
  return Array.isArray(value) ? (value as JsonObject[]) : [];
}
