/** The default command: run the relay until a signal stops it. */
import { codexHome } from '../../codex/home/codex-home.ts';
import { readNativeEntries } from '../../codex/home/native-file.ts';
import { start } from '../../index.ts';
import { codeOf } from '../../node-errors.ts';
import type { RelayHandle, RelayOptions } from '../../relay/options.ts';
import { resolveProvider } from '../../relay/routing/provider.ts';
import { announceModels, announceStart } from '../announce.ts';
import { drainSeconds } from '../drain-seconds.ts';
import { CommandError } from '../errors.ts';
import { trustExtraCertificates } from '../extra-certificates.ts';
import type { Command, Invocation } from '../invocation.ts';
import { keepUsage } from '../keep-usage.ts';
import { openHistory } from '../open-history.ts';
import type { Settings } from '../options.ts';
import { readProxy } from '../proxy.ts';
import { reachOf } from '../reach.ts';
import { bindingsFile, bindingsSaver, keepCatalog, readBindings } from '../serving-upkeep.ts';
import { watchTls } from '../tls-files.ts';
import { servedUpstreams } from '../upstreams.ts';

export const serve: Command = async (invocation) => {
  const { settings, environment, logger } = invocation;
  await trustExtraCertificates(environment, logger);
  const native = await readNativeEntries(codexHome(environment));
  const served = servedUpstreams(invocation, environment, native);
  const provider = resolveProvider(served.upstreams[0]);
  const own = await ownOptions(invocation);
  const usage = await keepUsage(invocation, served.upstreams);
  const team = wantsTeam(settings) ? await (await import('../team.ts')).openTeam(invocation) : undefined;
  // Set once the relay runs, because it must be asked what has changed.
  let keep = () => {};
  const relay = await listen({
    ...served,
    ...own,
    history: team?.options.history ?? (await openHistory(settings, logger)),
    ...(await keptBindings(invocation)),
    onModels: () => keep(),
    ...usage.options,
    ...team?.options,
    onRequest: (report) => {
      usage.options.onRequest?.(report);
      team?.options.onRequest(report);
    },
  }).catch(async (error: unknown) => {
    await team?.close();
    throw error;
  });
  await team?.watch(relay);
  const { 'tls-cert': certFile, 'tls-key': keyFile } = settings;
  if (own.tls) watchTls({ certFile, keyFile }, own.tls, (tls) => relay.useCertificate(tls), logger);
  keep = () => void keepCatalog(relay, environment, logger);
  keep();
  const started = { relay, provider, logger, needsToken: settings.token !== '' || settings.users !== '' };
  announceStart(started);
  void announceModels(started);
  await stopOnSignal(relay, invocation);
  await usage.flush();
  await team?.close();
  return 0;
};

/** For balancers that only know from `/readyz` that a relay is about to go; most ask every second. */
const LEAVE_MS = 2_000;

/** What the settings and variables alone decide, of this relay and not of its upstreams. */
async function ownOptions({ settings, environment, logger }: Invocation) {
  const { port, token, 'stall-seconds': stallSeconds } = settings;
  const proxy = readProxy(environment, logger);
  return {
    port,
    toolDenylist: settings['tool-denylist'],
    heal: !settings['no-heal'],
    webSocket: settings.websocket,
    logger,
    ...(token && { token }),
    ...(stallSeconds && { stallMs: stallSeconds * 1000 }),
    ...(proxy && { proxy }),
    ...(await reachOf(settings, logger)),
  };
}

/** The threads' bindings, as the relay on this port left them, and where to save them. */
async function keptBindings({
  settings,
  environment,
  logger,
}: Invocation): Promise<Pick<RelayOptions, 'savedBindings' | 'onBindings'>> {
  // A port chosen by the system differs each time, so it identifies no relay.
  if (settings.port === 0) return {};
  const file = bindingsFile(settings.port, environment);
  return { savedBindings: await readBindings(file, logger), onBindings: bindingsSaver(file, logger) };
}

/** Runs the relay until a signal stops it. */
async function stopOnSignal(relay: RelayHandle, { settings, logger }: Invocation): Promise<void> {
  const signal = await stopSignal();
  const seconds = signal === 'SIGTERM' ? drainSeconds(settings) : 0;
  logger.info(`Stopping (${signal}); running answers get ${seconds || 'two'} seconds to end`);
  const leaveMs = seconds > 0 && settings['public-url'].length > 0 ? LEAVE_MS : 0;
  await relay.stop({ drainMs: seconds * 1000, leaveMs });
}

function wantsTeam(settings: Settings): boolean {
  const { users, 'history-store': store, 'history-url': url } = settings;
  const [port, token] = [settings['metrics-port'], settings['metrics-token']];
  return users !== '' || store === 'redis' || url !== '' || port !== 0 || token !== '';
}

async function listen(options: RelayOptions): Promise<RelayHandle> {
  try {
    return await start(options);
  } catch (cause) {
    await options.history?.close();
    const sentence = bindFailure(cause, options);
    throw sentence ? new CommandError(sentence, { cause }) : cause;
  }
}

function bindFailure(
  cause: unknown,
  { port, listen: address = '127.0.0.1' }: RelayOptions,
): string | undefined {
  const code = codeOf(cause);
  if (code === 'EADDRINUSE') {
    return `port ${port} on ${address} is in use, perhaps by another relay: stop that program, or choose a port with --port`;
  }
  if (code === 'EACCES')
    return `port ${port} on ${address} may not be used by this user: choose another with --port`;
  return undefined;
}

/** The terminal sends Ctrl-C to the process and npm forwards it, so one key press arrives twice. */
const SAME_KEY_PRESS_MS = 300;

/** Resolves with the first signal to stop. A second one ends the process at once. */
function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let first: { signal: NodeJS.Signals; time: number } | undefined;
    const onSignal = (signal: NodeJS.Signals) => {
      const time = performance.now();
      first ??= { signal, time };
      if (first.signal !== signal || time - first.time > SAME_KEY_PRESS_MS) process.exit(1);
      resolve(signal);
    };
    process.on('SIGINT', onSignal);
    process.on('SIGTERM', onSignal);
  });
}
