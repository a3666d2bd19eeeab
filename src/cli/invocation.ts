/** What a command gets to work with. */
import type { Logger } from '../logger.ts';
import type { CommandLine, Environment } from './command-line.ts';

export interface Invocation extends CommandLine {
  environment: Environment;
  logger: Logger;
  /** Writes to stdout, for the result of a command. */
  print(text: string): void;
  /** Width of the terminal; 80 if there is none. */
  columns: number;
  /** Asks the user a yes-or-no question; rejects with a `UsageError` if there is no terminal. */
  ask(question: string): Promise<boolean>;
}

/** Resolves with the exit code. Rejects with a `UsageError`, or with any error for exit code 1. */
export type Command = (invocation: Invocation) => Promise<number>;
