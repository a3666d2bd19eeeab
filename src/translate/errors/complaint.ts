/** Tells what is an error, and finds the words of one that is under none of the usual names, or that is nested more deeply than usual. */
import { asObject, type Json, type JsonObject } from '../../json.ts';

export interface Complaint {
  words: string;
  /** Codes beside the words, and the names of errors that they were under, as Bedrock's `throttlingException`. */
  codes: string[];
  /** The objects around the words, outermost first. */
  holders: JsonObject[];
}

/** Names of what is said, the most telling first. */
const WORDS = [
  /(message|msg|desc(ription)?|detail|faultstring|explanation)$/i,
  /^(?!finish).*(err|exception|fault|fail|reason|title)/i,
] as const;
const CODE = /^(err(or)?_?)?(code|type|status)$/i;
const FAULT = /err|exception|fault/i;
/** Bodies of other kinds are not searched for words. */
const MAX_DEPTH = 4;
const MAX_FIELDS = 50;

const CODE_NAME = /^(err(or)?_?)?(code|no|num)$|^ret(code)?$|^status_?code$/i;
const FAULT_NAME = /^err(or)?s?(_?(msg|message|type|info|detail|text))?$|exception$|^fault$|^__type$/i;
const STATE_NAME = /^(type|object|status|state|event)$/i;
const FAILED = /^(err(or)?|fail(ed|ure)?|exception|fault)$/i;
/** As codes and as words. */
const FINE = /^(0|20\d|ok|okay|success(ful)?|succeeded|none|null|false|no error)?$/i;

/** Whether an object that is not part of an answer says that something failed. */
export function isFailure(value: JsonObject): boolean {
  if (value['success'] === false || value['ok'] === false) return true;
  const names = Object.keys(value).slice(0, MAX_FIELDS);
  const holds = (pattern: RegExp, isMeant: (entry: Json | undefined) => boolean) =>
    names.some((name) => pattern.test(name) && isMeant(value[name]));
  if (holds(STATE_NAME, (state) => typeof state === 'string' && FAILED.test(state))) return true;
  const codes = names.filter((name) => CODE_NAME.test(name)).flatMap((name) => codeOf(value[name]));
  if (codes.length > 0 && codes.every((code) => FINE.test(code))) return false;
  return holds(FAULT_NAME, saysSomething) || (codes.length > 0 && holds(WORDS[0], isWords));
}

function saysSomething(value: Json | undefined): boolean {
  if (typeof value === 'string') return !FINE.test(value.trim());
  return typeof value === 'object' && value !== null && Object.values(value).some(Boolean);
}

export function complaintIn(value: JsonObject, depth = 0): Complaint | undefined {
  const names = Object.keys(value).slice(0, MAX_FIELDS);
  const codes = names.filter((name) => CODE.test(name)).flatMap((name) => codeOf(value[name]));
  for (const pattern of WORDS) {
    const words = names
      .filter((name) => pattern.test(name))
      .map((name) => value[name])
      .find(isWords);
    if (words !== undefined) return { words, codes, holders: [value] };
  }
  if (depth >= MAX_DEPTH) return undefined;
  for (const name of names) {
    const inner = objectIn(value[name]);
    const found = inner === undefined ? undefined : complaintIn(inner, depth + 1);
    if (found === undefined) continue;
    const own = FAULT.test(name) && !/^errors?$/i.test(name) ? [name] : [];
    return { ...found, codes: [...found.codes, ...own, ...codes], holders: [value, ...found.holders] };
  }
  return undefined;
}

function objectIn(value: Json | undefined): JsonObject | undefined {
  return asObject(Array.isArray(value) ? value[0] : value);
}

function isWords(value: Json | undefined): value is string {
  return typeof value === 'string' && value.trim() !== '';
}

function codeOf(value: Json | undefined): string[] {
  return typeof value === 'string' || typeof value === 'number' ? [String(value)] : [];
}
