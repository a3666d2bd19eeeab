/** One invocation of `codex-relay`, from its arguments to its exit code. */

import { VERSION } from '../version.ts';
import { ask } from './ask.ts';
import { chooseCommand } from './choose-command.ts';
import { type Environment, readCommandLine } from './command-line.ts';
import { describeFailure } from './errors.ts';
import { helpText } from './help.ts';
import { createLogger } from './log.ts';
import { printable } from './printable.ts';

/** Answered before anything else is read, so that a bad flag or variable cannot get in the way. */
const ANSWERS: Readonly<Record<string, () => string>> = {
  '--help': helpText,
  '-h': helpText,
  '--version': () => `codex-relay ${VERSION}\n`,
};

export async function run(args: readonly string[], environment: Environment): Promise<number> {
  const question = args.find((arg) => Object.hasOwn(ANSWERS, arg));
  if (question !== undefined) {
    print(ANSWERS[question]?.() ?? '');
    return 0;
  }
  try {
    const line = readCommandLine(args, environment);
    const logger = createLogger({
      level: line.settings['log-level'],
      format: line.settings['log-format'],
      write: (text) => process.stderr.write(text),
      now: () => new Date(),
    });
    return await chooseCommand(line)({
      ...line,
      environment,
      logger,
      print,
      // A terminal that nobody has sized, as in a container, has 0.
      columns: process.stdout.columns || 80,
      ask,
    });
  } catch (error) {
    const { exitCode, message } = describeFailure(error);
    process.stderr.write(`codex-relay: ${printable(message)}\n`);
    return exitCode;
  }
}

function print(text: string): void {
  process.stdout.write(printable(text));
}
