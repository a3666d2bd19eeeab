/**
 * Makes whatever a provider sent fit the type of a chunk, by finding what is in another place or under another name,
 * and removing fields of impossible types. This runs for every chunk, so nothing is copied, and a proper chunk is not
 * changed.
 */
import { isObject, type Json, type JsonObject, parseObject } from '../json.ts';
import type { ChatChunk } from './chat.ts';
import { FINISH_NAMES, isText, keepIf, repairDelta } from './delta-shape.ts';
import { isBlank, Spellings } from './spellings.ts';
import { unwrapped } from './unwrapped.ts';

const CHUNK_FIELDS = new Spellings({ choices: [], usage: [], error: [], finish_reason: FINISH_NAMES });
const CHOICE_FIELDS = new Spellings({
  index: [],
  delta: [],
  message: [],
  finish_reason: FINISH_NAMES,
  usage: [],
  error: [],
  logprobs: [],
});
/** What belongs into a delta, and may be beside it, or in its place. */
const OF_DELTA = ['content', 'text', 'reasoning_content', 'reasoning', 'tool_calls', 'refusal'] as const;

/** @param value freshly parsed; it is modified where it is wrong */
export function asChatChunk(value: unknown): ChatChunk {
  if (!isObject(value)) return {};
  const chunk = Array.isArray(value['choices']) ? value : withChoices(value);
  const { usage } = chunk;
  if (!isBlank(usage) && !isObject(usage)) chunk['usage'] = usageIn(usage);
  const choices = chunk['choices'];
  if (!Array.isArray(choices)) return chunk;
  if (choices.length > 0) dropEmptyError(chunk);
  // What is no choice would still count as one of several.
  if (!choices.every(isObject)) chunk['choices'] = choices.filter(isObject);
  for (const choice of choices) if (isObject(choice)) repairChoice(choice);
  if (choices.length < 2) takeFinish(chunk, choices);
  return chunk;
}

/** A chunk without a list of choices, which may have its answer in another place. */
function withChoices(value: JsonObject): JsonObject {
  CHUNK_FIELDS.correct(value);
  const { choices, error } = value;
  if (isObject(choices)) value['choices'] = listOfChoices(choices);
  keepIf(Array.isArray, value, 'choices');
  if (Array.isArray(value['choices']) || (error && !isEmpty(error))) return value;
  const inner = unwrapped(value);
  if (inner !== value) {
    CHUNK_FIELDS.correct(inner);
    return inner;
  }
  const said = saidAlone(value);
  const finish_reason = value['finish_reason'] ?? (value['done'] === true ? 'stop' : null);
  if (said !== undefined) value['choices'] = [{ index: 0, delta: said, finish_reason }];
  else if (typeof finish_reason === 'string' && typeof value['message'] !== 'string')
    value['choices'] = [{ index: 0, finish_reason }];
  return value;
}

const SAID = ['role', 'content', 'tool_calls'] as const;

/** One choice without a list around it, or several under their numbers. */
function listOfChoices(choices: JsonObject): JsonObject[] | null {
  const isChoice = (value: unknown): value is JsonObject =>
    isObject(value) && (isObject(value['delta']) || isObject(value['message']));
  if (isChoice(choices)) return [choices];
  const list = Object.values(choices);
  return list.length > 0 && list.every(isChoice) ? list : null;
}

/** What is said without a choice around it. Ollama's own API, 2026-11: a `message`, which is only what is new. */
function saidAlone({ type, message, delta }: JsonObject): JsonObject | undefined {
  // The events of other APIs have deltas of their own.
  if (typeof type === 'string') return undefined;
  return [delta, message].filter(isObject).find((said) => SAID.some((name) => said[name] !== undefined));
}

function usageIn(usage: unknown): JsonObject | null {
  const only = Array.isArray(usage) && usage.length === 1 ? usage[0] : usage;
  return isObject(only) ? only : ((typeof only === 'string' ? parseObject(only) : undefined) ?? null);
}

/** The reason for the end may be in the chunk itself. */
function takeFinish(chunk: JsonObject, choices: readonly Json[]): void {
  const { finish_reason, finishReason, stop_reason, stopReason, done_reason } = chunk;
  const reason = finish_reason ?? finishReason ?? stop_reason ?? stopReason ?? done_reason;
  if (typeof reason !== 'string' || reason === '') return;
  const [choice] = choices;
  if (choice === undefined) chunk['choices'] = [{ index: 0, finish_reason: reason }];
  else if (isObject(choice) && isBlank(choice['finish_reason'])) choice['finish_reason'] = reason;
}

function repairChoice(choice: JsonObject): void {
  const hasOthers = CHOICE_FIELDS.correct(choice);
  dropEmptyError(choice);
  keepIf(isObject, choice, 'usage');
  keepIf(isObject, choice, 'delta');
  keepIf(isObject, choice, 'message');
  if (hasOthers) gatherDelta(choice);
  const { delta, message } = choice;
  if (isObject(delta)) repairIn(choice, delta);
  if (isObject(message)) repairIn(choice, message);
  const { finish_reason: reason } = choice;
  if (isObject(reason)) choice['finish_reason'] = reason['type'] ?? reason['reason'] ?? null;
  keepIf(isText, choice, 'finish_reason');
}

function repairIn(choice: JsonObject, said: JsonObject): void {
  repairDelta(said);
  const { error, finish_reason } = said;
  if (error && !choice['error']) choice['error'] = error;
  if (finish_reason !== undefined && isBlank(choice['finish_reason']))
    choice['finish_reason'] = finish_reason;
}

/** Servers with an older API have the text in the choice itself; some gateways leave calls and thinking there. */
function gatherDelta(choice: JsonObject): void {
  const { delta, message } = choice;
  const said = isObject(delta) ? delta : isObject(message) ? message : {};
  for (const name of OF_DELTA) {
    const value = choice[name];
    if (value === undefined || isBlank(value) || !isBlank(said[name])) continue;
    said[name] = value;
    if (said !== message) choice['delta'] = said;
  }
}

/**
 * Gateways that write out every field of a type send an error without a word or code, or one that says that all is
 * well, beside each delta.
 */
function dropEmptyError(holder: JsonObject): void {
  const { error } = holder;
  if (error !== undefined && isEmpty(error)) holder['error'] = null;
}

const NO_ERROR = /^(0|200|ok|success|none|null|)$/i;

function isEmpty(error: Json): boolean {
  if (isObject(error)) return Object.values(error).every(saysNoError);
  return typeof error === 'string' && saysNoError(error);
}

function saysNoError(value: Json): boolean {
  return !value || (typeof value !== 'object' && NO_ERROR.test(String(value)));
}
