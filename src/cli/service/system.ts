/** Talks to the system that a service is installed into. */
import { execFile } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import { codeOf } from '../../node-errors.ts';
import { stateFolder } from '../../state-folder.ts';
import type { Environment } from '../command-line.ts';
import { CommandError, UsageError } from '../errors.ts';
import type { Program, ServiceDefinition, Step } from './definition.ts';
import { launchdService } from './launchd.ts';
import { systemdService } from './systemd.ts';
import { windowsTask } from './windows-task.ts';

/** Where the service's variables are kept. */
export function variablesFile(environment: Environment): string {
  return join(stateFolder(environment), 'service.env');
}

/** The service for this system. @throws UsageError if we do not know the system */
export function describeService(environment: Environment): ServiceDefinition {
  const folder = stateFolder(environment);
  const program: Program = {
    node: process.execPath,
    script: realpathSync(process.argv[1] ?? ''),
    variables: variablesFile(environment),
    log: join(folder, 'service.log'),
  };
  if (process.platform === 'linux') {
    return systemdService(program, environment['XDG_CONFIG_HOME'] || join(homedir(), '.config'));
  }
  if (process.platform === 'darwin') return launchdService(program, homedir(), userInfo().uid);
  if (process.platform === 'win32') {
    const { USERDOMAIN: domain, USERNAME: name = userInfo().username } = environment;
    return windowsTask(program, folder, domain ? `${domain}\\${name}` : name);
  }
  throw new UsageError(
    `services are known for Linux, macOS and Windows only, and this is ${process.platform}`,
  );
}

export interface Answer {
  code: number;
  /** The output of both streams. */
  text: string;
}

/** Runs a command of the system. @throws CommandError if it does not exist */
export function runCall([program, ...args]: Step['call']): Promise<Answer> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { windowsHide: true, timeout: 30_000 }, (error, stdout, stderr) => {
      if (error && codeOf(error) === 'ENOENT') {
        const message = `${program} was not found, so there is nothing here that runs services: start codex-relay yourself`;
        return reject(new CommandError(message, { cause: error }));
      }
      const code = typeof error?.code === 'number' ? error.code : error ? 1 : 0;
      resolve({ code, text: `${stdout}${stderr}`.trim() });
    });
  });
}

/** Takes the steps in order. @throws CommandError with the system's own words for the first failure that matters */
export async function takeSteps(steps: readonly Step[]): Promise<void> {
  for (const { call, mayFail } of steps) {
    const { code, text } = await runCall(call);
    if (code !== 0 && !mayFail)
      throw new CommandError(`${call.join(' ')} failed: ${text || `exit code ${code}`}`);
  }
}
