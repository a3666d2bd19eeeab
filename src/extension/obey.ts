/** What a window does when another one sends a signal. */
import type { RelayController } from './relay/controller.ts';
import type { RequestLog } from './relay/request-log.ts';
import type { Signal } from './relay/window-signals.ts';
import type { Upkeep } from './upkeep.ts';

export interface ObeyingParts {
  controller: RelayController;
  requests: RequestLog;
  upkeep: Upkeep;
}

/** Does what another window asks, or takes over its news. */
export async function obey(signal: Signal, { controller, requests, upkeep }: ObeyingParts): Promise<void> {
  switch (signal) {
    case 'start':
      await controller.start();
      break;
    case 'stop':
      await controller.stop();
      break;
    case 'keys':
    case 'owner-left':
      await controller.refresh();
      break;
    case 'owner-came':
      if (controller.state.kind === 'needs-key') await controller.refresh();
      break;
    case 'clear-history':
      await controller.served?.clearHistory();
      requests.reload();
      break;
    case 'requests':
      requests.reload();
      break;
    case 'targets':
      await upkeep.drawTargets();
      break;
    case 'reset-targets':
      await controller.served?.resetTargets();
      await upkeep.drawTargets();
      break;
  }
}
