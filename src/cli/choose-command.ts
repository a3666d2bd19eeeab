/** Which command an invocation asks for. */
import type { CommandLine } from './command-line.ts';
import { printConfig, removeConfig, writeConfig } from './commands/config.ts';
import { doctor } from './commands/doctor.ts';
import { serve } from './commands/serve.ts';
import { targets } from './commands/targets.ts';
import { usage } from './commands/usage.ts';
import { UsageError } from './errors.ts';
import type { Command } from './invocation.ts';
import type { Flag } from './options.ts';

/** Commands that are chosen by a flag; the first that is given counts. */
const BY_FLAG: Partial<Record<Flag, Command>> = {
  'print-config': printConfig,
  'write-config': writeConfig,
  'remove-config': removeConfig,
};

/** Commands that are chosen by a word, as in `codex-relay doctor`. */
const BY_WORD: Readonly<Record<string, Command>> = { doctor, targets, usage };

/** Without a flag or a word that says otherwise, the relay runs. Throws a `UsageError` for an unknown word. */
export function chooseCommand({ settings, words }: CommandLine): Command {
  for (const [flag, command] of Object.entries(BY_FLAG)) {
    if (settings[flag as Flag] === true) return command;
  }
  const [word] = words;
  if (word === undefined) return serve;
  const command = Object.hasOwn(BY_WORD, word) ? BY_WORD[word] : undefined;
  if (!command || words.length > 1) {
    // The word is not repeated: it may be a key whose flag was forgotten.
    throw new UsageError('there is a word that belongs to no option; codex-relay --help lists them all');
  }
  return command;
}
