/** The history store that the options ask for. */

import { messageOf } from '../errors.ts';
import { openDiskStore } from '../history/disk-store.ts';
import { createMemoryStore } from '../history/memory-store.ts';
import type { HistoryLimits, HistoryStore } from '../history/store.ts';
import type { Logger } from '../logger.ts';
import { CommandError } from './errors.ts';
import type { Settings } from './options.ts';

export function historyLimits(settings: Settings): HistoryLimits {
  return {
    ttlHours: settings['session-ttl-hours'],
    maxSessions: settings['max-sessions'],
    maxMemoryMb: settings['max-session-memory-mb'],
  };
}

/** In memory or on disk. @throws CommandError that names the directory if the disk store cannot be opened */
export async function openHistory(settings: Settings, logger: Logger): Promise<HistoryStore> {
  const limits = historyLimits(settings);
  if (settings['history-store'] === 'memory') return createMemoryStore(limits, { logger });
  try {
    const store = await openDiskStore({ directory: settings['history-dir'], limits, logger });
    logger.info(
      'history: Codex asks for nothing to be stored and carries all itself; files come from other clients',
    );
    return store;
  } catch (cause) {
    throw new CommandError(`${messageOf(cause)} Choose another with --history-dir`, { cause });
  }
}
