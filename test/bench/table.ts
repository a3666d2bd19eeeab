/** The one table that the bench prints. */
import type { Spread } from './statistics.ts';

export interface Row {
  measure: string;
  direct: string;
  relay: string;
  /** Relay against direct, or the relay alone where there is nothing to compare: min / median / max. */
  compared: string;
  aim: string;
  /** Undefined where there is no aim. */
  met?: boolean;
}

const HEAD: Row = {
  measure: 'measure',
  direct: 'direct',
  relay: 'relay',
  compared: 'min / median / max',
  aim: 'aim',
};

export function renderTable(rows: readonly Row[]): string {
  const cells = [HEAD, ...rows].map((row) => [
    row.measure,
    row.direct,
    row.relay,
    row.compared,
    row.aim,
    row === HEAD ? 'met' : row.met === undefined ? '' : row.met ? 'yes' : 'NO',
  ]);
  const widths = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((row) => width(row[column]))));
  const lines = cells.map((row) =>
    row
      .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - width(cell)))
      .join('  ')
      .trimEnd(),
  );
  const rule = '-'.repeat(Math.max(...lines.map((line) => line.length)));
  return [lines[0], rule, ...lines.slice(1)].join('\n');
}

export function three({ min, median, max }: Spread, show: (value: number) => string): string {
  return `${show(min)} / ${show(median)} / ${show(max)}`;
}

export const ms = (value: number) => `${value.toFixed(2)} ms`;
export const ratio = (value: number) => value.toFixed(2);
export const perSecond = (value: number) => `${Math.round(value).toLocaleString('en')}/s`;
export const mib = (bytes: number) => `${(bytes / 1024 / 1024).toFixed(1)} MiB`;

function width(cell: string | undefined): number {
  return cell?.length ?? 0;
}
