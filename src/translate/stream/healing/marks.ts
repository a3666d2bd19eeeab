/** Finds where blocks of calls begin, for all families together. */
import { BARE } from './bare.ts';
import { type BlockMark, END_TOKENS, type LeakFamily } from './family.ts';
import { LEAK_FAMILIES } from './index.ts';
import { isCode } from './mentions.ts';

export interface Mark extends BlockMark {
  /** All families that open their blocks with this mark. */
  families: LeakFamily[];
}

export interface FoundMark {
  at: number;
  /** Undefined if only its beginning is there. */
  mark: Mark | undefined;
}

/** The characters with which marks begin. */
const FIRST = /[<[`]/g;

/** A text without such a character neither contains nor begins a mark. */
export function mayHoldMark(text: string): boolean {
  return text.includes('<') || text.includes('[') || text.includes('`');
}

const ALL: readonly Mark[] = marksOf(LEAK_FAMILIES);
const MARKS = ALL.filter(({ isFirst }) => !isFirst);
/** Marks that count only at the beginning of an answer. */
const FIRST_MARKS = ALL.filter(({ isFirst }) => isFirst);
/** Those of them that calls have which are known by a mark alone. */
const FIRST_WORDS = FIRST_MARKS.filter(({ families }) => !families.includes(BARE));

/**
 * The mark with which an answer begins, or the beginning of one.
 * @param text begins with the answer
 * @param mayBeBare whether calls without any mark count
 */
export function startMark(text: string, mayBeBare: boolean): FoundMark | undefined {
  const at = text.search(/\S/);
  if (at === -1) return undefined;
  const rest = text.slice(at);
  const marks = mayBeBare ? FIRST_MARKS : FIRST_WORDS;
  // `[` is also the beginning of `[TOOL_CALLS]`, which is searched for anywhere.
  if (MARKS.some(({ open }) => rest.startsWith(open))) return undefined;
  // Tokens are longer than a letter, and many answers begin with it.
  const isHalf = ({ open }: Mark) =>
    rest.length < open.length && open.startsWith(rest) && !/^[a-z]$/.test(rest);
  if (MARKS.some(isHalf) || marks.some(isHalf)) return { at, mark: undefined };
  const mark = marks.find(({ open }) => rest.startsWith(open));
  return mark === undefined ? undefined : { at, mark };
}

/**
 * The first mark in a text, or the beginning of one at its end.
 * @param before what was said before the text
 */
export function firstMark(text: string, before: string): FoundMark | undefined {
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
  // What closes a code fence may also open one.
  ...new Set(MARKS.flatMap(({ close }) => (close === null || close.startsWith('`') ? [] : close))),
  ...END_TOKENS,
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
