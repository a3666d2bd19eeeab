/** Where the tests put their pictures: to be looked at, and the best taken into media/. */
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../../../.vscode-test/pictures/', import.meta.url));
mkdirSync(FOLDER, { recursive: true });

export function picture(name: string): string {
  return `${FOLDER}${name}.png`;
}

/** The package that `run.ts` built. */
export function vsix(): string {
  const { CODEX_RELAY_VSIX } = process.env;
  if (CODEX_RELAY_VSIX === undefined)
    throw new Error('CODEX_RELAY_VSIX is not set: run npm run test:vscode.');
  return CODEX_RELAY_VSIX;
}
