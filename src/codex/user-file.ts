/** Reads the JSON files that users write for the relay in Codex's folder, and says where one is wrong. */
import type { ZodMiniType } from 'zod/mini';
import { messageOf } from '../errors.ts';
import { withoutByteOrderMark } from '../json.ts';
import { CodexConfigError } from './errors.ts';

/**
 * The content of such a file.
 * @param name of the file, for messages
 * @param schema its messages complete the sentence that begins with the place of the mistake
 * @throws CodexConfigError that names the file and the first mistake in it
 */
export function parseUserFile<T>(name: string, text: string, schema: ZodMiniType<T>): T {
  const result = schema.safeParse(jsonIn(name, text));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const place = issue?.path.map((part) => JSON.stringify(part)).join(' > ');
  throw new CodexConfigError(`${name}: ${place ? `${place}: ` : ''}${issue?.message ?? 'not usable'}`);
}

function jsonIn(name: string, text: string): unknown {
  try {
    return JSON.parse(withoutByteOrderMark(text));
  } catch (cause) {
    throw new CodexConfigError(`${name} is not JSON: ${messageOf(cause)}`, { cause });
  }
}
