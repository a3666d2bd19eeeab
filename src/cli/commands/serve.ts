/** The default command: run the relay until a signal stops it. */
import { codexHome } from '../../codex/home/codex-home.ts';
import { readNativeEntries } from '../../codex/home/native-file.ts';
import { start } from '../../index.ts';
import { codeOf } from '../../node-errors.ts';
import type { RelayHandle, RelayOptions } from '../../relay/options.ts';
import { resolveProvider } from '../../relay/routing/provider.ts';
import { announceModels, announceStart } from '../announce.ts';
import { CommandError } from '../errors.ts';
import type { Command } from '../invocation.ts';
import { keepUsage } from '../keep-usage.ts';
import { openHistory } from '../open-history.ts';
import { readProxy } from '../proxy.ts';
import { bindingsFile, bindingsSaver, keepCatalog, readBindings } from '../serving-upkeep.ts';
import { servedUpstreams } from '../upstreams.ts';

export const serve: Command = async (invocation) => {
  const { settings, environment, logger } = invocation;
  const native = await readNativeEntries(codexHome(environment));
  const served = servedUpstreams(invocation, environment, native);
  const provider = resolveProvider(served.upstreams[0]);
  const proxy = readProxy(environment, logger);
  const usage = await keepUsage(invocation, served.upstreams);
  const bindings = bindingsFile(settings.port, environment);
  // The relay is told of changes, and asked what they are, once it runs.
  let keep = () => {};
  const relay = await listen({
    ...served,
    port: settings.port,
    toolDenylist: settings['tool-denylist'],
    heal: !settings['no-heal'],
    webSocket: settings.websocket,
    history: await openHistory(settings, logger),
    logger,
    ...(settings.token && { token: settings.token }),
    ...(settings['stall-seconds'] && { stallMs: settings['stall-seconds'] * 1000 }),
    ...(proxy && { proxy }),
    // A port that the system chooses is another one next time, and so another relay.
    ...(settings.port !== 0 && {
      savedBindings: await readBindings(bindings, logger),
      onBindings: bindingsSaver(bindings, logger),
    }),
    onModels: () => keep(),
    ...usage.options,
  });
  keep = () => void keepCatalog(relay, environment, logger);
  keep();
  const started = { relay, provider, logger, needsToken: settings.token !== '' };
  announceStart(started);
  void announceModels(started);

  logger.info(`Stopping (${await stopSignal()}); running answers get two seconds to end`);
  await relay.stop();
  await usage.flush();
  return 0;
};

async function listen(options: RelayOptions): Promise<RelayHandle> {
  try {
    return await start(options);
  } catch (cause) {
    await options.history?.close();
    const sentence = bindFailure(cause, options.port);
    throw sentence ? new CommandError(sentence, { cause }) : cause;
  }
}

function bindFailure(cause: unknown, port: number | undefined): string | undefined {
  const code = codeOf(cause);
  if (code === 'EADDRINUSE') {
    return `port ${port} on 127.0.0.1 is in use, perhaps by another relay: stop that program, or choose a port with --port`;
  }
  if (code === 'EACCES')
    return `port ${port} on 127.0.0.1 may not be used by this user: choose another with --port`;
  return undefined;
}

/** The terminal sends Ctrl-C to the process, and npm passes it on once more: one key press arrives twice. */
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
