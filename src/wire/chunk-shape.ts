/**
 * Makes whatever a provider sent fit the type of a chunk, by removing fields of impossible types. This runs for every
 * chunk, so nothing is copied, and a proper chunk is not changed.
 */
import { isObject, type Json, type JsonObject } from '../json.ts';
import type { ChatChunk } from './chat.ts';

/** Far beyond any real details. */
const MAX_DEPTH = 200;

/** @param value freshly parsed; it is modified where it is wrong */
export function asChatChunk(value: unknown): ChatChunk {
  if (!isObject(value)) return {};
  keepIf(isObject, value, 'usage');
  keepIf(Array.isArray, value, 'choices');
  const choices = value['choices'];
  if (!Array.isArray(choices)) return value;
  if (choices.length > 0) dropEmptyError(value);
  // What is no choice would still count as one of several.
  if (!choices.every(isObject)) value['choices'] = choices.filter(isObject);
  for (const choice of choices) if (isObject(choice)) repairChoice(choice);
  return value;
}

function repairChoice(choice: JsonObject): void {
  dropEmptyError(choice);
  keepIf(isText, choice, 'finish_reason');
  keepIf(isObject, choice, 'usage');
  for (const name of ['delta', 'message']) {
    keepIf(isObject, choice, name);
    const delta = choice[name];
    if (!isObject(delta)) continue;
    if (delta['error'] && !choice['error']) choice['error'] = delta['error'];
    repairDelta(delta);
  }
}

/** Gateways that write out every field of a type send an error without a word or code beside each delta. */
function dropEmptyError(holder: JsonObject): void {
  const { error } = holder;
  if (isObject(error) && Object.values(error).every((value) => !value)) holder['error'] = null;
}

function repairDelta(delta: JsonObject): void {
  keepIf(isText, delta, 'refusal');
  keepIf(isDetails, delta, 'reasoning_details');
  keepIf(isShallow, delta, 'extra_content');
  // One call without a list around it.
  const only = delta['tool_calls'];
  if (isCall(only)) delta['tool_calls'] = [only];
  keepIf(Array.isArray, delta, 'tool_calls');
  // The field for a single call, from before there were several (2023); some servers still fill both.
  if (isObject(delta['function_call']) && (delta['tool_calls'] ?? null) === null)
    delta['tool_calls'] = [{ index: 0, function: delta['function_call'] }];
  const { content } = delta;
  if (Array.isArray(content) && (delta['tool_calls'] ?? null) === null && content.some(isToolUse))
    delta['tool_calls'] = content
      .filter(isToolUse)
      .map(({ id, name, input }) => ({ id: id ?? null, name: name ?? null, input: input ?? {} }));
  const calls = delta['tool_calls'];
  if (!Array.isArray(calls)) return;
  for (let at = 0; at < calls.length; at++) {
    const call = calls[at];
    if (isObject(call)) repairCall(call);
    else calls[at] = {};
  }
}

/** Gateways to Anthropic's API may leave calls among the parts of the content. */
function isToolUse(part: unknown): part is JsonObject {
  return isObject(part) && part['type'] === 'tool_use';
}

function isCall(value: unknown): value is JsonObject {
  return isObject(value) && (isObject(value['function']) || typeof value['name'] === 'string');
}

function repairCall(call: JsonObject): void {
  // As in the Responses API: name and arguments are in the call itself. Or it is one of a custom tool.
  if (call['function'] === undefined) {
    const { custom } = call;
    const called = isObject(custom) ? custom : call;
    const args = argumentsIn(called);
    if (typeof called['name'] === 'string' || args !== undefined)
      call['function'] = { name: called['name'] ?? null, arguments: args ?? '' };
  }
  if (typeof call['id'] === 'number') call['id'] = String(call['id']);
  keepIf(isText, call, 'id');
  keepIf(isShallow, call, 'extra_content');
  keepIf(isObject, call, 'function');
  const called = call['function'];
  if (!isObject(called)) return;
  keepIf(isText, called, 'name');
  if (called['arguments'] === undefined) {
    const args = argumentsIn(called);
    if (args !== undefined) called['arguments'] = args;
  }
}

/** The arguments under any name: Llama's own is `parameters`, Anthropic's `input`. */
function argumentsIn({ arguments: args, parameters, input }: JsonObject): Json | undefined {
  return args ?? parameters ?? input;
}

function keepIf(isRight: (value: unknown) => boolean, holder: JsonObject, key: string): void {
  const value = holder[key];
  if (value !== undefined && value !== null && !isRight(value)) holder[key] = null;
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

function isText(value: unknown): boolean {
  return typeof value === 'string';
}
