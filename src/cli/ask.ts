/** Asks the user a question at the terminal. */
import { createInterface } from 'node:readline/promises';
import { whereCode } from '../node-errors.ts';
import { UsageError } from './errors.ts';

interface Terminal {
  input: NodeJS.ReadableStream & { isTTY?: boolean };
  output: NodeJS.WritableStream;
}

/** Only `y` and `yes` mean yes; Ctrl-C and Ctrl-D mean no. */
export async function ask(
  question: string,
  { input, output }: Terminal = { input: process.stdin, output: process.stderr },
): Promise<boolean> {
  if (!input.isTTY) {
    throw new UsageError('there is no terminal to ask at, so nothing was changed: add --yes to go ahead');
  }
  const terminal = createInterface({ input, output });
  // Some versions of Node reject the question when the input ends, others never settle it.
  const ended = new Promise<string>((resolve) => terminal.once('close', () => resolve('')));
  try {
    const answer = terminal.question(`${question} [y/N] `).catch(whereCode(['ABORT_ERR'], ''));
    return /^y(es)?$/i.test((await Promise.race([answer, ended])).trim());
  } finally {
    terminal.close();
  }
}
