/** Reads what servers tell about models, with undefined for any value that is not what it should be. */
import { asObject } from '../json.ts';

/** The value at a path of keys, e.g. `meta.n_ctx`. */
export function valueAt(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((inner, key) => asObject(inner)?.[key], value);
}

/** Only text that is not empty. */
export function textAt(value: unknown, path: string): string | undefined {
  const found = valueAt(value, path);
  return typeof found === 'string' && found !== '' ? found : undefined;
}

/** Only a boolean. */
export function flagAt(value: unknown, path: string): boolean | undefined {
  const found = valueAt(value, path);
  return typeof found === 'boolean' ? found : undefined;
}

/** Only a list. */
export function listAt(value: unknown, path: string): unknown[] | undefined {
  const found = valueAt(value, path);
  return Array.isArray(found) ? found : undefined;
}

/** A positive whole number at a path, also in the spellings of gateways: `"131072"`, `"131,072"`, `"128k"`. */
export function countAt(value: unknown, path: string): number | undefined {
  return count(valueAt(value, path));
}

/** `k` and `m` may mean thousands or 1024s, so the smaller is assumed. */
const UNITS: Readonly<Record<string, number>> = { k: 1000, m: 1_000_000 };

/** The same for a value that was already read. */
export function count(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value > 0 ? value : undefined;
  if (typeof value !== 'string') return undefined;
  const [, digits = '', unit = ''] = /^\s*(\d[\d,_]*(?:\.\d+)?)\s*([km]?)\s*$/i.exec(value) ?? [];
  return count(Number(digits.replaceAll(/[,_]/g, '')) * (UNITS[unit.toLowerCase()] ?? 1));
}

/** The smallest known count: if there are several limits, the smallest applies. */
export function smallest(counts: readonly (number | undefined)[]): number | undefined {
  const told = counts.filter((one) => one !== undefined);
  return told.length === 0 ? undefined : Math.min(...told);
}

/** Only the fields that have a value. */
export function told<T extends object>(fields: { [Key in keyof T]?: T[Key] | undefined }): Partial<T> {
  // Each value that remains is one of T's; the type checker cannot follow that through a list of entries.
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;
}
