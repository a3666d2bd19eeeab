/** The text for Codex's apply_patch, which it takes only if the patch is all there is. */
import { isObject, parseJson } from '../../json.ts';

/** The tool's name in every release of Codex. */
export const PATCH_TOOL = 'apply_patch';

/** The first line of a patch. */
export const PATCH_START = '*** Begin Patch';

const BEGIN = /^[ \t]*\*\*\* Begin Patch[ \t]*\r?$/gm;
const END = /^[ \t]*\*\*\* End Patch[ \t]*\r?$/gm;

/** What models write around a patch. */
const WRAPPERS = ['`', '<', '{', '[', '"', PATCH_TOOL, 'bash', 'cat', 'input'];

/** Whether nothing is around the patch, as far as its beginning tells; undefined while that is too short. */
export function beginsBare(text: string): boolean | undefined {
  const start = text.trimStart();
  if (WRAPPERS.some((wrapper) => start.startsWith(wrapper))) return false;
  return WRAPPERS.some((wrapper) => wrapper.startsWith(start)) ? undefined : true;
}

/** The patch in a text: in a code fence, a here-document, prose, tags, or JSON once more; else the text. */
export function patchIn(text: string, levels = 3): string {
  if (/^\s*\*\*\* Begin Patch\s/.test(text)) return text;
  const begins = [...text.matchAll(BEGIN)];
  const ends = [...text.matchAll(END)];
  const [begin, end] = [begins[0], ends.at(-1)];
  if (begins.length === 1 && begin !== undefined && end !== undefined && end.index > begin.index)
    return text.slice(begin.index, end.index + end[0].length).trim();
  const inner = text.includes(PATCH_START) && levels > 0 ? stringIn(text) : undefined;
  return inner === undefined ? (inline(text) ?? text) : patchIn(inner, levels - 1);
}

/** The only string in JSON that holds a patch. */
function stringIn(text: string): string | undefined {
  const value = parseJson(text);
  if (typeof value === 'string') return value;
  const entries = isObject(value) ? Object.values(value) : Array.isArray(value) ? value : [];
  const found = entries.filter((entry) => typeof entry === 'string' && entry.includes(PATCH_START));
  const [only] = found;
  return found.length === 1 && typeof only === 'string' ? only : undefined;
}

/** A patch whose first line has something before it, or whose last line has something after it (`input="..."`). */
function inline(text: string): string | undefined {
  const pieces = text.split(PATCH_START);
  const [before = '', after = ''] = pieces;
  const end = after.lastIndexOf('*** End Patch');
  if (pieces.length !== 2 || end === -1 || !/["'`>=]$/.test(before) || !/^[ \t]*\r?\n/.test(after))
    return undefined;
  return `${PATCH_START}${after.slice(0, end)}*** End Patch`;
}
