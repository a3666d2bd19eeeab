/**
 * What the strict Responses endpoints of this folder share. Each family writes down what its provider is known to
 * refuse, or to take and ignore, independent of the presets; a request that breaks a rule gets the provider's own
 * refusal, and what is ignored is not there for its model either.
 */
import { isObject, type JsonObject } from '../../../src/json.ts';
import {
  call,
  customCall,
  type NativeBody,
  nativeReply,
  openThought,
  type Said,
  text,
  thought,
} from '../../support/native-upstream.ts';
import { errorReply, type ScriptedReply } from '../../support/scripted-upstream.ts';

export interface NativeFamily {
  preset: string;
  model: string;
  /** Top-level fields that exist beside `model`, `input`, `stream`, `tools`; undefined: unknown ones are ignored. */
  fields?: readonly string[];
  /** Values of `include` that are known. Default: any. */
  include?: readonly string[];
  /** Types of tools that its model gets. */
  toolTypes: readonly string[];
  /** Whether others are ignored, and not refused. */
  ignoresTools?: true;
  /** The only custom tools that its model gets. */
  customNames?: readonly string[];
  /** Types of items that exist; others are refused, or ignored with `ignoresItems`. */
  items: readonly string[];
  ignoresItems?: true;
  /** Whether calls and their outputs must touch, and each call must have one. */
  adjacent?: true;
  efforts?: readonly string[];
  /** Whether an output may be a list of parts. Default true. */
  outputParts?: false;
  /** Everything else; each entry is one complaint. */
  check?: (body: NativeBody) => (string | false | undefined)[];
  refuse?: (complaint: string) => ScriptedReply;
  /** How its models think. */
  thinks: 'text' | 'summary' | 'sealed' | 'not';
}

const MESSAGES = ['message', 'function_call', 'function_call_output', 'reasoning'] as const;
export const PLAIN_ITEMS: readonly string[] = MESSAGES;

/** The first complaint about a request; undefined where the provider would serve it. */
export function nativeComplaint(family: NativeFamily, body: NativeBody): string | undefined {
  const complaints = [
    ...fieldComplaints(family, body),
    ...toolComplaints(family, body),
    ...itemComplaints(family, body),
    ...(family.adjacent ? orderComplaints(body) : []),
    ...effortComplaints(family, body),
    ...(family.check?.(body) ?? []),
    // Nobody's business, wherever it goes.
    /client_metadata|turn_id|x-codex/.test(JSON.stringify(body)) && 'metadata of the workspace',
  ];
  return complaints.find((complaint) => typeof complaint === 'string');
}

function refusalBy(family: NativeFamily, complaint: string): ScriptedReply {
  return family.refuse?.(complaint) ?? errorReply(400, complaint, { type: 'invalid_request_error' });
}

/** What its model sees of the tools: name, and how a call of it looks. */
function knownTools(family: NativeFamily, body: NativeBody): Map<string, (given: JsonObject) => Said> {
  const known = new Map<string, (given: JsonObject) => Said>();
  for (const tool of listOf(body['tools'])) {
    const name = String(tool['name']);
    if (!isKnownTool(family, tool)) continue;
    if (tool['type'] === 'function') known.set(name, (given) => call(name, given));
    if (tool['type'] === 'custom')
      known.set(name, (given) => customCall(name, String(Object.values(given)[0])));
    if (tool['type'] === 'namespace') {
      for (const member of listOf(tool['tools'])) {
        const inner = String(member['name']);
        known.set(`${name}/${inner}`, (given) => call(inner, given, { namespace: name }));
      }
    }
  }
  return known;
}

/** A call of the tool whose name matches; tool markup in the text where its model does not know it (DeepSeek, 2026-09). */
export function callLike(family: NativeFamily, body: NativeBody, name: RegExp, given: JsonObject): Said {
  const [, make] = [...knownTools(family, body)].find(([known]) => name.test(known)) ?? [];
  return make?.(given) ?? text(`<tool_call>${name.source} ${JSON.stringify(given)}</tool_call>`);
}

export function thinking(family: NativeFamily, words: string): Said[] {
  switch (family.thinks) {
    case 'text':
      return [openThought(words)];
    case 'summary':
      return [thought(words)];
    case 'sealed':
      return [thought(words, `sealed-by-${family.preset}:${words}`)];
    case 'not':
      return [];
  }
}

