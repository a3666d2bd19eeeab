/** `codex-relay service install | remove | status`: a relay that the system runs, for people without VS Code. */
import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseEnv } from 'node:util';
import { isDefaultOn } from '../../codex/give-back.ts';
import { readCodexFiles } from '../../codex/home/codex-files.ts';
import { codexHome } from '../../codex/home/codex-home.ts';
import { findOwner, type Place, type PortOwner } from '../../doctor/ask-relay.ts';
import { DEFAULT_PORT } from '../../names.ts';
import { codeOf } from '../../node-errors.ts';
import { checkedHosts } from '../../relay/http/reach.ts';
import { resolveProvider } from '../../relay/routing/provider.ts';
import { writeAtomic } from '../../write-atomic.ts';
import { drainSeconds } from '../drain-seconds.ts';
import { CommandError, UsageError } from '../errors.ts';
import type { Command, Invocation } from '../invocation.ts';
import type { Settings } from '../options.ts';
import { answersAtWrittenAddress, type Listening, placeOf, reachOf, urlOf } from '../reach.ts';
import type { ServiceDefinition } from '../service/definition.ts';
import { describeService, isKeptForAWhile, runCall, takeSteps, variablesFile } from '../service/system.ts';
import { serviceVariables, variablesText } from '../service/variables.ts';
import { servedUpstreams } from '../upstreams.ts';
import { removeConfig } from './config.ts';

/** How long a relay may take to listen. */
const LOOKS = 40;
const LOOK_MS = 250;

export const service: Command = (invocation) => {
  const [, verb] = invocation.words;
  const verbs: Readonly<Record<string, Command>> = { install, remove, status };
  const command = verb !== undefined && Object.hasOwn(verbs, verb) ? verbs[verb] : undefined;
  if (command === undefined) throw new UsageError('service takes one of install, remove, status');
  return command(invocation);
};

const install: Command = async (invocation) => {
  const { settings, environment, print } = invocation;
  const variables = serviceVariables(invocation, environment, process.cwd());
  checkProvider(invocation);
  await checkReach(invocation);
  const place = await placeOf(settings);
  const definition = describeService(environment, drainSeconds(settings));
  if (isKeptForAWhile(process.argv[1] ?? ''))
    throw new UsageError(
      'npx and its like keep this program for a while only: npm install -g codex-relay, and run it from there',
    );
  await checkSystem(definition);
  const files = [
    { path: variablesFile(environment), text: variablesText(variables), mode: 0o600 },
    { path: definition.file, text: definition.text, mode: 0o644, encoding: definition.encoding },
  ];
  const before = await Promise.all(files.map(({ path }) => readIfThere(path)));
  // On its own port it would find the service that this one replaces.
  const isSamePort = before[1] !== undefined && (await installedAt(environment)).port === settings.port;
  if (!isSamePort) await checkPort(place, settings);
  try {
    for (const file of files) await write(file);
    await takeSteps(definition.install);
    await untilServed(place, settings, definition);
  } catch (error) {
    await restore(definition, files, before);
    throw error;
  }
  print(`Installed as a ${definition.what}: ${definition.file}
It serves on ${place.url}. ${definition.runsWhen}
Its options and keys are in ${variablesFile(environment)}, which only you can read${
    process.platform === 'win32' ? '' : ' (mode 0600)'
  }. They are on no command line; without VS Code there is no encrypted place that a service can open by itself.
Its log: ${definition.readLog}
${settings.token || settings.users ? '' : 'It asks for no token, so any program here can use it: CODEX_RELAY_TOKEN sets one, for --write-config too.\n'}To set Codex up, run codex-relay ${answersAtWrittenAddress(settings) ? '--write-config' : '--print-config'} with the same options.
`);
  return 0;
};

const remove: Command = async (invocation) => {
  const { settings, environment, print } = invocation;
  const definition = describeService(environment);
  const files = [definition.file, variablesFile(environment)];
  const { port } = await installedAt(environment);
  const isThere = (await Promise.all(files.map(readIfThere))).some((text) => text !== undefined);
  if (!isThere) {
    print('There is no service of Codex Relay.\n');
    return 0;
  }
  await takeSteps(definition.remove);
  for (const file of files) await rm(file, { force: true });
  await takeSteps(definition.removed);
  print(`Removed, with its keys: ${files.join(', ')}\n`);
  if (!isDefaultOn(await readCodexFiles(codexHome(environment)), port)) return 0;
  print(
    `Attention: plain codex still uses the relay on port ${port}, and waits for it without end. codex-relay --remove-config gives it its own configuration back.\n`,
  );
  return settings.yes || process.stdin.isTTY ? removeConfig(invocation) : 0;
};

