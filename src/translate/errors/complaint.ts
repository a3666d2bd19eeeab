/** The words of an error that is under none of the usual names, or that is nested more deeply than usual. */
import { asObject, type Json, type JsonObject } from '../../json.ts';

export interface Complaint {
  words: string;
  /** Codes beside the words, and the names of errors that they were under, as Bedrock's `throttlingException`. */
  codes: string[];
  /** The objects around the words, outermost first. */
  holders: JsonObject[];
}

/** Names of what is said, the most telling first. */
const WORDS: readonly RegExp[] = [
  /(message|msg|desc(ription)?|detail|faultstring|explanation)$/i,
  /^(?!finish).*(err|exception|fault|fail|reason|title)/i,
];
const CODE = /^(err(or)?_?)?(code|type|status)$/i;
const FAULT = /err|exception|fault/i;
/** Bodies of other kinds are not searched for words. */
const MAX_DEPTH = 4;
const MAX_FIELDS = 50;

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
