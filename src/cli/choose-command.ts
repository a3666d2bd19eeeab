/** Finds the command that an invocation asks for. */
import type { CommandLine } from './command-line.ts';
import { UsageError } from './errors.ts';
import type { Command } from './invocation.ts';
import type { Flag } from './options.ts';

// Loaded on demand: a relay needs no parsers for Codex's files, and other commands need no relay.
const serve: Command = async (invocation) => (await import('./commands/serve.ts')).serve(invocation);
const doctor: Command = async (invocation) => (await import('./commands/doctor.ts')).doctor(invocation);
const targets: Command = async (invocation) => (await import('./commands/targets.ts')).targets(invocation);
const usage: Command = async (invocation) => (await import('./commands/usage.ts')).usage(invocation);
const users: Command = async (invocation) => (await import('./commands/users.ts')).users(invocation);
const service: Command = async (invocation) => (await import('./commands/service.ts')).service(invocation);
const config = () => import('./commands/config.ts');

/** Commands chosen by a flag; the first one given counts. */
const BY_FLAG: Partial<Record<Flag, Command>> = {
  'print-config': async (invocation) => (await config()).printConfig(invocation),
  'write-config': async (invocation) => (await config()).writeConfig(invocation),
  'remove-config': async (invocation) => (await config()).removeConfig(invocation),
};

/** Commands chosen by a word, as in `codex-relay doctor`. */
const BY_WORD: Readonly<Record<string, Command>> = { doctor, targets, usage, service, users };

/** The relay runs unless a flag or word says otherwise. @throws UsageError for an unknown word */
export function chooseCommand({ settings, words }: CommandLine): Command {
  for (const [flag, command] of Object.entries(BY_FLAG)) {
    if (settings[flag as Flag] === true) return command;
  }
  const [word] = words;
  if (word === undefined) return serve;
  const command = Object.hasOwn(BY_WORD, word) ? BY_WORD[word] : undefined;
  // `service` takes another word; `users` checks its own.
  const most = command === service ? 2 : 1;
  if (!command || (words.length > most && command !== users)) {
    // The word is not quoted: it may be a key whose flag was forgotten.
    throw new UsageError('there is a word that belongs to no option; codex-relay --help lists them all');
  }
  return command;
}
