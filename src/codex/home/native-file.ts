/** What the user says of Responses endpoints, in Codex's folder. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../../node-errors.ts';
import { NATIVE_FILE, type NativeEntries, parseNativeEntries } from '../native-file.ts';

/** None where there is no such file. @throws CodexConfigError when it cannot be used */
export async function readNativeEntries(home: string): Promise<NativeEntries> {
  try {
    return parseNativeEntries(await readFile(join(home, NATIVE_FILE), 'utf8'));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return {};
    throw error;
  }
}
