/**
 * What a refusal of a Responses endpoint teaches, as `request/lessons` does for Chat Completions: the form of request
 * that the endpoint takes, if its preset does not say or is out of date.
 */
import { isObject, type JsonObject } from '../../json.ts';
import { saidIn } from '../errors/said.ts';
import { type Lesson, readable } from '../request/lessons/learn.ts';
import { refusedAmong } from '../request/refused-fields.ts';
import type { NativeRequest } from './to-native-request.ts';

type Change = (body: NativeRequest) => NativeRequest;

/** Fields that no request can do without. */
const ESSENTIAL = new Set(['model', 'input', 'stream', 'tools', 'instructions', 'reasoning', 'text']);
/** Nested fields, by what errors call them. */
const NESTED: readonly (readonly [outer: string, inner: string, named: RegExp])[] = [
  ['reasoning', 'summary', /reasoning[._ ]summary|['"`]summary['"`]/i],
  ['reasoning', 'effort', /reasoning[._ ]?effort|['"`]effort['"`]|\beffort\b/i],
  ['text', 'verbosity', /verbosity/i],
  ['text', 'format', /text[._ ]format|json_schema|response[ _]format|structured output/i],
];
/** Fields that change no answer; they are left out if the endpoint does not say which field it means. */
const DISPENSABLE = ['include', 'prompt_cache_key', 'store', 'service_tier', 'metadata', 'safety_identifier'];
/** Kinds of tools that clients declare, besides functions. */
const DECLARED: ReadonlySet<string> = new Set(['custom', 'namespace', 'tool_search']);
const NAMELESS =
  /invalid[ _]?(parameter|argument|request|field|value|json)|bad request|unknown field|unmarshal/i;
const REFUSES =
  /unsupported|un(known|recognized|expected)|not (support|accept|allow|permit|valid|available)|n't support|does not|could not|was not|invalid|must|only/i;

interface Rule {
  refuses: string;
  when: RegExp;
  cure: string;
  change: Change;
  /** See `Lesson.isPassing`. */
  isPassing?: true;
}

/** Kinds of items that every Responses endpoint knows. */
const PLAIN_ITEMS: ReadonlySet<string> = new Set([
  'message',
  'reasoning',
  'function_call',
  'function_call_output',
]);
const UNKNOWN_KIND =
  /variant|un(supported|known|recognized|expected)|invalid[ _](value|type|item)|not (support|recogni|allow|permit|a valid)|n't support|does not match|expected one of/i;

/** Leaves out what refers to items that a server does not have. */
const IDS: Rule = {
  refuses: 'ids and states of items',
  when: /input.{0,40}\b(id|status)\b|item id|\bitem with id\b/i,
  cure: 'left out',
  change: withItems(({ id: _, status: __, ...item }) => item),
};

const RULES: readonly Rule[] = [
  {
    refuses: 'developer messages',
    when: /\bdeveloper\b/i,
    cure: 'sent as system',
    change: withItems((item) => (item['role'] === 'developer' ? { ...item, role: 'system' } : item)),
  },
  {
    // Whoever sealed it, with whatever key: what the model thinks next can be opened again.
    refuses: 'reasoning in the input',
    when: /invalid_encrypted_content|(encrypted[_ ]content|sealed|blob).{0,80}(verif|decrypt|decod|parse|issued|belong|corrupt|tamper)|(verif|decrypt|decod|parse).{0,60}(encrypted[_ ]content|blob)/i,
    cure: 'left out',
    isPassing: true,
    change: (body) =>
      withInput(
        body,
        body.input.filter(({ type, encrypted_content: sealed }) => type !== 'reasoning' || !sealed),
      ),
  },
  {
    refuses: 'reasoning in the input',
    when: /(\btype\b|item|variant|input\[\d+\]|input\.\d+).{0,80}\breasoning\b|\breasoning\b.{0,40}(item|input)|encrypted[_ ]content|compaction blob/i,
    cure: 'left out',
    change: (body) =>
      withInput(
        body,
        body.input.filter(({ type }) => type !== 'reasoning'),
      ),
  },
  IDS,
  {
    refuses: 'outputs as lists',
    when: /output.{0,60}(string|list|array|sequence)/i,
    cure: 'sent as text',
    change: withItems((item) =>
      Array.isArray(item['output']) ? { ...item, output: textOf(item['output']) } : item,
    ),
  },
  {
    refuses: 'strict',
    when: /\bstrict\b/i,
    cure: 'left out',
    change: withTools((tool) => {
      const { strict: _, ...rest } = tool;
      return 'strict' in tool ? rest : tool;
    }),
  },
];

/** @returns an empty list if no other form of the request could help; see `lessonsIn` */
export function nativeLessonsIn(
  body: NativeRequest,
  answer: string,
  known: readonly Lesson<NativeRequest>[],
): Lesson<NativeRequest>[] {
  const words = wordsOf(answer);
  // It also speaks of `store`, without which everything would be stored.
  if (missesItem(answer)) return fresh([leftOut(IDS.refuses, IDS.change)], body, known);
  const fields = refusedFields(body, words).map((field) => leftOut(field, without(field)));
  const nested = NESTED.filter(([, , named]) => named.test(words)).map(([outer, inner]) =>
    leftOut(`${outer}.${inner}`, withoutInner(outer, inner)),
  );
  const hosted = typesOf(body)
    .filter((type) => !DECLARED.has(type) && words.includes(type))
    .map((type) => leftOut(type, withoutTools(type)));
  const named = [...fields, ...(REFUSES.test(words) ? [...nested, ...hosted] : [])];
  const found = fresh(named, body, known);
  if (found.length > 0) return found;
  const rules = RULES.filter(({ when }) => when.test(words)).map(
    ({ refuses, cure, change, isPassing }): Lesson<NativeRequest> => ({
      refuses,
      cure,
      change,
      ...(isPassing && { isPassing }),
    }),
  );
  const [rule] = REFUSES.test(words) ? fresh(rules, body, known) : [];
  if (rule !== undefined) return [rule];
  // Volcengine, 2026-09: the request is invalid, with no reason given.
  return NAMELESS.test(words)
    ? fresh(
        DISPENSABLE.map((field) => leftOut(field, without(field))),
        body,
        known,
      )
    : [];
}

/**
 * Whether the answer refuses a kind of tool that the client declared, or a kind of item. These cannot be left out, but
 * with Chat Completions they all work, as functions and messages.
 */
export function refusesTools(body: NativeRequest, answer: string): boolean {
  const words = wordsOf(answer);
  if (refusesItems(body, words)) return true;
  if (!REFUSES.test(words) || !/\btools?\b|variant|\btype\b/i.test(words)) return false;
  return typesOf(body).some((type) => DECLARED.has(type) && new RegExp(`\\b${type}\\b`).test(words));
}

function refusesItems({ input }: NativeRequest, words: string): boolean {
  if (!UNKNOWN_KIND.test(words)) return false;
  // What follows is a list of what it knows.
  const [refused = ''] = words.split(/expected|supported values/i);
  const kinds = new Set(input.map(({ type }) => String(type)));
  return [...kinds].some((type) => !PLAIN_ITEMS.has(type) && new RegExp(`\\b${type}\\b`).test(refused));
}

/** Whether the answer says that an item of the request is not stored (OpenAI, 2026-11: 404), not that a route is missing. */
export function missesItem(answer: string): boolean {
  return /\bitem with id\b.{0,120}not found/i.test(wordsOf(answer));
}

/** Whether the answer names a field of the request: that is then what it refuses, whatever it says about the API. */
export function refusesField(body: NativeRequest, answer: string): boolean {
  return refusedFields(body, wordsOf(answer)).length > 0;
}

function refusedFields(body: NativeRequest, words: string): string[] {
  return refusedAmong(
    Object.keys(body).filter((field) => !ESSENTIAL.has(field)),
    words,
  );
}

function wordsOf(answer: string): string {
  return `${saidIn(answer).message}\n${readable(answer)}`;
}

/** The lessons that change the request and have not been tried. */
function fresh(
  lessons: readonly Lesson<NativeRequest>[],
  body: NativeRequest,
  known: readonly Lesson<NativeRequest>[],
): Lesson<NativeRequest>[] {
  return lessons.filter(
    ({ refuses, change }) => change(body) !== body && !known.some((lesson) => lesson.refuses === refuses),
  );
}

function leftOut(refuses: string, change: Change): Lesson<NativeRequest> {
  return { refuses, cure: 'left out', change };
}

function without(field: string): Change {
  return (body) => {
    if (!(field in body)) return body;
    const { [field]: _, ...rest } = body;
    return rest as NativeRequest;
  };
}

function withoutInner(outer: string, inner: string): Change {
  return (body) => {
    const value = body[outer];
    if (!isObject(value) || !(inner in value)) return body;
    const { [inner]: _, ...rest } = value;
    return Object.keys(rest).length > 0 ? { ...body, [outer]: rest } : without(outer)(body);
  };
}

/** Types of tools that the provider runs itself. */
function typesOf({ tools = [] }: NativeRequest): string[] {
  return tools.map(({ type }) => String(type)).filter((type) => type !== 'function');
}

function withoutTools(type: string): Change {
  return (body) => {
    const { tools = [] } = body;
    const left = tools.filter((tool) => tool['type'] !== type);
    if (left.length === tools.length) return body;
    return left.length > 0 ? { ...body, tools: left } : without('tool_choice')(without('tools')(body));
  };
}

function withItems(change: (item: JsonObject) => JsonObject): Change {
  return (body) => withInput(body, body.input.map(change));
}

function withInput(body: NativeRequest, input: JsonObject[]): NativeRequest {
  const isSame =
    input.length === body.input.length && input.every((item, at) => sameFields(item, body.input[at]));
  return isSame ? body : { ...body, input };
}

function sameFields(one: JsonObject, other: JsonObject | undefined): boolean {
  return one === other || (other !== undefined && JSON.stringify(one) === JSON.stringify(other));
}

function withTools(change: (tool: JsonObject) => JsonObject): Change {
  return (body) => {
    const tools = body.tools?.map(change);
    const isSame = tools === undefined || tools.every((tool, at) => tool === body.tools?.[at]);
    return isSame ? body : { ...body, tools };
  };
}

function textOf(parts: readonly unknown[]): string {
  return parts
    .map((part) => (isObject(part) && typeof part['text'] === 'string' ? part['text'] : ''))
    .filter(Boolean)
    .join('\n');
}