const status: Command = async ({ environment, settings, print }) => {
  const definition = describeService(environment);
  const isInstalled = (await readIfThere(definition.file)) !== undefined;
  const installed = await installedAt(environment);
  if (!isInstalled) {
    print('Not installed: codex-relay service install\n');
    return 1;
  }
  const { text } = await runCall(definition.state);
  const runs = definition.runs.test(text);
  // A certificate that is gone matters at the next start; whether something listens can be told without it.
  const place = await placeOf(installed).catch(() => ({ url: urlOf(installed) }));
  const isHeard = (await findOwner(place, settings.token || undefined)) !== 'nobody';
  print(
    `Installed as a ${definition.what}: ${definition.file}\n` +
      `${runs ? 'It runs' : 'It does not run'}, and ${isHeard ? 'a program listens' : 'nothing listens'} on ${new URL(place.url).host}.\n` +
      (runs && isHeard ? '' : `Its log: ${definition.readLog}\n`),
  );
  return runs && isHeard ? 0 : 1;
};

/** Reports what a relay would refuse on starting here, where somebody reads it. */
function checkProvider(invocation: Invocation): void {
  const [active] = servedUpstreams(invocation, invocation.environment).upstreams;
  const { preset, profile, apiKeys } = resolveProvider(active);
  if (preset.needsKey && apiKeys.length === 0)
    throw new UsageError(
      `${profile.name} needs a key: set CODEX_RELAY_API_KEY, and install the service again`,
    );
}

/** Refuses what a relay refuses of its address and certificate. */
async function checkReach({ settings, logger }: Invocation): Promise<void> {
  const { token, users } = settings;
  // The list itself may come later; that there is one is enough.
  const list = users === '' ? {} : { users: { find: async () => undefined } };
  checkedHosts({ ...(await reachOf(settings, logger)), token, ...list });
}

async function checkSystem({ check }: ServiceDefinition): Promise<void> {
  const { code, text } = await runCall(check);
  if (code === 0) return;
  throw new CommandError(
    `the system's services cannot be reached, so nothing was installed: ${text || check.join(' ')}. ` +
      'Run this as yourself, in a session that you are logged in to, without sudo or su',
  );
}

async function checkPort(place: Place, { token }: Settings): Promise<void> {
  if ((await findOwner(place, token || undefined)) === 'nobody') return;
  const { hostname, port } = new URL(place.url);
  throw new CommandError(
    `port ${port} on ${hostname} is in use, so nothing was installed: stop the program that uses it, or choose a port with --port`,
  );
}

async function untilServed(place: Place, { token }: Settings, { readLog }: ServiceDefinition): Promise<void> {
  let owner: PortOwner = 'nobody';
  for (let look = 0; look < LOOKS; look++) {
    owner = await findOwner(place, token || undefined);
    if (owner === 'ours' || owner === 'open') return;
    await pause(LOOK_MS);
  }
  // A certificate that is no longer valid is no use to clients either.
  const found =
    owner === 'stranger' && place.certificate !== undefined
      ? `what answers on ${place.url} has no valid certificate`
      : `nothing serves on ${place.url}`;
  throw new CommandError(
    `the service was started, but ${found}, so it was taken out again. Its log says why: ${readLog}`,
  );
}

interface ServiceFile {
  path: string;
  text: string;
  mode: number;
  encoding?: BufferEncoding;
}

async function write({ path, text, mode, encoding = 'utf8' }: ServiceFile): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeAtomic({ path, text, mode, encoding });
}

/** Restores the previous file, or none, if installing failed half-way. */
async function restore(
  definition: ServiceDefinition,
  files: readonly ServiceFile[],
  before: readonly (Buffer | undefined)[],
): Promise<void> {
  await takeSteps(definition.remove.map((step) => ({ ...step, mayFail: true })));
  for (const [index, file] of files.entries()) {
    const { path, encoding = 'utf8' } = file;
    const text = before[index]?.toString(encoding);
    if (text === undefined) await rm(path, { force: true });
    else await write({ ...file, text });
  }
  const steps = before[1] === undefined ? definition.removed : definition.install;
  await takeSteps(steps.map((step) => ({ ...step, mayFail: true })));
}

/** Where the installed service listens. */
async function installedAt(environment: Invocation['environment']): Promise<Listening> {
  const text = await readIfThere(variablesFile(environment));
  const variables = parseEnv(text?.toString() ?? '');
  return {
    port: Number(variables['CODEX_RELAY_PORT'] ?? DEFAULT_PORT),
    listen: variables['CODEX_RELAY_LISTEN'] || '127.0.0.1',
    'tls-cert': variables['CODEX_RELAY_TLS_CERT'] ?? '',
  };
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
