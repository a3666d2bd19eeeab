/**
 * `reasoning_details` as OpenRouter has them: a list whose entries arrive in fragments. The fragments of one entry
 * share `type` and `index`; their texts are joined, and any other field (usually a late signature) replaces the earlier
 * one.
 */

import type { Json, JsonObject } from '../../json.ts';
import { isObject } from '../../json.ts';

const GROWING_FIELDS = ['text', 'summary', 'data'] as const;

/** `details` with the fragments merged in, in order of first appearance. Entries are copied, never modified. */
export function mergeDetails(details: readonly Json[], fragments: readonly Json[]): Json[] {
  const merged = [...details];
  const places = new Map<string, number>();
  for (const [at, entry] of merged.entries()) {
    const identity = identityOf(entry);
    if (identity !== undefined && !places.has(identity)) places.set(identity, at);
  }
  for (const fragment of fragments) {
    const identity = identityOf(fragment);
    const at = identity === undefined ? undefined : places.get(identity);
    const existing = at === undefined ? undefined : merged[at];
    if (at !== undefined && isObject(existing) && isObject(fragment)) {
      merged[at] = grown(existing, fragment);
      continue;
    }
    if (identity !== undefined) places.set(identity, merged.length);
    merged.push(fragment);
  }
  return merged;
}

/** Reduces fragments to what is new: MiniMax (2026-11) may repeat an entry's whole text in each. */
export class RepeatedDetails {
  readonly #texts = new Map<string, string>();

  /** The fragments with only the text that earlier ones did not contain. */
  news(fragments: readonly Json[]): Json[] {
    return fragments.map((fragment) => {
      if (!isObject(fragment) || typeof fragment['text'] !== 'string') return fragment;
      const key = JSON.stringify([fragment['type'], fragment['index']]);
      const before = this.#texts.get(key) ?? '';
      const { text } = fragment;
      const isRepeated = before !== '' && text.startsWith(before);
      this.#texts.set(key, isRepeated ? text : before + text);
      return isRepeated ? { ...fragment, text: text.slice(before.length) } : fragment;
    });
  }
}

/** The human-readable text of the fragments. */
export function detailsText(fragments: readonly Json[]): string {
  let text = '';
  for (const fragment of fragments) {
    if (!isObject(fragment)) continue;
    const { text: own, summary } = fragment;
    if (typeof own === 'string') text += own;
    else if (typeof summary === 'string') text += summary;
  }
  return text;
}

/** What the fragments of one entry have in common; undefined for an entry that has no fragments. */
function identityOf(value: Json): string | undefined {
  if (!isObject(value) || typeof value['index'] !== 'number') return undefined;
  return JSON.stringify([value['index'], value['type'] ?? null]);
}

function grown(entry: JsonObject, fragment: JsonObject): JsonObject {
  const result = { ...entry };
  for (const [field, value] of Object.entries(fragment)) {
    if (value !== null) result[field] = value;
  }
  for (const field of GROWING_FIELDS) {
    const [before, after] = [entry[field], fragment[field]];
    if (typeof before === 'string' && typeof after === 'string') result[field] = before + after;
  }
  return result;
}
