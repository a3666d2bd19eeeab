/** How the service is described to each of the three systems. Only text and commands; nothing is run here. */

/** The program to run. */
export interface Program {
  /** Absolute path of Node. */
  node: string;
  /** Absolute path of the relay's own program. */
  script: string;
  /** The file with its variables. */
  variables: string;
  /** Where its log goes, on systems that keep no logs. */
  log: string;
  /** How long it may take to end, in seconds. */
  stopSeconds: number;
}

export interface Step {
  call: readonly [program: string, ...args: string[]];
  /** Set if a failure of this step does not matter, because there may be nothing to undo. */
  mayFail?: true;
  /** Set if it ends only once a running service has ended, which is then waited for. */
  isSlow?: true;
  /** Repeats it for `ms` as long as it fails with one of these exit codes. */
  again?: { codes: readonly number[]; ms: number };
}

export interface ServiceDefinition {
  /** What the system calls a service, for use in a sentence. */
  what: string;
  /** The file that defines it. */
  file: string;
  text: string;
  encoding: 'utf8' | 'utf16le';
  /** Succeeds if services can be managed at all. */
  check: Step['call'];
  install: readonly Step[];
  /** The steps before the file is removed, and after. */
  remove: readonly Step[];
  removed: readonly Step[];
  /** A command whose output tells whether it runs. */
  state: Step['call'];
  runs: RegExp;
  /** The command with which a person reads its log. */
  readLog: string;
  /** A sentence about when it runs. */
  runsWhen: string;
}

/** The name of the service. It must never change, or installed ones could not be removed. */
export const SERVICE_NAME = 'codex-relay';

/**
 * Megabytes of each half of V8's young generation, fewer than V8 takes by itself: a service stays for weeks, and long
 * conversations leave it half as large at the same processor time (Node 24.21, 100 requests of 1 MB each: 129 MB
 * resident instead of 245).
 */
const SEMI_SPACE_MB = 16;

/** Program and arguments. Node reads the keys itself, from a file that only the user can read. */
export function commandOf({ node, script, variables }: Program): [string, ...string[]] {
  return [node, `--max-semi-space-size=${SEMI_SPACE_MB}`, `--env-file=${variables}`, script];
}
