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
import type { Command } from '../invocation.ts';
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
  const proxy = readProxy(environment, logger);
  const reach = await reachOf(settings, logger);
  const usage = await keepUsage(invocation, served.upstreams);
  const team = wantsTeam(settings) ? await (await import('../team.ts')).openTeam(invocation) : undefined;
  const bindings = bindingsFile(settings.port, environment);
  // Set once the relay runs, because it must be asked what has changed.
  let keep = () => {};
  const relay = await listen({
    ...served,
    port: settings.port,
    toolDenylist: settings['tool-denylist'],
    heal: !settings['no-heal'],
    webSocket: settings.websocket,
    history: team?.options.history ?? (await openHistory(settings, logger)),
    logger,
    ...(settings.token && { token: settings.token }),
    ...(settings['stall-seconds'] && { stallMs: settings['stall-seconds'] * 1000 }),
    ...(proxy && { proxy }),
    // A port chosen by the system differs each time, so it identifies no relay.
    ...(settings.port !== 0 && {
      savedBindings: await readBindings(bindings, logger),
      onBindings: bindingsSaver(bindings, logger),
    }),
    onModels: () => keep(),
    ...reach,
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
  if (reach.tls) watchTls({ certFile, keyFile }, reach.tls, (tls) => relay.useCertificate(tls), logger);
  keep = () => void keepCatalog(relay, environment, logger);
  keep();
  const needsToken = settings.token !== '' || settings.users !== '';
  const started = { relay, provider, logger, needsToken };
  announceStart(started);
  void announceModels(started);

  const signal = await stopSignal();
  const seconds = signal === 'SIGTERM' ? drainSeconds(settings) : 0;
  logger.info(`Stopping (${signal}); running answers get ${seconds || 'two'} seconds to end`);
  const leaveMs = seconds > 0 && settings['public-url'].length > 0 ? LEAVE_MS : 0;
  await relay.stop({ drainMs: seconds * 1000, leaveMs });
  await usage.flush();
  await team?.close();
  return 0;
};

/** For balancers that only know from `/readyz` that a relay is about to go; most ask every second. */
const LEAVE_MS = 2_000;

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
