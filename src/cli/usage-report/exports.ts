/** The forms for programs. Both have the same fields; later versions may add more at the end. */
import { csvOf, fieldsOf } from '../../usage/csv.ts';
import { PRICES_NAME } from '../../usage/prices-name.ts';
import type { UsageReport } from './report.ts';

export function asJson({ by, since, now, rows, total }: UsageReport): string {
  const report = {
    version: 1,
    by,
    since: new Date(since).toISOString(),
    until: new Date(now).toISOString(),
    prices: PRICES_NAME,
    rows: rows.map((row) => ({
      key: row.key,
      lastRequest: new Date(row.lastTime).toISOString(),
      ...fieldsOf(row),
    })),
    total: fieldsOf(total),
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}

/** A line for each row, without a total, which a reader might count twice. */
export function asCsv({ by, rows, total }: UsageReport): string {
  return csvOf([
    [by, 'lastRequest', ...Object.keys(fieldsOf(total))],
    ...rows.map((row) => [row.key, new Date(row.lastTime).toISOString(), ...Object.values(fieldsOf(row))]),
  ]);
}
