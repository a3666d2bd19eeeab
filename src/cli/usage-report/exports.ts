/** The forms for programs. Both have the same fields; later versions may add more at the end. */
import { PRICES_NAME } from '../../usage/prices-name.ts';
import type { Sum } from '../../usage/summary.ts';
import type { UsageReport } from './report.ts';

/** Costs are in USD; `null` where no request has a price. A sum is at least that where it is not complete. */
function fieldsOf(sum: Sum) {
  return {
    requests: sum.requests,
    failed: sum.failed,
    inputTokens: sum.inputTokens,
    cachedTokens: sum.cachedTokens,
    cacheWriteTokens: sum.cacheWriteTokens,
    outputTokens: sum.outputTokens,
    reasoningTokens: sum.reasoningTokens,
    costUsd: sum.priced === 0 ? null : roundedUsd(sum.costUsd),
    isCostComplete: sum.unpriced === 0,
    requestsWithoutPrice: sum.unpriced,
    requestsWithoutCharge: sum.free,
  };
}

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

/** A line for each row, without a total, which a reader would count again. */
export function asCsv({ by, rows, total }: UsageReport): string {
  const lines = [
    [by, 'lastRequest', ...Object.keys(fieldsOf(total))],
    ...rows.map((row) => [row.key, new Date(row.lastTime).toISOString(), ...Object.values(fieldsOf(row))]),
  ];
  return lines.map((line) => `${line.map(cell).join(',')}\n`).join('');
}

function cell(value: string | number | boolean | null): string {
  const text = value === null ? '' : String(value);
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Without the dust of adding fractions. */
function roundedUsd(usd: number): number {
  return Math.round(usd * 1e9) / 1e9;
}
