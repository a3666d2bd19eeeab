/** The usage as a table with bars, for a terminal of any width. */
import { dayOf } from '../../usage/calendar.ts';
import { PRICES_FILE } from '../../usage/own-prices.ts';
import { PRICES_NAME } from '../../usage/prices-name.ts';
import { type Row, type Sum, tokensOf } from '../../usage/summary.ts';
import { bar, compact, costCell, fitted, percent, widthOf, wrapped } from './cells.ts';
import type { UsageReport } from './report.ts';

const GAP = '  ';
/** A narrower bar would tell nothing. */
const LEAST_BAR = 6;
const MOST_BAR = 40;
const LEAST_KEY = 10;
const MOST_OF_KEY = 0.4;
/** Wider sentences would be hard to read. */
const MOST_OF_NOTES = 100;
/** How many rows are shown if they are not days; the rest is only counted. */
const MOST_ROWS = 30;
const MOST_NAMED = 3;

interface Column {
  title: string;
  show: (sum: Sum) => string;
  /** Columns with a higher weight are kept longer if there is little room. */
  weight: number;
}

const COLUMNS: readonly Column[] = [
  { title: 'requests', weight: 5, show: ({ requests }) => compact(requests) },
  { title: 'failed', weight: 1, show: ({ failed }) => compact(failed) },
  { title: 'input', weight: 4, show: ({ inputTokens }) => compact(inputTokens) },
  { title: 'cached', weight: 2, show: ({ cachedTokens, inputTokens }) => percent(cachedTokens, inputTokens) },
  { title: 'output', weight: 3, show: ({ outputTokens }) => compact(outputTokens) },
  { title: 'cost', weight: 6, show: costCell },
];

/** @param columns width of the terminal; no line is longer */
export function asTable(report: UsageReport, columns: number): string {
  const isEmpty = report.total.requests === 0;
  const notes = isEmpty ? notesOnNothing(report) : notesOn(report);
  const lines = [
    ...wrapped(titleOf(report), columns),
    '',
    ...(isEmpty ? [] : [...tableOf(report, columns), '']),
    ...notes.flatMap((note) => wrapped(note, Math.min(columns, MOST_OF_NOTES))),
  ];
  return `${lines.join('\n')}\n`;
}

function titleOf({ by, since }: UsageReport): string {
  return `Usage by ${by}, ${since === 0 ? 'all that is recorded' : `since ${dayOf(since)}`}`;
}

interface Layout {
  keyWidth: number;
  columns: readonly (Column & { width: number })[];
  /** The width of key and columns together. */
  width: number;
}

function tableOf({ rows, total, by }: UsageReport, columns: number): string[] {
  const shown = by === 'day' ? rows : rows.slice(0, MOST_ROWS);
  const layout = layOut([by, 'total', ...shown.map(nameOf)], [...shown, total], columns);
  const lengthOf = total.priced > 0 ? ({ costUsd }: Sum) => costUsd : tokensOf;
  const most = Math.max(...shown.map(lengthOf));
  const barWidth = Math.min(MOST_BAR, columns - layout.width - GAP.length);
  const lines = [
    lineOf(layout, by, ({ title }) => title),
    ...shown.map((row) => {
      const cells = lineOf(layout, nameOf(row), ({ show }) => show(row));
      return `${cells}${GAP}${bar(lengthOf(row), most, barWidth)}`.trimEnd();
    }),
    '─'.repeat(layout.width),
    lineOf(layout, 'total', ({ show }) => show(total)),
  ].map((line) => fitted(line, columns));
  const left = rows.length - shown.length;
  return left === 0 ? lines : [...lines, ...wrapped(`${left} more rows are in --csv and --json.`, columns)];
}

function lineOf({ keyWidth, columns }: Layout, key: string, cell: (column: Column) => string): string {
  const start = fitted(key, keyWidth);
  const padding = ' '.repeat(keyWidth - widthOf(start));
  return [start + padding, ...columns.map((column) => cell(column).padStart(column.width))].join(GAP);
}

function layOut(keys: readonly string[], sums: readonly Sum[], columns: number): Layout {
  const keyWidth = Math.min(
    Math.max(...keys.map(widthOf)),
    Math.max(LEAST_KEY, Math.floor(columns * MOST_OF_KEY)),
  );
  const kept = columnsFor(columns - keyWidth - GAP.length - LEAST_BAR, sums);
  return {
    keyWidth,
    columns: kept,
    width: kept.reduce((sum, { width }) => sum + GAP.length + width, keyWidth),
  };
}

/** The columns that fit, in order; those with the least weight are dropped first. */
function columnsFor(room: number, sums: readonly Sum[]): (Column & { width: number })[] {
  let kept = COLUMNS.map((column) => ({
    ...column,
    width: Math.max(column.title.length, ...sums.map((sum) => column.show(sum).length)),
  }));
  const widthOfAll = () => kept.reduce((sum, { width }) => sum + GAP.length + width, 0);
  while (kept.length > 1 && widthOfAll() > room) {
    const least = Math.min(...kept.map(({ weight }) => weight));
    kept = kept.filter(({ weight }) => weight !== least);
  }
  return kept;
}

function nameOf({ key }: Row): string {
  return key === '' ? '(none)' : key;
}

function notesOn({ total, unpriced }: UsageReport): string[] {
  const notes = [
    `Costs are what providers state, else your prices in ${PRICES_FILE}, else those of ${PRICES_NAME}.`,
  ];
  if (total.free > 0) notes.push('Plans, local models and refused requests count no money.');
  if (unpriced.size > 0) {
    const names = [...unpriced.keys()];
    const more = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : '';
    const example = JSON.stringify({ [names[0] ?? '']: { input: 0.5, output: 1.5 } });
    notes.push(
      `≥ means at least: the cost of ${total.unpriced === 1 ? '1 request' : `${compact(total.unpriced)} requests`} is not known ` +
        `(${names.slice(0, MOST_NAMED).join(', ')}${more}), for want of a price or of counts. Write prices, in USD ` +
        `per million tokens, into ${PRICES_FILE} in Codex's folder: ${example}`,
    );
  }
  return notes;
}

function notesOnNothing({ folder }: UsageReport): string[] {
  return [
    'No requests are recorded.',
    `A relay on the command line records them in ${folder}, unless it runs with --usage off.`,
  ];
}
