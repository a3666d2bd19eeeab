/** Reads arguments and environment into settings; `options.ts` defines the options. */

import { parseArgs } from 'node:util';
import type { Environment } from '../environment.ts';
import { UsageError } from './errors.ts';
import type { Option } from './option.ts';
import { type Flag, OPTIONS, type Settings } from './options.ts';

export type { Environment };

export interface CommandLine {
  settings: Settings;
  /** The options set by a flag or a variable; the others have their defaults. */
  given: ReadonlySet<Flag>;
  /** The values of those options as text, keyed by their variables. */
  variables: ReadonlyMap<string, string>;
  /** The words that are not flags, e.g. a command. */
  words: readonly string[];
}

/** An empty variable counts as unset. @throws UsageError that names the flag or variable at fault */
export function readCommandLine(args: readonly string[], environment: Environment): CommandLine {
  const { flags, texts, words } = readArguments(args);
  const settings: Record<string, unknown> = {};
  const given = new Set<Flag>();
  const variables = new Map<string, string>();
  for (const flag of FLAGS) {
    const { variable, default: preset }: Option<unknown> = OPTIONS[flag];
    const value = flags.has(flag) ? flags.get(flag) : fromEnvironment(OPTIONS[flag], environment);
    settings[flag] = value ?? preset;
    if (value === undefined) continue;
    given.add(flag);
    const text = variable && (texts.get(flag) ?? environment[variable]);
    if (variable && text) variables.set(variable, text);
  }
  // Each value comes from its own option's parser or default; the type checker cannot follow that through a loop.
  return { settings: settings as Settings, given, variables, words };
}

/** All flags, in the order of `--help`. */
export const FLAGS = Object.keys(OPTIONS) as Flag[];

interface Arguments {
  flags: Map<Flag, unknown>;
  /** The values as written; a switch has a boolean. */
  texts: Map<Flag, string>;
  words: string[];
}

function readArguments(args: readonly string[]): Arguments {
  const flags = new Map<Flag, unknown>();
  const texts = new Map<Flag, string>();
  const words: string[] = [];
  // Not strict, so that we can word the errors ourselves and keep secrets out of them.
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(FLAGS.map((flag) => [flag, { type: isSwitch(flag) ? 'boolean' : 'string' }])),
    strict: false,
    tokens: true,
    allowPositionals: true,
  });
  for (const token of tokens) {
    if (token.kind === 'positional') words.push(token.value);
    if (token.kind === 'option') {
      const flag = knownFlag(token.rawName);
      flags.set(flag, isSwitch(flag) ? readSwitch(flag, token.value) : readValue(flag, token));
      texts.set(flag, token.value ?? '1');
    }
  }
  return { flags, texts, words };
}

function isSwitch(flag: Flag): boolean {
  return OPTIONS[flag].value === undefined;
}

function knownFlag(rawName: string): Flag {
  const flag = FLAGS.find((known) => `--${known}` === rawName);
  if (!flag) throw new UsageError(`${rawName} is not an option; codex-relay --help lists them all`);
  return flag;
}

function readSwitch(flag: Flag, value: string | undefined): boolean {
  if (value !== undefined) throw new UsageError(`--${flag} takes no value`);
  return true;
}

function readValue(
  flag: Flag,
  token: { value?: string | undefined; inlineValue?: boolean | undefined },
): unknown {
  const { takes }: Option<unknown> = OPTIONS[flag];
  // In `--api-key --port` the key was forgotten. A value that does begin with a dash is written `--api-key=-...`.
  const forgotten = token.value === undefined || (token.value.startsWith('-') && !token.inlineValue);
  if (token.value === undefined || forgotten)
    throw new UsageError(`--${flag} needs a value: it takes ${takes}`);
  return accept(OPTIONS[flag], `--${flag}`, ' ', token.value);
}

function fromEnvironment(option: Option<unknown>, environment: Environment): unknown {
  const text = option.variable && environment[option.variable];
  if (option.variable && text) return accept(option, option.variable, '=', text);
  const foreign = option.foreign && environment[option.foreign.variable];
  return foreign ? option.foreign?.read(foreign) : undefined;
}

function accept(option: Option<unknown>, name: string, joint: string, text: string): unknown {
  const value = option.parse(text);
  if (value !== undefined) return value;
  const shown = option.secret ? `the value of ${name}` : `${name}${joint}${shownValue(text)}`;
  throw new UsageError(`${shown} is not accepted: it takes ${option.takes}`);
}

/** One line of at most 80 characters, without the passwords and keys that URLs may hold. */
function shownValue(text: string): string {
  const shown = JSON.stringify(
    text.replace(/\/\/[^/]*@/g, '//***@').replace(/([?&][^=&#\s,]+=)[^&#\s,]+/g, '$1***'),
  );
  return shown.length > 80 ? `${shown.slice(0, 79)}…` : shown;
}
