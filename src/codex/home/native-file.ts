/** The user's file about Responses endpoints, in Codex's folder. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NATIVE_FILE } from '../../names.ts';
import { whereCode } from '../../node-errors.ts';
import { type NativeEntries, parseNativeEntries } from '../native-file.ts';

/** Empty if there is no such file. @throws CodexConfigError if it cannot be used */
export async function readNativeEntries(home: string): Promise<NativeEntries> {
  const text = await readFile(join(home, NATIVE_FILE), 'utf8').catch(whereCode(['ENOENT'], undefined));
  return text === undefined ? {} : parseNativeEntries(text);
}
