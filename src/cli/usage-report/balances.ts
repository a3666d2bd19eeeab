/** What is left on accounts, as text and as JSON. */
import type { Balance } from '../../index.ts';
import { fitted, widthOf } from './cells.ts';

export interface AskedBalance {
  /** The upstream's id, and the provider's name. */
  id: string;
  name: string;
  /** Its answer, or a sentence that says why there is none. */
  told: Balance | string;
}

/** One line for each upstream; a narrow terminal may wrap it. */
export function balancesAsText(asked: readonly AskedBalance[]): string {
  const width = Math.max(...asked.map(({ name }) => widthOf(name)));
  return asked
    .map(({ name, told }) => `${name}${' '.repeat(width - widthOf(name))}  ${inWords(told)}\n`)
    .join('');
}

function inWords(told: Balance | string): string {
  // A provider's words may contain control sequences for the terminal.
  if (typeof told === 'string') return fitted(told, Number.POSITIVE_INFINITY);
  const amounts = told.amounts.map(({ amount, currency }) => `${money(amount)} ${currency}`).join(', ');
  if (!told.isOfKey) return amounts;
  return amounts === '' ? 'no limit is set for this key' : `${amounts} left of the limit of this key`;
}

function money(amount: number): string {
  return amount.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

export function balancesAsJson(asked: readonly AskedBalance[]): string {
  const upstreams = asked.map(({ id, name, told }) =>
    typeof told === 'string' ? { id, name, error: told } : { id, name, ...told },
  );
  return `${JSON.stringify({ version: 1, upstreams }, null, 2)}\n`;
}
