/** What a family of models writes into its text when no server on the way reads its calls. */
import { isObject, type Json, type JsonObject, parseJson } from '../../../json.ts';
import { mendedObject } from '../text/arguments-text.ts';

export interface LeakFamily {
  /** For the log. */
  name: string;
  marks: readonly BlockMark[];
  /** What stands behind the opening mark, at once, where the block is one of calls and no prose about them. */
  starts: RegExp;
  /** The calls of a whole block, its marks included; undefined where it is not entirely made of calls. */
  read(block: string): LeakedCall[] | undefined;
}

export interface BlockMark {
  open: string;
  /** Null where the block goes to the end of the answer. */
  close: string | null;
  /** Whether each call inside has an end of its own, so that the block is whole without its close. */
  isAroundCalls?: boolean;
}

export interface LeakedCall {
  /** As the model wrote it. */
  name: string;
  arguments: JsonObject;
  /** Whether texts among the arguments may stand for other values, which the tool's schema tells. */
  isUntyped?: boolean;
}

/** Calls as JSON: one object, a list of them, or several in a row. */
export function jsonCalls(text: string): LeakedCall[] | undefined {
  const body = withoutFence(text);
  const value = parseJson(body) ?? severalIn(body) ?? parseJson(mendedObject(body) ?? '');
  if (value === undefined) return undefined;
  const calls = (Array.isArray(value) ? value : [value]).map(jsonCall);
  return calls.length > 0 && calls.every((call) => call !== undefined) ? calls : undefined;
}

/** The object that a text holds, in a code fence or not, mended where it has to be. */
export function objectIn(text: string): JsonObject | undefined {
  const value = parseJson(mendedObject(withoutFence(text)) ?? '');
  return isObject(value) ? value : undefined;
}

/**
 * All matches of a pattern, where the text is made of nothing else.
 * @param pattern global
 */
export function allMatches(text: string, pattern: RegExp): RegExpExecArray[] | undefined {
  const matches = [...text.matchAll(pattern)];
  return matches.length > 0 && text.replace(pattern, '').trim() === '' ? matches : undefined;
}

/** Undefined where one of the calls could not be read. */
export function allCalls(calls: readonly (LeakedCall | undefined)[] | undefined): LeakedCall[] | undefined {
  if (calls === undefined || calls.length === 0) return undefined;
  return calls.every((call) => call !== undefined) ? [...calls] : undefined;
}

/** The calls of several pieces; undefined where one of them could not be read. */
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
        // DeepSeek marks what is not a text.
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
  const { name } = inner;
  const given = inner['arguments'] ?? inner['parameters'];
  const args = typeof given === 'string' ? objectIn(given) : given;
  return typeof name === 'string' && isObject(args) ? { name, arguments: args } : undefined;
}

/** Objects behind each other, on lines of their own or with `;` between them. */
function severalIn(text: string): Json | undefined {
  return text.startsWith('{') ? parseJson(`[${text.replace(/\}\s*;?\s*\{/g, '},{')}]`) : undefined;
}

function withoutFence(text: string): string {
  return text
    .trim()
    .replace(/^```\w*\s*|\s*```$/g, '')
    .trim();
}
