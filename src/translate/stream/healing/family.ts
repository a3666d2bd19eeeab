/** The syntax that a family of models writes into its text if no server on the way parses its calls. */
import { isObject, type Json, type JsonObject, parseJson } from '../../../json.ts';
import { mendedObject } from '../text/arguments-text.ts';

export interface LeakFamily {
  /** For the log. */
  name: string;
  marks: readonly BlockMark[];
  /** What must directly follow the opening mark for the block to be calls and not prose about them. */
  starts: RegExp;
  /** The calls in a complete block, marks included; undefined if it contains anything but calls. */
  read(block: string): LeakedCall[] | undefined;
  /** The same for a block that the answer ends with and that is not complete, if what is missing does not matter. */
  readEnd?(block: string): LeakedCall[] | undefined;
}

export interface BlockMark {
  open: string;
  /** Null if the block extends to the end of the answer. */
  close: string | null;
  /** Whether each call inside has its own end, so that the block is complete without its closing mark. */
  isAroundCalls?: boolean;
  /** Whether the mark means something only at the beginning of an answer, where it may be an everyday character. */
  isFirst?: boolean;
}

export interface LeakedCall {
  /** As the model wrote it. */
  name: string;
  /** A string is the whole text for a tool that takes free text. */
  arguments: JsonObject | string;
  /** Whether strings among the arguments may stand for other types; the tool's schema tells. */
  isUntyped?: boolean;
  /** Whether nothing marks the text as a call, so that the arguments must fit the tool's schema. */
  isBare?: boolean;
}

/** Tokens with which models end a turn, and which servers may leave in the text. */
export const END_TOKENS: readonly string[] = [
  '<|im_end|>',
  '<|eom_id|>',
  '<|eot_id|>',
  '<|end_of_text|>',
  '<｜end▁of▁sentence｜>',
  '<|end_of_sentence|>',
  '</s>',
];

/** The text without the tokens that end it. */
export function withoutEndTokens(text: string): string {
  let rest = text.trimEnd();
  for (;;) {
    const token = END_TOKENS.find((end) => rest.endsWith(end));
    if (token === undefined) return rest;
    rest = rest.slice(0, -token.length).trimEnd();
  }
}

/** Calls as JSON: one object, a list of them, or several in a row. */
export function jsonCalls(text: string): LeakedCall[] | undefined {
  const body = withoutFence(text);
  const value = parseJson(body) ?? severalIn(body) ?? parseJson(mendedObject(body) ?? '');
  if (value === undefined) return undefined;
  const calls = (Array.isArray(value) ? value : [value]).map(jsonCall);
  return calls.length > 0 && calls.every((call) => call !== undefined) ? calls : undefined;
}

/** The JSON object in a text, with or without a code fence, mended if necessary. */
export function objectIn(text: string): JsonObject | undefined {
  const value = parseJson(mendedObject(withoutFence(text)) ?? '');
  return isObject(value) ? value : undefined;
}

/**
 * All matches of a pattern, if the text consists of nothing else.
 * @param pattern global
 */
export function allMatches(text: string, pattern: RegExp): RegExpExecArray[] | undefined {
  const matches = [...text.matchAll(pattern)];
  return matches.length > 0 && text.replace(pattern, '').trim() === '' ? matches : undefined;
}

/** Undefined if one of the calls could not be read. */
export function allCalls(calls: readonly (LeakedCall | undefined)[] | undefined): LeakedCall[] | undefined {
  if (calls === undefined || calls.length === 0) return undefined;
  return calls.every((call) => call !== undefined) ? [...calls] : undefined;
}

/** The calls of several pieces; undefined if one of them could not be read. */
export function allOf(pieces: readonly (readonly LeakedCall[] | undefined)[]): LeakedCall[] | undefined {
  return pieces.every((calls) => calls !== undefined) ? pieces.flat() : undefined;
}

/** `<invoke name="NAME"><parameter name="KEY">VALUE</parameter></invoke>`, once or more; or JSON for the parameters. */
export function invokeCalls(text: string): LeakedCall[] | undefined {
  return allCalls(
    allMatches(text, INVOKE)?.map(([, name = '', body = '']) => {
      const object = objectIn(body);
      if (object !== undefined) return { name, arguments: object };
      const fields = body.trim() === '' ? [] : allMatches(body, PARAMETER);
      if (fields === undefined) return undefined;
      const entries = fields.map(([, key = '', attributes = '', value = '']): [string, Json] => [
        key,
        // DeepSeek marks values that are not strings.
        /string=["']?false/.test(attributes) ? (parseJson(value) ?? value) : value,
      ]);
      return { name, arguments: Object.fromEntries(entries), isUntyped: true };
    }),
  );
}

const INVOKE = /<invoke\s+name=["']?([^"'>]+?)["']?\s*(?:\/>|>([\s\S]*?)<\/invoke>)/g;
const PARAMETER = /<parameter\s+name=["']?([^"'>]+)["']?([^>]*)>([\s\S]*?)<\/parameter>/g;

function jsonCall(value: Json): LeakedCall | undefined {
  if (!isObject(value)) return undefined;
  const inner = isObject(value['function']) ? value['function'] : value;
  const name = fieldOf(inner, NAME_FIELDS);
  const given = fieldOf(inner, ARGUMENT_FIELDS);
  const args = typeof given === 'string' ? (objectIn(given) ?? given) : given;
  const isRead = typeof name === 'string' && (isObject(args) || typeof args === 'string');
  return isRead ? { name, arguments: args } : undefined;
}

/** Names of the two fields; `tool_name` is Command R's. */
const NAME_FIELDS = ['name', 'tool_name', 'tool', 'function'];
const ARGUMENT_FIELDS = ['arguments', 'parameters', 'args', 'input', 'tool_args', 'tool_input'];

function fieldOf(object: JsonObject, names: readonly string[]): Json | undefined {
  const name = names.find((field) => object[field] !== undefined);
  return name === undefined ? undefined : object[name];
}

/** Several objects, on separate lines or separated by `;`. */
function severalIn(text: string): Json | undefined {
  return text.startsWith('{') ? parseJson(`[${text.replace(/\}\s*;?\s*\{/g, '},{')}]`) : undefined;
}

function withoutFence(text: string): string {
  const body = text.trim().replace(/^```\w*/, '');
  // A pattern with blanks before the end would look at long runs of them again and again.
  return (body.endsWith('```') ? body.slice(0, -3) : body).trim();
}
