/** The file in the extension's global storage that records that Codex has its own configuration back. */
import { join } from 'node:path';

export function givenBackFile(storage: string): string {
  return join(storage, 'given-back.json');
}
