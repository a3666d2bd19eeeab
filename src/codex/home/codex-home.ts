/** Where Codex keeps its files. In a file of its own, because the code that reads them brings parsers along. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Environment } from '../../environment.ts';

/** Codex's folder: `$CODEX_HOME`, else `~/.codex`. */
export function codexHome(environment: Environment): string {
  return environment['CODEX_HOME'] || join(homedir(), '.codex');
}
