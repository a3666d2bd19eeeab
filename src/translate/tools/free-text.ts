/** Finds the text that a model meant for a free-text tool if it did not use the declared field. */

import { isObject, type Json, parseJson } from '../../json.ts';
import { PATCH_START, PATCH_TOOL, patchIn } from './patch-text.ts';

/** Names under which models put the text, the likeliest first. */
const TEXT_NAMES = [
  'input',
  'patch',
  'diff',
  'content',
  'text',
  'code',
  'script',
  'command',
  'cmd',
  'arguments',
];

/** Deeper than this, no model nests a text by mistake. */
const MAX_DEPTH = 8;

/**
 * The text in a call's arguments, whatever their shape: the declared field, else the only string anywhere in them, or
 * the unmistakable one of several. If nothing can be made out, all of the arguments: the client then tells the model
 * what it expects.
 * @param field the declared one
 * @param tool the tool's name, which some models repeat before the text
 */
export function freeTextOf(argumentsText: string, field: string, tool: string): string {
  const text = textIn(argumentsText, field, tool);
  return tool === PATCH_TOOL ? patchIn(text) : text;
}

function textIn(argumentsText: string, field: string, tool: string): string {
  const value = parseJson(argumentsText);
  if (value === undefined) return withStrayQuotes(argumentsText, field) ?? argumentsText;
  if (typeof value === 'string') return value;
  if (value === null || isEmpty(value)) return '';
  const named = isObject(value) ? value[field] : undefined;
  if (typeof named === 'string') return named;
  return meantIn(value, tool) ?? argumentsText;
}

function isEmpty(value: Json): boolean {
  return typeof value === 'object' && value !== null && Object.values(value).every((entry) => entry === null);
}

function meantIn(value: Json, tool: string): string | undefined {
  const strings: string[] = [];
  collectStrings(value, strings, 0);
  const texts = strings.filter((text) => text.trim() !== '' && text.trim() !== tool);
  const [only] = texts;
  if (texts.length === 1) return only;
  const patches = texts.filter((text) => text.includes(PATCH_START));
  // A list with one line of the patch in each entry.
  if (patches.length === 1 && patches[0]?.trim() === PATCH_START) return linesIn(value);
  if (patches.length > 0) return patches.length === 1 ? patches[0] : undefined;
  return namedIn(value, tool);
}

function collectStrings(value: Json, into: string[], depth: number): void {
  if (typeof value === 'string') into.push(value);
  else if (typeof value === 'object' && value !== null && depth < MAX_DEPTH) {
    for (const entry of Object.values(value)) collectStrings(entry, into, depth + 1);
  }
}

/** The string, or what contains it, under the likeliest name. */
function namedIn(value: Json, tool: string): string | undefined {
  if (!isObject(value)) return undefined;
  for (const name of TEXT_NAMES) {
    const entry = value[name];
    if (typeof entry === 'string' && entry !== '') return entry;
    if (typeof entry === 'object' && entry !== null) return meantIn(entry, tool);
  }
  return undefined;
}

function linesIn(value: Json): string | undefined {
  if (Array.isArray(value)) {
    const from = value.indexOf(PATCH_START);
    const lines = value.slice(Math.max(from, 0));
    return from !== -1 && lines.every((line) => typeof line === 'string') ? lines.join('\n') : undefined;
  }
  if (!isObject(value)) return undefined;
  for (const entry of Object.values(value)) {
    const lines = linesIn(entry);
    if (lines !== undefined) return lines;
  }
  return undefined;
}

/**
 * The declared field's text if the model forgot to escape quotes in it: there is no other field, so everything between
 * the first quote and the last is meant. Undefined if that is not certain.
 */
function withStrayQuotes(argumentsText: string, field: string): string | undefined {
  const head = new RegExp(`^\\s*\\{\\s*"${field}"\\s*:\\s*"`).exec(argumentsText)?.[0];
  const tail = /"\s*\}\s*$/.exec(argumentsText)?.[0];
  if (head === undefined || tail === undefined || head.length + tail.length > argumentsText.length)
    return undefined;
  const inner = argumentsText.slice(head.length, -tail.length);
  // Another field seems to follow, so there is no telling where the text ends.
  if (/"\s*:/.test(inner)) return undefined;
  const quoted = inner.replace(/\\[\s\S]|["\n\r\t]/g, (found) => ESCAPES[found] ?? found);
  const value = parseJson(`"${quoted}"`);
  return typeof value === 'string' ? value : undefined;
}

const ESCAPES: Readonly<Record<string, string>> = { '"': '\\"', '\n': '\\n', '\r': '\\r', '\t': '\\t' };
