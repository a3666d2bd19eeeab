/**
 * OpenRouter-style `reasoning_details`: a list of entries that arrives in fragments. Fragments of one entry
 * share `type` and `index`; text grows, everything else (a late signature above all) replaces.
 */
import type { Json, JsonObject } from './responses.ts';

const GROWING_FIELDS = ['text', 'summary', 'data'] as const;

/** `details` with the fragments merged in, in order of first appearance. Entries are copied, never changed. */
export function mergeDetails(details: readonly Json[], fragments: readonly Json[]): Json[] {
  const merged = [...details];
  for (const fragment of fragments) {
    const at = isEntry(fragment) ? merged.findIndex((entry) => isSameEntry(entry, fragment)) : -1;
    const existing = merged[at];
    if (isEntry(existing) && isEntry(fragment)) merged[at] = grown(existing, fragment);
    else merged.push(fragment);
  }
  return merged;
}

/**
 * Fragments as they would be if each carried only what is new. MiniMax (2026-11) may send an entry's whole text
 * so far in every fragment.
 */
export class RepeatedDetails {
  readonly #texts = new Map<string, string>();

  news(fragments: readonly Json[]): Json[] {
    return fragments.map((fragment) => {
      if (!isEntry(fragment) || typeof fragment['text'] !== 'string') return fragment;
      const key = `${fragment['type']} ${fragment['index']}`;
      const before = this.#texts.get(key) ?? '';
      const { text } = fragment;
      const isRepeated = before !== '' && text.startsWith(before);
      this.#texts.set(key, isRepeated ? text : before + text);
      return isRepeated ? { ...fragment, text: text.slice(before.length) } : fragment;
    });
  }
}

/** The visible text of the fragments, for display. */
export function detailsText(fragments: readonly Json[]): string {
  let text = '';
  for (const fragment of fragments) {
    if (!isEntry(fragment)) continue;
    const { text: own, summary } = fragment;
    if (typeof own === 'string') text += own;
    else if (typeof summary === 'string') text += summary;
  }
  return text;
}

function isEntry(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSameEntry(entry: Json, fragment: JsonObject): boolean {
  if (!isEntry(entry)) return false;
  const { type, index } = fragment;
  return typeof index === 'number' && entry['index'] === index && entry['type'] === type;
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
