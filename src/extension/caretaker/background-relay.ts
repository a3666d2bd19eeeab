/** A relay without a window: the same upstreams, keys and list of requests, but no history on disk. */
import { join } from 'node:path';
import type { Logger } from '../../logger.ts';
import { createNodeHttpTransport } from '../../relay/upstream/node-http-transport.ts';
import type { RoutingPlan } from '../relay/controller.ts';
import { RelayLauncher } from '../relay/launcher.ts';
import { RequestLog } from '../relay/request-log.ts';
import { RequestReporter } from '../relay/request-reporter.ts';
import { WindowSignals } from '../relay/window-signals.ts';
import type { Standing } from './caretaker.ts';
import type { Orders } from './orders.ts';

export interface BackgroundParts {
  /** The thread's program: `dist/relay.cjs`. */
  program: string;
  logger: Logger;
  /** The relay broke down. */
  onDeath(error: Error): void;
}

/** Rejects when the relay cannot be started, e.g. with `EADDRINUSE`. */
export async function serveWithoutWindow(
  { plan, storage, network }: Orders,
  { program, logger, onDeath }: BackgroundParts,
): Promise<Standing> {
  const requests = new RequestLog(join(storage, 'requests.json'));
  const signals = new WindowSignals(storage, logger);
  const reporter = new RequestReporter(requests, signals, logger);
  const launcher = new RelayLauncher({
    program,
    logger,
    network: () => network,
    // What only works through VS Code's network fails here with the system's error.
    transport: createNodeHttpTransport(),
    bindingsFile: join(storage, 'bindings.json'),
    usageFolder: join(storage, 'usage'),
  });
  let isReleased = false;
  // A history belongs to a workspace, and its folder to the window that has the workspace open.
  const server = { ...plan.server, historyDir: undefined };
  const relay = await launcher.launch(
    { ...plan, server, routing: withoutVSCode(plan.routing) },
    {
      // From then on, the list belongs to the window that serves.
      onRequest: (report) => {
        if (!isReleased) reporter.put(report);
      },
      onModels: () => {},
      // The relay logs it, and there is no window to show it in.
      onBudget: () => {},
      onDeath,
    },
  );
  return {
    release: async () => {
      isReleased = true;
      await reporter.flush();
      await relay.drain();
      signals.dispose();
    },
  };
}

/** The plan without VS Code's own models, which end with VS Code. @throws Error if one of them was the choice */
function withoutVSCode(routing: RoutingPlan): RoutingPlan {
  const upstreams = routing.upstreams.filter(({ provider }) => provider !== VSCODE);
  if (!upstreams.some(({ id }) => id === routing.active))
    throw new Error('the chosen provider is VS Code itself, whose models end with it.');
  const { fallbacks, roles, visionModel } = routing.standIns;
  const isThere = (name: string) => !name.startsWith(`${VSCODE}/`);
  const kept = Object.entries(fallbacks).map(([model, names]) => [model, names.filter(isThere)] as const);
  return {
    ...routing,
    upstreams,
    standIns: {
      fallbacks: Object.fromEntries(kept.filter(([, names]) => names.length > 0)),
      roles: Object.fromEntries(Object.entries(roles).filter(([, name]) => isThere(name))),
      ...(visionModel !== undefined && isThere(visionModel) && { visionModel }),
    },
  };
}

/** Id of the preset, and of its upstream. */
const VSCODE = 'vscode';
