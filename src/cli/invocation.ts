/** What a command gets to work with. */
import type { Logger } from '../logger.ts';
import type { CommandLine, Environment } from './command-line.ts';

export interface Invocation extends CommandLine {
  environment: Environment;
  logger: Logger;
  /** Writes to stdout: the result that a command was run for. */
  print(text: string): void;
  /** Width of the terminal that it is printed to; 80 where there is none. */
  columns: number;
  /** Asks the user for a yes or a no; rejects with a `UsageError` where there is no terminal to ask at. */
  ask(question: string): Promise<boolean>;
}

/** Resolves with the exit code. Rejects with a `UsageError`, or with any error for exit code 1. */
export type Command = (invocation: Invocation) => Promise<number>;
