/**
 * Finds out what a provider's own Responses endpoint takes: eight small requests, sent unchanged, whose answers say
 * more than any documentation. The findings make an entry of `codex-relay.native.json` or a preset.
 */
import { messageOf } from '../../errors.ts';
import { asObject, isObject, type JsonObject, parseJson } from '../../json.ts';
import type { DeepPartial } from '../../providers/index.ts';
import { saidIn } from '../../translate/errors/said.ts';
import type { NativeProfile } from '../../translate/native/native-profile.ts';
import { isChat, wholeResponse } from '../../translate/native/stream/failures.ts';
import type { Wire } from '../../wire/wire.ts';
import type { Upstream, UpstreamCall } from './upstream.ts';
import { refusesWire } from './wire-refusal.ts';

export const PROBES = [
  'plain',
  'function',
  'namespace',
  'custom',
  'developer',
  'reasoning',
  'image',
  'json_schema',
] as const;
export type Probe = (typeof PROBES)[number];

/** The result of one request. */
export interface Probed {
  probe: Probe;
  /** `ignored`: answered as if the feature had not been there. */
  state: 'taken' | 'refused' | 'ignored' | 'skipped';
  /** What came back, in words, without any part of the question. */
  found: string;
}

/** The combined result; says nothing of what the endpoint takes if the plain request failed. */
export interface NativeFindings {
  wire: Wire;
  takes: DeepPartial<NativeProfile>;
  /** Whether the model sees images; undefined if that could not be found out. */
  images: boolean | undefined;
}

const PIXEL =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const PARAMETERS = {
  type: 'object',
  properties: { value: { type: 'string' } },
  required: ['value'],
  additionalProperties: false,
};
const TOOL = { type: 'function', name: 'note', description: 'Takes a note.', parameters: PARAMETERS };
const MAX_WORDS = 200;

interface Reply {
  status: number;
  output: JsonObject[];
  /** The error in the endpoint's own words; empty if there was none. */
  error: string;
  isNoEndpoint: boolean;
}

/** Sends one request after another, and yields each result when it is known. */
export async function* probeNative(
  upstream: Upstream,
  call: UpstreamCall,
  model: string,
): AsyncGenerator<Probed, NativeFindings> {
  const results = new Map<Probe, Probed>();
  let called: JsonObject[] = [];
  for (const probe of PROBES) {
    const isHopeless = results.get('plain')?.state === 'refused';
    const body = isHopeless ? undefined : BODIES[probe](called);
    const reply = body && (await send(upstream, call, { model, stream: false, store: false, ...body }));
    if (probe === 'function') called = reply?.output ?? [];
    const result = reply === undefined ? skipped(probe) : read(probe, reply);
    results.set(probe, result);
    yield result;
  }
  return findingsOf(results, called);
}

/**
 * What is asked, beside the model; undefined if there is nothing to ask.
 * @param called the items with which the model called a function
 */
const BODIES: Readonly<Record<Probe, (called: readonly JsonObject[]) => JsonObject | undefined>> = {
  plain: () => ({ input: [asked('Answer with the word OK.')] }),
  function: () => ({ input: use('note'), tools: [TOOL], include: ['reasoning.encrypted_content'] }),
  namespace: () => {
    const tools = [{ ...TOOL, name: 'keep' }];
    return {
      input: use('keep'),
      tools: [{ type: 'namespace', name: 'notes', description: 'Notes.', tools }],
    };
  },
  custom: () => {
    const format = { type: 'grammar', syntax: 'lark', definition: 'start: /[a-z]+/' };
    return {
      input: use('jot'),
      tools: [{ type: 'custom', name: 'jot', description: 'Takes a word.', format }],
    };
  },
  developer: () => {
    const answer = says('assistant', [{ type: 'output_text', text: 'Hello.' }]);
    const late = says('developer', [{ type: 'input_text', text: 'Be brief.' }]);
    return { input: [asked('Say hello.'), answer, late, asked('Answer with the word OK.')] };
  },
  reasoning: (called) => {
    const [made] = called.filter(({ type }) => type === 'function_call');
    if (made === undefined || !called.some(({ type }) => type === 'reasoning')) return undefined;
    const output = { type: 'function_call_output', call_id: made['call_id'] ?? '', output: 'noted' };
    const said = called.filter(({ type }) => type === 'reasoning').map(withoutState);
    return { input: [...use('note'), ...said, withoutState(made), output], tools: [TOOL] };
  },
  image: () => {
    const content = [
      { type: 'input_text', text: 'Answer with the word OK.' },
      { type: 'input_image', image_url: PIXEL, detail: 'low' },
    ];
    return { input: [says('user', content)] };
  },
  json_schema: () => {
    const format = { type: 'json_schema', name: 'note', strict: true, schema: PARAMETERS };
    return { input: [asked('Give the value ok, as JSON.')], text: { format } };
  },
};

function says(role: string, content: JsonObject[]): JsonObject {
  return { type: 'message', role, content };
}

function asked(text: string): JsonObject {
  return says('user', [{ type: 'input_text', text }]);
}

function use(name: string): JsonObject[] {
  return [asked(`Call the tool ${name} with the value "ok". Do not answer with text.`)];
}

