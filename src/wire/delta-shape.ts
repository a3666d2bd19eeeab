/** Makes a delta, or a message, fit its type; see `chunk-shape.ts`. */
import { isObject, type Json, type JsonObject } from '../json.ts';
import { isBlank, Spellings } from './spellings.ts';

/** Far beyond any real details. */
const MAX_DEPTH = 200;

/** Why the answer ended: Gemini's, Anthropic's and Bedrock's, and Ollama's own names (2026-11). */
export const FINISH_NAMES = ['finishreason', 'stopreason', 'donereason', 'endreason'];

const DELTA_FIELDS = new Spellings({
  role: [],
  content: ['text'],
  refusal: [],
  reasoning_content: [],
  reasoning: [],
  reasoning_details: [],
  reasoning_text: [],
  thinking: [],
  thinking_blocks: [],
  // Any other name for thinking.
  thought: [
    'thoughts',
    'thoughtcontent',
    'thoughttext',
    'thinkingcontent',
    'thinkingtext',
    'thinkingdelta',
    'think',
    'reasoningsummary',
    'reasoningoutput',
    'reasoningdelta',
    'reasoningmessage',
    'chainofthought',
    'cot',
  ],
  tool_calls: ['toolcall'],
  function_call: [],
  usage: [],
  error: [],
  finish_reason: FINISH_NAMES,
});

const ARGUMENTS_NAMES = ['parameters', 'params', 'input', 'args', 'inputs'];
const CALL_FIELDS = new Spellings({
  index: [],
  id: ['callid', 'toolcallid', 'tooluseid'],
  type: [],
  function: [],
  name: ['toolname', 'functionname'],
  arguments: ARGUMENTS_NAMES,
});
const FUNCTION_FIELDS = new Spellings({ name: ['toolname', 'functionname'], arguments: ARGUMENTS_NAMES });

/** A gateway in PHP may turn whatever looks like a number into one. */
const TEXTS = ['content', 'reasoning_content', 'reasoning'] as const;

export function repairDelta(delta: JsonObject): void {
  DELTA_FIELDS.correct(delta);
  for (const name of TEXTS) if (typeof delta[name] === 'number') delta[name] = String(delta[name]);
  if (typeof delta['refusal'] === 'object') delta['refusal'] = refusalIn(delta['refusal']);
  keepIf(isText, delta, 'refusal');
  keepIf(isDetails, delta, 'reasoning_details');
  keepIf(isShallow, delta, 'extra_content');
  const { tool_calls: sent } = delta;
  if (isObject(sent)) delta['tool_calls'] = listOfCalls(sent);
  keepIf(Array.isArray, delta, 'tool_calls');
  // The field for a single call, from before there were several (2023); some servers still fill both.
  if (isObject(delta['function_call']) && (delta['tool_calls'] ?? null) === null)
    delta['tool_calls'] = [{ index: 0, function: delta['function_call'] }];
  const { content } = delta;
  // Gemini's own API, 2026-11.
  if (isObject(content) && Array.isArray(content['parts'])) delta['content'] = content['parts'];
  if (typeof content === 'object') findCallsInContent(delta);
  const calls = delta['tool_calls'];
  if (!Array.isArray(calls)) return;
  for (let at = 0; at < calls.length; at++) {
    const call = calls[at];
    if (isObject(call)) repairCall(call);
    else calls[at] = {};
  }
}

/** The text of a refusal that is an object, or a list of parts. */
function refusalIn(refusal: Json): string | null {
  const part = Array.isArray(refusal) ? refusal[0] : refusal;
  if (!isObject(part)) return null;
  const text = part['refusal'] ?? part['text'] ?? part['message'] ?? part['reason'];
  return typeof text === 'string' ? text : null;
}

/** One call without a list around it, or several under their numbers. */
function listOfCalls(calls: JsonObject): JsonObject[] | null {
  if (isCall(calls)) return [calls];
  const list = Object.values(calls);
  return list.length > 0 && list.every(isCall) ? list : null;
}

function isCall(value: unknown): value is JsonObject {
  return isObject(value) && (isObject(value['function']) || typeof value['name'] === 'string');
}

const CALL_TYPE = /^(tool_use|tool_call|function_call)$/;

/** Gateways to Anthropic, Bedrock and Gemini may leave calls among the parts of the content, as their own APIs have them. */
function findCallsInContent(delta: JsonObject): void {
  const { content, tool_calls: calls } = delta;
  if (Array.isArray(calls) && calls.length > 0) return;
  const found = (Array.isArray(content) ? content : [content]).flatMap((part) => {
    if (!isObject(part)) return [];
    const { type } = part;
    const inside = [part['functionCall'], part['function_call'], part['tool_call'], part['toolUse']].find(
      isCall,
    );
    if (inside !== undefined) return [inside];
    return typeof type === 'string' && CALL_TYPE.test(type) && isCall(part) ? [{ ...part }] : [];
  });
  if (found.length > 0) delta['tool_calls'] = found;
}

function repairCall(call: JsonObject): void {
  CALL_FIELDS.correct(call);
  const { custom } = call;
  // A call of a custom tool has its name and its text there.
  if (isObject(custom) && call['function'] === undefined) call['function'] = custom;
  const { name, arguments: args, function: called } = call;
  // As in the Responses API: name and arguments are in the call itself.
  if (called === undefined && (typeof name === 'string' || args !== undefined))
    call['function'] = { name: name ?? null, arguments: args ?? '' };
  if (typeof call['id'] === 'number') call['id'] = String(call['id']);
  keepIf(isText, call, 'id');
  keepIf(isShallow, call, 'extra_content');
  keepIf(isObject, call, 'function');
  if (!isObject(called)) return;
  FUNCTION_FIELDS.correct(called);
  keepIf(isText, called, 'name');
  if (args !== undefined && isBlank(called['arguments'])) called['arguments'] = args;
}

export function keepIf(isRight: (value: unknown) => boolean, holder: JsonObject, key: string): void {
  const value = holder[key];
  if (value !== undefined && value !== null && !isRight(value)) holder[key] = null;
}

export function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function isDetails(value: unknown): boolean {
  return Array.isArray(value) && isShallow(value);
}

/** Values that are kept unchanged must be serialised again, which only works to some depth. */
export function isShallow(value: unknown, levels = MAX_DEPTH): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (levels === 0) return false;
  // Runs for every event; a list of the values would cost more than everything else.
  for (const key in value) {
    const entry: unknown = Reflect.get(value, key);
    if (typeof entry === 'object' && !isShallow(entry, levels - 1)) return false;
  }
  return true;
}
