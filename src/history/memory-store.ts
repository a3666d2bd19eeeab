import { type Logger, SILENT_LOGGER } from '../logger.ts';
import type { RecordStorage } from './record-storage.ts';
import { RetainedHistory } from './retained-history.ts';
import { DEFAULT_HISTORY_LIMITS, type HistoryLimits, type HistoryStore } from './store.ts';

export interface MemoryStoreOptions {
  /** Told what was not kept, and why. Default: silent. */
  logger?: Logger;
  /** Milliseconds since the epoch. Default: the system's clock. */
  clock?: () => number;
}

/** A history that ends with the process. */
export function createMemoryStore(
  limits: HistoryLimits = DEFAULT_HISTORY_LIMITS,
  options: MemoryStoreOptions = {},
): HistoryStore {
  const { logger = SILENT_LOGGER, clock = Date.now } = options;
  return new RetainedHistory({ limits, storage: createMemoryStorage(), logger, clock });
}

/**
 * Records are kept as bytes, not objects, so that they take as much memory as the budget says and the garbage collector
 * does not have to walk them.
 */
function createMemoryStorage(): RecordStorage {
  const records = new Map<string, Buffer>();
  return {
    indent: 0,
    read: async (key) => records.get(key)?.toString(),
    write: async (key, text) => {
      // Not from Node's pool, in which a small record would keep its neighbours' memory alive.
      const bytes = Buffer.allocUnsafeSlow(Buffer.byteLength(text));
      bytes.write(text);
      records.set(key, bytes);
    },
    touch: () => {},
    remove: async (keys) => {
      for (const key of keys) records.delete(key);
    },
    clear: async () => {},
    close: async () => {},
  };
}
