/** CSV of sums and names, the same in every host; later versions may add columns at the end. */
import type { Cell } from './overview.ts';
import type { Sum } from './summary.ts';

type Value = string | number | boolean | null;

/** Costs are in USD; `null` if no request has a price. An incomplete sum is a lower bound. */
export function fieldsOf(sum: Sum) {
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

export function csvOf(lines: readonly (readonly Value[])[]): string {
  return lines.map((line) => `${line.map(cell).join(',')}\n`).join('');
}

/** A line for each day and model. */
export function cellsAsCsv(cells: readonly Cell[]): string {
  const [first] = cells;
  if (first === undefined) return '';
  const fields = ['day', 'provider', 'model', ...Object.keys(fieldsOf(first)), 'cacheSavedUsd'];
  return csvOf([
    fields,
    ...cells.map((one) => [
      one.day,
      one.upstream,
      one.model,
      ...Object.values(fieldsOf(one)),
      roundedUsd(one.savedUsd),
    ]),
  ]);
}

function cell(value: Value): string {
  if (typeof value !== 'string') return value === null ? '' : String(value);
  // Otherwise a spreadsheet would take such a name for a formula.
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Without the rounding errors of adding fractions. */
function roundedUsd(usd: number): number {
  return Math.round(usd * 1e9) / 1e9;
}
