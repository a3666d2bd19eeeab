/** Where both hosts keep data that outlives a run and belongs to no workspace. */
import { homedir, platform } from 'node:os';
import { join } from 'node:path';
import type { Environment } from './environment.ts';

/** The platform's folder for a program's own state. */
export function stateFolder(environment: Environment): string {
  if (platform() === 'win32' && environment['LOCALAPPDATA'])
    return join(environment['LOCALAPPDATA'], 'codex-relay');
  if (platform() === 'darwin') return join(homedir(), 'Library', 'Application Support', 'codex-relay');
  return join(environment['XDG_STATE_HOME'] || join(homedir(), '.local', 'state'), 'codex-relay');
}

/** The ledger's folder, which all of a user's relays share. */
export function usageFolder(environment: Environment): string {
  return join(stateFolder(environment), 'usage');
}
