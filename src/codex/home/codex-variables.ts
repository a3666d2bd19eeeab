/** The environment variables that Codex sees. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import type { Environment } from '../../environment.ts';

/**
 * Codex adds those of `.env` in its folder, which win (seen with 0.171.0), but none that begins with `CODEX_`.
 * @param environment of the program that starts Codex
 */
export async function codexVariables(home: string, environment: Environment): Promise<Environment> {
  // Codex does without a file that it cannot read.
  const text = await readFile(join(home, '.env'), 'utf8').catch(() => '');
  const added = Object.entries(parseEnv(text)).filter(([name]) => !/^CODEX_/i.test(name));
  return { ...environment, ...Object.fromEntries(added) };
}
