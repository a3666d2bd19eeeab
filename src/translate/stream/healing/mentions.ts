/** Tells text about the syntax of calls from calls: an example that is shown or quoted must never run. */

/** A block that was read as calls, and what surrounds it. */
export interface Surroundings {
  /** What was said before it. */
  before: string;
  /** The blanks and stray marks between it and what follows. */
  gap: string;
  /** What follows, not blank. */
  after: string;
}

/** Whether what follows this text is in code or in a quotation. */
export function isCode(before: string): boolean {
  const start = before.lastIndexOf('\n') + 1;
  const line = before.slice(start);
  if (isOdd(partsIn(before, '```')) || isOdd(partsIn(line, '`')) || /^\s*>/.test(line)) return true;
  if (before.includes('~~~') && isOdd(before.match(/^[ \t>]*~~~/gm)?.length ?? 0)) return true;
  // Markdown takes indented lines after a blank one for code.
  if (/^(?: {4,}|\t)\s*$/.test(line) && /\S[^\S\n]*\n\s*\n$/.test(before.slice(0, start))) return true;
  return ELEMENTS.some(([open, close]) => partsIn(before, open) > partsIn(before, close));
}

const ELEMENTS = [
  ['<code>', '</code>'],
  ['<pre>', '</pre>'],
] as const;

/** What announces an example, if it ends in a colon. */
const ANNOUNCED =
  /(?:\b(?:examples?|for instance|syntax|format|markup|looks? like|would (?:write|emit|be|look|say))\b|\be\.g\.|例|语法|格式)[^\n]*[:：]\s*$/i;

/**
 * Whether calls are part of a sentence, or an example that is explained afterwards. Models that make a call end their
 * answer with it, or go on as if it had been answered, on a new line.
 */
export function isMention({ before, gap, after }: Surroundings): boolean {
  if (ANNOUNCED.test(before.slice(-MAX_LINE))) return true;
  if (gap.includes('\n')) return false;
  const line = before.slice(before.lastIndexOf('\n') + 1);
  return line.trim() !== '' || /^[,.;:!?)"'`\]”»’」』]/.test(after) || (gap !== '' && /^\p{Ll}/u.test(after));
}

/** Of the text before, this much is looked at. */
const MAX_LINE = 300;

function partsIn(text: string, mark: string): number {
  return text.split(mark).length - 1;
}

function isOdd(count: number): boolean {
  return count % 2 === 1;
}
