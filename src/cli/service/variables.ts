/**
 * A service is configured by a file of variables, which Node itself reads (`node --env-file`). Keys are in this file
 * and nowhere else: not on a command line, and not in the system's list of services.
 */
import { resolve } from 'node:path';
import { PRESETS } from '../../providers/index.ts';
import { type CommandLine, type Environment, FLAGS } from '../command-line.ts';
import { UsageError } from '../errors.ts';
import { usesSystemCertificates } from '../extra-certificates.ts';
import type { Option } from '../option.ts';
import { OPTIONS } from '../options.ts';

/** Variables that affect the network, and those that name files and folders. */
const OF_THE_NETWORK = ['http_proxy', 'https_proxy', 'no_proxy'].flatMap((name) => [
  name,
  name.toUpperCase(),
]);
const OF_FILES = ['NODE_EXTRA_CA_CERTS', 'CODEX_HOME', 'XDG_STATE_HOME'];

/** Flags that only concern the command itself. */
const OF_THE_COMMAND = ['yes'];

/**
 * The variables that pass this invocation's options on to the service.
 * @param folder the base of relative paths
 * @throws UsageError for flags that make no sense for a service, and for port 0, which would differ each time
 */
export function serviceVariables(
  { settings, given, variables }: CommandLine,
  environment: Environment,
  folder: string,
): Record<string, string> {
  const foreign = FLAGS.find((flag) => {
    const { variable }: Option<unknown> = OPTIONS[flag];
    return given.has(flag) && variable === undefined && !OF_THE_COMMAND.includes(flag);
  });
  if (foreign !== undefined) throw new UsageError(`--${foreign} means nothing to a service`);
  if (settings.port === 0)
    throw new UsageError('--port 0 is another port at each start, which Codex cannot be told: name one');
  const network = [
    ...OF_THE_NETWORK.flatMap((name) => pair(name, environment[name])),
    ...pair('NODE_USE_SYSTEM_CA', usesSystemCertificates(environment) ? '1' : undefined),
  ];
  const keys = keyVariables(settings.providers).flatMap((name) => pair(name, environment[name]));
  // Paths must be absolute: a service starts in a folder of the system's choice.
  const absolute = (name: string, path: string | undefined) => pair(name, path && resolve(folder, path));
  const places = OF_FILES.flatMap((name) => absolute(name, environment[name]));
  const history = settings['history-store'] === 'disk' ? absolute(HISTORY, settings['history-dir']) : [];
  const files = FILES.flatMap((flag) => {
    const file = settings[flag];
    const variable = OPTIONS[flag].variable ?? '';
    return file === 'store' ? [] : absolute(variable, file);
  });
  return Object.fromEntries([...network, ...places, ...keys, ...variables, ...history, ...files]);
}

const FILES = ['users', 'tls-cert', 'tls-key'] as const;
const HISTORY = OPTIONS['history-dir'].variable ?? '';

function pair(name: string, value: string | undefined): [string, string][] {
  return value ? [[name, value]] : [];
}

/** The names of the variables with the keys for the providers in `--providers`. */
function keyVariables(providers: readonly string[]): string[] {
  const named = PRESETS.filter(({ profile }) => providers.includes('auto') || providers.includes(profile.id));
  return [...new Set(named.flatMap(({ keyVariable }) => keyVariable ?? []))];
}

const HEADER = '# Codex Relay reads this when its service starts. It may hold keys: keep it to yourself.\n';

/**
 * The text of the file. Node's format has no escapes, but three kinds of quotes.
 * @throws UsageError, without quoting the value, if it contains all three
 */
export function variablesText(variables: Readonly<Record<string, string>>): string {
  const lines = Object.entries(variables).map(([name, value]) => {
    const quote = ["'", '"', '`'].find((mark) => !value.includes(mark) && isSafe(mark, value));
    if (quote === undefined)
      throw new UsageError(`the value of ${name} cannot be kept for a service: it holds every kind of quote`);
    return `${name}=${quote}${value}${quote}\n`;
  });
  return HEADER + lines.join('');
}

/** Between double quotes `\n` would become a line break. */
function isSafe(quote: string, value: string): boolean {
  return quote !== '"' || !value.includes('\\n');
}