function withoutState({ id: _, status: __, ...item }: JsonObject): JsonObject {
  return item;
}

async function send(upstream: Upstream, call: UpstreamCall, body: JsonObject): Promise<Reply> {
  try {
    const { status, text } = await upstream.post(call, '/responses', body);
    const output = status < 300 ? outputIn(text) : [];
    const isOtherApi = isChat(asObject(parseJson(text)) ?? {});
    const words = isOtherApi
      ? 'it answered with Chat Completions'
      : saidIn(text).message.slice(0, MAX_WORDS) || `HTTP ${status}`;
    const isNoEndpoint = isOtherApi || (status >= 300 && refusesWire(status, text));
    return { status, output, error: output.length > 0 ? '' : words, isNoEndpoint };
  } catch (error) {
    return { status: 0, output: [], error: messageOf(error), isNoEndpoint: false };
  }
}

/** The items of a reply: a response, alone or wrapped, or the events that some endpoints send whatever was asked for. */
function outputIn(text: string): JsonObject[] {
  const value = asObject(parseJson(text));
  if (value !== undefined) return itemsOf(wholeResponse(value));
  const events = text
    .split(/\r?\n/)
    .map((line) => (line.startsWith('data:') ? parseJson(line.slice(5)) : undefined))
    .filter(isObject);
  const end = events.findLast(({ type }) => type === 'response.completed' || type === 'response.incomplete');
  if (end === undefined) return [];
  const output = itemsOf(asObject(end['response']));
  const done = events.filter(({ type }) => type === 'response.output_item.done');
  return output.length > 0 ? output : done.map(({ item }) => item).filter(isObject);
}

function itemsOf(response: JsonObject | undefined): JsonObject[] {
  const output = response?.['output'];
  return Array.isArray(output) ? output.filter(isObject) : [];
}

function read(probe: Probe, { status, output, error, isNoEndpoint }: Reply): Probed {
  if (error !== '') {
    const where = isNoEndpoint ? 'there is no Responses API for this model: ' : '';
    return { probe, state: 'refused', found: `${where}${error}${status >= 300 ? ` (HTTP ${status})` : ''}` };
  }
  const kinds = output.map(({ type }) => String(type));
  const found = `answered with ${[...new Set(kinds)].join(', ')}`;
  const state = isAsMeant(probe, output) ? 'taken' : 'ignored';
  return { probe, state, found };
}

function isAsMeant(probe: Probe, output: readonly JsonObject[]): boolean {
  const has = (wanted: string, fields: JsonObject) =>
    output.some(
      ({ type, ...item }) =>
        type === wanted && Object.entries(fields).every(([key, value]) => item[key] === value),
    );
  switch (probe) {
    case 'function':
      return has('function_call', { name: 'note' });
    case 'namespace':
      return has('function_call', { name: 'keep', namespace: 'notes' });
    case 'custom':
      return has('custom_tool_call', { name: 'jot' });
    case 'json_schema':
      return isObject(parseJson(textOf(output)));
    default:
      return true;
  }
}

function skipped(probe: Probe): Probed {
  const found =
    probe === 'reasoning' ? 'the model showed no reasoning to send back' : 'the plain request failed';
  return { probe, state: 'skipped', found };
}

function findingsOf(results: ReadonlyMap<Probe, Probed>, called: readonly JsonObject[]): NativeFindings {
  const takes = (probe: Probe) => results.get(probe)?.state === 'taken';
  if (!takes('plain')) return { wire: 'chat', takes: {}, images: undefined };
  const wasAsked = (probe: Probe) => results.get(probe)?.state !== 'skipped';
  // Codex cannot do without tools, or without thinking that can be sent back.
  const isUseful = takes('function') && (takes('reasoning') || !wasAsked('reasoning'));
  return {
    wire: isUseful ? 'responses' : 'chat',
    takes: {
      customTools: takes('custom') ? 'keep' : 'function',
      namespaces: takes('namespace') ? 'keep' : 'flat',
      instructionRole: takes('developer') ? 'developer' : 'system',
      lateInstructions: takes('developer') ? 'keep' : 'user',
      ...(wasAsked('reasoning') && { reasoningIn: takes('reasoning') ? reasoningIn(called) : 'never' }),
      ...(called.some(isSealed) && { include: ['reasoning.encrypted_content'] }),
      textFormat: takes('json_schema') ? 'json_schema' : 'prompt',
    },
    images: wasAsked('image') ? takes('image') : undefined,
  };
}

function reasoningIn(called: readonly JsonObject[]): NativeProfile['reasoningIn'] {
  const isReadable = called.some(({ type, content }) => type === 'reasoning' && Array.isArray(content));
  if (!called.some(isSealed)) return 'text';
  return isReadable ? 'as-received' : 'sealed';
}

function isSealed({ type, encrypted_content: sealed }: JsonObject): boolean {
  return type === 'reasoning' && typeof sealed === 'string' && sealed !== '';
}

function textOf(output: readonly JsonObject[]): string {
  const parts = output.flatMap(({ content }) => (Array.isArray(content) ? content.filter(isObject) : []));
  return parts.map(({ text }) => (typeof text === 'string' ? text : '')).join('');
}
