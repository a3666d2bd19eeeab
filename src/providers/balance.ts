/** How providers report an account's balance, as data in their presets. */
import { listAt, valueAt } from './read-json.ts';

/** Where a provider tells what is left on an account, and how to read its answer. */
export interface BalanceSource {
  /** The path, below the origin of the base URL, where a GET with the key tells it. */
  path: string;
  /** If the answer has a list with one entry for each currency, its path, e.g. `balance_infos`. */
  each?: string;
  /** The path of the amount, a number or a string with one. */
  amount: string;
  /** An ISO 4217 code, or the path of a field that holds it. */
  currency: 'USD' | 'CNY' | { at: string };
  /** How many of its units make one unit of the currency. Default 1. */
  unitsOfOne?: number;
  /** Set if it is what is left of the key's own limit, where `null` means that the key has none. */
  isOfKey?: true;
  /** Where this is documented, and the day when it was read, `YYYY-MM-DD`. */
  source: string;
  checked: string;
}

/** What is left, in one currency. */
export interface Amount {
  amount: number;
  /** ISO 4217. */
  currency: string;
}

/** The amounts in an answer; undefined if it is not as documented. Empty for a key without a limit. */
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
