/** The ways a command can fail. Each message is one line for a person, without secrets. */
import { CodexConfigError } from '../codex/errors.ts';
import { RelayError } from '../errors.ts';

/** The user's input cannot be used. The message names the flag or variable at fault. */
export class UsageError extends Error {}

/** The command could not do its work. The message says what to do about it. */
export class CommandError extends Error {}

export interface Failure {
  /** 2 for bad usage, 1 for anything else. */
  exitCode: 1 | 2;
  message: string;
}

export function describeFailure(error: unknown): Failure {
  // The relay checks its own options, e.g. that a provider without an address gets one.
  const isUsage =
    error instanceof UsageError || (error instanceof RelayError && error.code === 'invalid_request');
  if (isUsage) return { exitCode: 2, message: error.message };
  if (isForPeople(error)) return { exitCode: 1, message: error.message };
  // Anything else is a bug of ours, and whoever reports it needs the stack.
  return { exitCode: 1, message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}

/** Errors whose message is enough, including the file system's, which name the call, the reason and the path. */
function isForPeople(error: unknown): error is Error {
  const kinds = [CommandError, RelayError, CodexConfigError];
  return error instanceof Error && (kinds.some((kind) => error instanceof kind) || 'syscall' in error);
}
