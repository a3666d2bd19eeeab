/** Where the command line keeps what outlives a run. */
import { homedir, platform } from 'node:os';
import { join } from 'node:path';
import type { Environment } from './command-line.ts';

/** The platform's folder for a program's own state. */
export function stateFolder(environment: Environment): string {
  if (platform() === 'win32' && environment['LOCALAPPDATA'])
    return join(environment['LOCALAPPDATA'], 'codex-relay');
  if (platform() === 'darwin') return join(homedir(), 'Library', 'Application Support', 'codex-relay');
  return join(environment['XDG_STATE_HOME'] || join(homedir(), '.local', 'state'), 'codex-relay');
}

/** The ledger's folder; all relays of a user share it. */
export function usageFolder(environment: Environment): string {
  return join(stateFolder(environment), 'usage');
}
