/** Talks to the system that a service is installed into. */
import { execFile } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { codeOf } from '../../node-errors.ts';
import { stateFolder } from '../../state-folder.ts';
import type { Environment } from '../command-line.ts';
import { CommandError, UsageError } from '../errors.ts';
import type { Program, ServiceDefinition, Step } from './definition.ts';
import { launchdService } from './launchd.ts';
import { VARIABLES_FILE } from './own-environment.ts';
import { systemdService } from './systemd.ts';
import { windowsTask } from './windows-task.ts';

/** Where the service's variables are kept. */
export function variablesFile(environment: Environment): string {
  return join(stateFolder(environment), VARIABLES_FILE);
}

/** What a relay needs to end beside the time for its answers. */
const LEAST_STOP_SECONDS = 20;

/**
 * The service for this system.
 * @param drainSeconds how long its running answers may go on when it is to end
 * @throws UsageError if we do not know the system
 */
export function describeService(environment: Environment, drainSeconds = 0): ServiceDefinition {
  const folder = stateFolder(environment);
  const program: Program = {
    node: process.execPath,
    script: realpathSync(process.argv[1] ?? ''),
    variables: variablesFile(environment),
    log: join(folder, 'service.log'),
    stopSeconds: drainSeconds + LEAST_STOP_SECONDS,
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

/** Whether a program lies where npx, pnpm dlx, yarn dlx or bunx keep what they run once. */
export function isKeptForAWhile(script: string): boolean {
  return /[\\/](_npx|dlx(-\d+)?|bunx-[^\\/]*)[\\/]/.test(script);
}

export interface Answer {
  code: number;
  /** The output of both streams. */
  text: string;
}

const LIMIT_MS = 30_000;

/**
 * Runs a command of the system.
 * @param timeout in ms; 0 for a command whose end the system sees to
 * @throws CommandError if it does not exist
 */
export function runCall([program, ...args]: Step['call'], timeout = LIMIT_MS): Promise<Answer> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { windowsHide: true, timeout }, (error, stdout, stderr) => {
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
  for (const step of steps) {
    const { code, text } = await take(step);
    if (code !== 0 && !step.mayFail)
      throw new CommandError(`${step.call.join(' ')} failed: ${text || `exit code ${code}`}`);
  }
}

const PAUSE_MS = 500;

async function take({ call, isSlow, again }: Step): Promise<Answer> {
  const deadline = performance.now() + (again?.ms ?? 0);
  for (;;) {
    const answer = await runCall(call, isSlow ? 0 : LIMIT_MS);
    if (!again?.codes.includes(answer.code) || performance.now() > deadline) return answer;
    await pause(PAUSE_MS);
  }
}
