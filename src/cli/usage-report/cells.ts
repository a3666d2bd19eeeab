/** Formats numbers and names for the table. */
import type { Sum } from '../../usage/summary.ts';

/** At most six characters: `9,999`, `12.3k`, `4.56M`. */
export function compact(count: number): string {
  if (count < 10_000) return count.toLocaleString('en-US');
  for (const [unit, size] of [
    ['k', 1e3],
    ['M', 1e6],
    ['G', 1e9],
  ] as const) {
    const value = count / size;
    if (value < 999.5) return `${value.toPrecision(3)}${unit}`;
  }
  return `${Math.round(count / 1e12)}T`;
}

/** `-` if nothing is charged for any of it, `?` if no cost is known, with `≥` if some is unknown. */
export function costCell({ priced, unpriced, costUsd }: Sum): string {
  if (priced === 0) return unpriced === 0 ? '-' : '?';
  return unpriced === 0 ? dollars(costUsd) : `≥ ${dollars(costUsd)}`;
}

function dollars(usd: number): string {
  if (usd > 0 && usd < 0.005) return '<$0.01';
  return usd.toLocaleString('en-US', { style: 'currency', currency: 'USD' });
}

export function percent(part: number, whole: number): string {
  return whole === 0 ? '-' : `${Math.round((100 * part) / whole)}%`;
}

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'] as const;

/** A bar of at most this many columns; anything above zero shows. */
export function bar(value: number, most: number, columns: number): string {
  if (value <= 0 || most <= 0 || columns < 1) return '';
  const eighths = Math.max(1, Math.round((value / most) * columns * 8));
  return '█'.repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? '');
}

/** Scripts whose characters take two columns. */
const WIDE =
  /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Emoji_Presentation}\uff01-\uff60]/u;

/** How many columns of a terminal the text takes. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += WIDE.test(character) ? 2 : 1;
  return width;
}

/** What fits into this many columns, with `…` for the rest, and without control characters. */
export function fitted(text: string, columns: number): string {
  const shown = harmless(text);
  if (widthOf(shown) <= columns) return shown;
  let start = '';
  for (const character of shown) {
    if (widthOf(start + character) > columns - 1) break;
    start += character;
  }
  return `${start}…`;
}

/** A name may contain control sequences for the terminal. */
function harmless(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, '�');
}

/** Lines of at most this many columns, without control characters; longer words are broken. */
export function wrapped(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (const word of harmless(text)
    .split(' ')
    .flatMap((long) => broken(long, columns))) {
    const last = lines.at(-1);
    if (last !== undefined && widthOf(last) + 1 + widthOf(word) <= columns)
      lines.splice(-1, 1, `${last} ${word}`);
    else lines.push(word);
  }
  return lines;
}

function broken(word: string, columns: number): string[] {
  const pieces = [''];
  for (const character of word) {
    const last = pieces.at(-1) ?? '';
    if (widthOf(last + character) <= columns) pieces.splice(-1, 1, last + character);
    else pieces.push(character);
  }
  return pieces;
}
