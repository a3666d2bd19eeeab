import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { messageOf } from '../errors.ts';
import { type Logger, SILENT_LOGGER } from '../logger.ts';
import { lockDirectory } from './directory-lock.ts';
import { createMemoryStore } from './memory-store.ts';
import { RecordFiles } from './record-files.ts';
import { RetainedHistory } from './retained-history.ts';
import { DEFAULT_HISTORY_LIMITS, type HistoryLimits, type HistoryStore } from './store.ts';

export interface DiskStoreOptions {
  /** Created if missing, readable by its owner only. A relative path is resolved from the working directory. */
  directory: string;
  /** Default: `DEFAULT_HISTORY_LIMITS`. */
  limits?: HistoryLimits;
  /** Told which files were set aside or ignored, and why. Default: silent. */
  logger?: Logger;
  /** Milliseconds since the epoch. Default: the system's clock. */
  clock?: () => number;
}

/**
 * A history that survives restarts: one JSON file per record in `sessions/`, `reasoning/` and `turns/`, with the index
 * in memory. While another process works in the directory, the history is kept in memory instead, and the log says so.
 * @throws Error with a sentence that names the directory, if it cannot be used
 */
export async function openDiskStore(options: DiskStoreOptions): Promise<HistoryStore> {
  const { limits = DEFAULT_HISTORY_LIMITS, logger = SILENT_LOGGER, clock = Date.now } = options;
  const directory = resolve(options.directory);
  try {
    await createDirectory(directory);
    const lock = await lockDirectory(directory, { logger });
    if ('heldBy' in lock) {
      logger.warn(
        `history: ${directory} is in use by ${lock.heldBy}. This relay keeps its history in memory until it ends.`,
      );
      return createMemoryStore(limits, { logger, clock });
    }
    try {
      const storage = new RecordFiles(directory, logger, () => lock.release());
      const history = new RetainedHistory({ limits, storage, logger, clock });
      await history.load(await storage.scan());
      const { records, bytes } = history.size;
      logger.info(`history: ${records} records (${(bytes / 1024 / 1024).toFixed(1)} MiB) in ${directory}`);
      return history;
    } catch (error) {
      await lock.release();
      throw error;
    }
  } catch (error) {
    throw new Error(`The history directory ${directory} cannot be used: ${messageOf(error)}.`, {
      cause: error,
    });
  }
}

/** The directory is often inside a project, and its content must not be committed by accident. */
async function createDirectory(directory: string): Promise<void> {
  const created = await mkdir(directory, { recursive: true, mode: 0o700 });
  if (created !== undefined) await writeFile(join(directory, '.gitignore'), '*\n', { mode: 0o600 });
}
