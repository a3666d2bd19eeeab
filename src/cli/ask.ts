/** Asks the user a question at the terminal. */
import { createInterface } from 'node:readline/promises';
import { UsageError } from './errors.ts';

/** Only `y` and `yes` mean yes. */
export async function ask(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) {
    throw new UsageError('there is no terminal to ask at, so nothing was changed: add --yes to go ahead');
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}
