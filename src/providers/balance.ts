/** What providers tell of an account's money, as data in their presets. */
import { listAt, valueAt } from './read-json.ts';

export interface BalanceSource {
  /** Where a GET with the key tells it, from the origin of the base URL. */
  path: string;
  /** Where the answer has a list with one entry for each currency, its path, e.g. `balance_infos`. */
  each?: string;
  /** The path of the amount, a number or a text with one. */
  amount: string;
  /** An ISO 4217 code, or the path of a field that holds it. */
  currency: 'USD' | 'CNY' | { at: string };
  /** How many of its units are one of the currency. Default 1. */
  unitsOfOne?: number;
  /** Set where it is what is left of the key's own limit, and `null` stands for a key without one. */
  isOfKey?: true;
  /** Where that is documented, and the day of the reading, `YYYY-MM-DD`. */
  source: string;
  checked: string;
}

export interface Amount {
  amount: number;
  /** ISO 4217. */
  currency: string;
}

/** The amounts of an answer; undefined where it is not what is documented. Empty for a key without a limit. */
export function readBalance(source: BalanceSource, answer: unknown): Amount[] | undefined {
  const { each, amount, isOfKey = false } = source;
  const entries = each === undefined ? [answer] : (listAt(answer, each) ?? []);
  if (isOfKey && entries.every((entry) => valueAt(entry, amount) === null)) return [];
  const amounts = entries.flatMap((entry) => amountIn(entry, source) ?? []);
  return amounts.length > 0 && amounts.length === entries.length ? amounts : undefined;
}

function amountIn(entry: unknown, { amount, currency, unitsOfOne = 1 }: BalanceSource): Amount | undefined {
  const told = valueAt(entry, amount);
  const units = typeof told === 'string' && told.trim() !== '' ? Number(told) : told;
  const code = typeof currency === 'string' ? currency : valueAt(entry, currency.at);
  if (typeof units !== 'number' || !Number.isFinite(units)) return undefined;
  if (typeof code !== 'string' || !/^[A-Z]{3}$/.test(code)) return undefined;
  return { amount: units / unitsOfOne, currency: code };
}
