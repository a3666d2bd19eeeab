/** The history store that the options ask for. */
import { createMemoryStore } from '../history/memory-store.ts';
import type { HistoryStore } from '../history/store.ts';
import { CommandError } from './errors.ts';
import type { Settings } from './options.ts';

/** Throws a `CommandError` when the store cannot be had. */
export async function openHistory(settings: Settings): Promise<HistoryStore> {
  const limits = {
    ttlHours: settings['session-ttl-hours'],
    maxSessions: settings['max-sessions'],
    maxMemoryMb: settings['max-session-memory-mb'],
  };
  if (settings['history-store'] === 'memory') return createMemoryStore(limits);
  throw new CommandError('the disk store is not part of this build yet: use --history-store memory');
}
