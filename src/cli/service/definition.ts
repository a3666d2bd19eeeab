/** What the three systems are told about the service, and how. Text and commands only; nothing is run here. */

/** The program that is to run. */
export interface Program {
  /** Absolute path of Node. */
  node: string;
  /** Absolute path of the relay's own program. */
  script: string;
  /** The file with its variables. */
  variables: string;
  /** Where its log goes, on systems that keep none. */
  log: string;
}

export interface Step {
  call: readonly [program: string, ...args: string[]];
  /** Whether the next step is taken where this one fails: there may be nothing to undo. */
  mayFail?: true;
}

export interface ServiceDefinition {
  /** What the system calls it, in a sentence. */
  what: string;
  /** The file that defines it. */
  file: string;
  text: string;
  encoding: 'utf8' | 'utf16le';
  /** Succeeds where services can be managed at all. */
  check: Step['call'];
  install: readonly Step[];
  /** Before the file is removed, and after. */
  remove: readonly Step[];
  removed: readonly Step[];
  /** Whether it runs, by what the command prints. */
  state: Step['call'];
  runs: RegExp;
  /** What a person types to read its log. */
  readLog: string;
  /** A sentence about when it runs. */
  runsWhen: string;
}

/** The name of the service; it may never change, or an old one could not be removed. */
export const SERVICE_NAME = 'codex-relay';

/** Program and arguments. Node reads the keys itself, from a file that only the user can read. */
export function commandOf({ node, script, variables }: Program): [string, ...string[]] {
  return [node, `--env-file=${variables}`, script];
}
