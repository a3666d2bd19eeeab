import { isObject, type Json, type JsonObject, parseJson } from '../../../json.ts';
import { pythonCalls } from '../text/python-literals.ts';
import { jsonCalls, type LeakedCall, type LeakFamily, withoutEndTokens } from './family.ts';

const WORD = 'functools';
/** The fields of a call as OpenAI's API and Llama 3 write it; with any other, an object is merely data. */
const FIELDS = /^(?:name|arguments|parameters|type|id|function)$/;

/**
 * Calls without any mark, as models write them that were told to answer with nothing else: Llama 3.1's JSON, Llama
 * 3.2's and 4's Python, `functools[...]` of Phi 4 mini. Only if the answer consists of nothing else.
 */
export const BARE: LeakFamily = {
  name: 'calls without marks',
  marks: ['{', '[', WORD].map((open) => ({ open, close: null, isFirst: true })),
  starts: /^\s*(?:\[?\s*\{|\[?\s*"(?:name|type|function|tool_calls|id)"\s*:|\[?\s*[A-Za-z_][\w.-]*\s*\()/,
  read: (block) => {
    const body = withoutEndTokens(block).trim();
    const list = body.startsWith(WORD) ? body.slice(WORD.length) : body;
    const value = parseJson(list);
    const calls = value === undefined ? pythonIn(list) : isCalls(value) ? jsonCalls(list) : wrapped(value);
    return calls?.map((call) => ({ ...call, isBare: true }));
  },
};

/** Only as a list: one call may be a line of code that was asked for. */
function pythonIn(text: string): LeakedCall[] | undefined {
  return text.startsWith('[') ? pythonCalls(text) : undefined;
}

/** `{"tool_calls": [...]}`, as xLAM writes them. */
function wrapped(value: Json): LeakedCall[] | undefined {
  if (!isObject(value) || Object.keys(value).join() !== 'tool_calls') return undefined;
  const inner = value['tool_calls'] ?? null;
  return Array.isArray(inner) && isCalls(inner) ? jsonCalls(JSON.stringify(inner)) : undefined;
}

function isCalls(value: Json): boolean {
  const list = Array.isArray(value) ? value : [value];
  return list.length > 0 && list.every((entry) => isObject(entry) && isCall(entry));
}

function isCall(value: JsonObject): boolean {
  const inner = isObject(value['function']) ? value['function'] : value;
  const names = [...Object.keys(value), ...Object.keys(inner)];
  const args = inner['arguments'] ?? inner['parameters'];
  return names.every((name) => FIELDS.test(name)) && typeof inner['name'] === 'string' && isObject(args);
}
