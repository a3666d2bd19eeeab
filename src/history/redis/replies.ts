/** Reads the scripts' answers as the client library returns them. */
import { RelayError } from '../../errors.ts';

export function asList(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new RelayError('internal_error', 'history: the store answered with something that is no list.');
}

export function asBytes(value: unknown): Buffer {
  return Buffer.isBuffer(value) ? value : Buffer.alloc(0);
}

export function textOf(value: unknown): string {
  return Buffer.isBuffer(value) ? value.toString() : String(value ?? '');
}
