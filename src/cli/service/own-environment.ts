/** The environment of a relay that runs as a service. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parseEnv } from 'node:util';

/** The name of the file with a service's variables. */
export const VARIABLES_FILE = 'service.env';

const FLAG = '--env-file=';

/**
 * Gives the service's file the last word, and alone. To Node, what is in the environment already beats `--env-file`, and
 * a session may bring along anything of ours that was set at another time: Windows starts a task with all of its user's
 * variables, systemd with those that a desktop has imported.
 * @param execArgv Node's own arguments
 * @param environment is changed
 */
export function preferServiceFile(execArgv: readonly string[], environment: NodeJS.ProcessEnv): void {
  const file = execArgv.find((arg) => arg.startsWith(FLAG))?.slice(FLAG.length);
  if (file === undefined || basename(file) !== VARIABLES_FILE) return;
  for (const name of Object.keys(environment)) if (/^CODEX_RELAY_/i.test(name)) delete environment[name];
  Object.assign(environment, parseEnv(readFileSync(file, 'utf8')));
}
