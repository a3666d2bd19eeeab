/** What the user says of Responses endpoints, in Codex's folder. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NATIVE_FILE } from '../../names.ts';
import { codeOf } from '../../node-errors.ts';
import { type NativeEntries, parseNativeEntries } from '../native-file.ts';

/** None where there is no such file. @throws CodexConfigError when it cannot be used */
export async function readNativeEntries(home: string): Promise<NativeEntries> {
  try {
    return parseNativeEntries(await readFile(join(home, NATIVE_FILE), 'utf8'));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return {};
    throw error;
  }
}
