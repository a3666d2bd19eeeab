/** Finds where blocks of calls begin, for all families together. */
import type { BlockMark, LeakFamily } from './family.ts';
import { LEAK_FAMILIES } from './index.ts';
import { isCode } from './mentions.ts';

export interface Mark extends BlockMark {
  /** All families that open their blocks with this mark. */
  families: LeakFamily[];
}

/** The characters with which marks begin. */
const FIRST = /[<[]/g;

/** A text without such a character neither contains nor begins a mark. */
export function mayHoldMark(text: string): boolean {
  return text.includes('<') || text.includes('[');
}

const MARKS: readonly Mark[] = marksOf(LEAK_FAMILIES);

/** Whether a text, such as a user's question, contains a mark. */
export function holdsMark(text: string): boolean {
  return mayHoldMark(text) && MARKS.some(({ open }) => text.includes(open));
}

/**
 * The first mark in a text, or the beginning of one at its end.
 * @param before what was said before the text
 * @returns `mark` is undefined if only its beginning is there
 */
export function firstMark(text: string, before: string): { at: number; mark: Mark | undefined } | undefined {
  FIRST.lastIndex = 0;
  for (let found = FIRST.exec(text); found !== null; found = FIRST.exec(text)) {
    const at = found.index;
    const mark = MARKS.find(({ open }) => text.startsWith(open, at));
    if (mark !== undefined && !isCode(before + text.slice(0, at))) return { at, mark };
    const rest = text.slice(at);
    if (mark === undefined && MARKS.some(({ open }) => open.startsWith(rest))) return { at, mark };
  }
  return undefined;
}

/** Stray marks and end-of-turn tokens that models leave after a call. */
const STRAYS: readonly string[] = [
  ...new Set(MARKS.flatMap(({ close }) => close ?? [])),
  '<|im_end|>',
  '<|eom_id|>',
  '<|eot_id|>',
  '<|end_of_text|>',
  '<｜end▁of▁sentence｜>',
  '<|end_of_sentence|>',
  '</s>',
];

/**
 * How many characters at the beginning of a text are white space or marks that close nothing.
 * @returns `mayGoOn` if the text ends inside what may be another such mark
 */
export function strayLength(text: string): { length: number; mayGoOn: boolean } {
  let length = 0;
  for (;;) {
    length += text.slice(length).search(/\S|$/);
    const rest = text.slice(length);
    const stray = STRAYS.find((mark) => rest.startsWith(mark));
    if (stray === undefined) return { length, mayGoOn: STRAYS.some((mark) => mark.startsWith(rest)) };
    length += stray.length;
  }
}

function marksOf(families: readonly LeakFamily[]): Mark[] {
  const marks = new Map<string, Mark>();
  for (const family of families) {
    for (const mark of family.marks) {
      const known = marks.get(mark.open);
      if (known === undefined) marks.set(mark.open, { ...mark, families: [family] });
      else known.families.push(family);
    }
  }
  return [...marks.values()];
}
