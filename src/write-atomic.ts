/** Replaces a file atomically: readers, and a crash at any moment, find either the old content or the new. */
import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf } from './node-errors.ts';

/** Windows refuses to replace a file that another program (a virus scanner, an editor) holds open for a moment. */
const BUSY = new Set<string | undefined>(['EACCES', 'EBUSY', 'EPERM']);
const BUSY_RETRIES = 5;

export interface AtomicWrite {
  path: string;
  text: string;
  /** Permissions of the new file, e.g. 0o600. */
  mode: number;
  /** Default: UTF-8. */
  encoding?: BufferEncoding;
  /** The file's modification time, in milliseconds since the epoch. Default: now. */
  mtime?: number;
  /** Runs right before the file is replaced; if it rejects, the old file stays. */
  confirm?: () => Promise<void>;
}

/**
 * Resolves once the new content would survive a power cut. Rejects with the file system's error or that of `confirm`;
 * the old content is then still there. A process that dies in between may leave `<path>.<uuid>.tmp`.
 */
export async function writeAtomic(write: AtomicWrite): Promise<void> {
  const { path, confirm } = write;
  const draft = `${path}.${randomUUID()}.tmp`;
  try {
    await writeDraft(draft, write);
    await confirm?.();
    await renameOver(draft, path);
  } catch (error) {
    // A draft that cannot be removed is harmless, and the caller must hear of the first error.
    await rm(draft, { force: true }).catch(() => undefined);
    throw error;
  }
  await syncFolder(dirname(path));
}

async function writeDraft(
  path: string,
  { text, mode, mtime, encoding = 'utf8' }: AtomicWrite,
): Promise<void> {
  const file = await open(path, 'wx', mode);
  try {
    await file.writeFile(text, encoding);
    // The umask may have taken bits from the mode that open() was given.
    await file.chmod(mode);
    if (mtime !== undefined) await file.utimes(mtime / 1000, mtime / 1000);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function renameOver(from: string, to: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await rename(from, to);
      return;
    } catch (error) {
      const isBusy = process.platform === 'win32' && BUSY.has(codeOf(error));
      if (!isBusy || attempt > BUSY_RETRIES) throw error;
      await sleep(20 * attempt);
    }
  }
}

/** Makes renames and removals in a folder durable. Windows cannot open folders and does not need this. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