/** Answers with what `script` makes of the request, or with the provider's refusal. */
export function strictScript(
  family: NativeFamily,
  script: (body: NativeBody) => Said[],
  complaints: string[],
): (request: { body: NativeBody }) => ScriptedReply {
  return ({ body }) => {
    const complaint = nativeComplaint(family, body);
    if (complaint === undefined) return nativeReply(...script(body));
    complaints.push(complaint);
    return refusalBy(family, complaint);
  };
}

export function listOf(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

export function typeOf(item: JsonObject): string {
  return String(item['type'] ?? 'message');
}

function fieldComplaints({ fields, include }: NativeFamily, body: NativeBody): (string | false)[] {
  const known = ['model', 'input', 'stream', 'tools', 'tool_choice', 'instructions', ...(fields ?? [])];
  const unknown = fields === undefined ? [] : Object.keys(body).filter((field) => !known.includes(field));
  const asked = Array.isArray(body['include']) ? body['include'] : [];
  return [
    ...unknown.map((field) => `json: unknown field "${field}"`),
    ...asked.map(
      (value) => include !== undefined && !include.includes(String(value)) && `include: ${String(value)}`,
    ),
    body['previous_response_id'] !== undefined && 'previous_response_id is not supported',
    body['store'] === true && 'store: true is not supported',
    body['stream'] !== true && 'stream is expected',
  ];
}

function isKnownTool({ toolTypes, customNames }: NativeFamily, { type, name }: JsonObject): boolean {
  if (!toolTypes.includes(String(type))) return false;
  return type !== 'custom' || customNames === undefined || customNames.includes(String(name));
}

function toolComplaints(family: NativeFamily, body: NativeBody): (string | false)[] {
  const tools = listOf(body['tools']);
  const names = tools.filter(({ type }) => type === 'function').map(({ name }) => String(name));
  const choice = body['tool_choice'];
  const odd = family.ignoresTools ? [] : tools.filter((tool) => !isKnownTool(family, tool));
  return [
    ...odd.map((tool) => `tools: unknown variant \`${String(tool['type'])}\``),
    ...names.map((name) => !/^[A-Za-z0-9_-]{1,64}$/.test(name) && `tools: invalid name ${name}`),
    new Set(names).size < names.length && 'tools: a name is used twice',
    tools.length === 0 &&
      choice !== undefined &&
      choice !== 'none' &&
      choice !== 'auto' &&
      'tool_choice needs tools',
    body['tools'] !== undefined && tools.length === 0 && 'tools: must not be empty',
  ];
}

function itemComplaints(family: NativeFamily, body: NativeBody): (string | false)[] {
  return body.input.flatMap((item, at) => {
    const type = typeOf(item);
    const where = `input[${at}]`;
    const callId = item['call_id'];
    return [
      !family.items.includes(type) && !family.ignoresItems && `${where}: unknown variant \`${type}\``,
      typeof callId === 'string' && callId.length > 64 && `${where}.call_id: at most 64 characters`,
      type.endsWith('_output') && !callId && `${where}: call_id is required`,
      type.endsWith('_output') &&
        family.outputParts === false &&
        typeof item['output'] !== 'string' &&
        `${where}.output: a string is expected`,
      type === 'function_call' && typeof item['arguments'] !== 'string' && `${where}.arguments: no string`,
    ];
  });
}

/** Each call with its output before anything else, and no output without a call. */
function orderComplaints({ input }: NativeBody): string[] {
  let open: unknown[] = [];
  let isClosing = false;
  const complaints: string[] = [];
  for (const [at, item] of input.entries()) {
    const type = typeOf(item);
    if (type.endsWith('_call')) {
      if (isClosing && open.length > 0)
        complaints.push(`input[${at}]: "tool_calls" must be followed by tool messages`);
      open.push(item['call_id']);
      isClosing = false;
    } else if (type.endsWith('_output')) {
      if (!open.includes(item['call_id'])) complaints.push(`input[${at}]: no call has this id`);
      open = open.filter((id) => id !== item['call_id']);
      isClosing = true;
    } else {
      if (open.length > 0) complaints.push(`input[${at}]: "tool_calls" must be followed by tool messages`);
      open = [];
    }
  }
  if (open.length > 0) complaints.push('calls without outputs');
  return complaints;
}

function effortComplaints({ efforts }: NativeFamily, body: NativeBody): (string | false)[] {
  const reasoning = body['reasoning'];
  const effort = isObject(reasoning) ? reasoning['effort'] : undefined;
  return [
    efforts !== undefined &&
      typeof effort === 'string' &&
      !efforts.includes(effort) &&
      `reasoning.effort: ${effort} is not supported`,
  ];
}
