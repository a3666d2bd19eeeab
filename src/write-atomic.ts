/** Replaces a file as a whole: a reader, or a crash at any moment, sees the old content or the new one. */
import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Windows refuses to replace a file that another program (a virus scanner, an editor) holds open for a moment. */
const BUSY = new Set(['EACCES', 'EBUSY', 'EPERM']);
const BUSY_RETRIES = 5;

export interface AtomicWrite {
  path: string;
  text: string;
  /** Permissions of the new file, e.g. 0o600. */
  mode: number;
  /** The last word before the file is replaced: rejects to leave it as it is. */
  confirm?: () => Promise<void>;
}

/** Rejects with the file system's error, or with `confirm`'s; the old content is then still there. */
export async function writeAtomic({ path, text, mode, confirm }: AtomicWrite): Promise<void> {
  const scratch = `${path}.${randomUUID()}.tmp`;
  try {
    await writeThrough(scratch, text, mode);
    await confirm?.();
    await renameOver(scratch, path);
  } finally {
    await rm(scratch, { force: true });
  }
  await syncFolder(dirname(path));
}

async function writeThrough(path: string, text: string, mode: number): Promise<void> {
  const file = await open(path, 'wx', mode);
  try {
    await file.writeFile(text, 'utf8');
    // The mode given to open() is cut by the umask.
    await file.chmod(mode);
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
      const busy = process.platform === 'win32' && BUSY.has((error as NodeJS.ErrnoException).code ?? '');
      if (!busy || attempt > BUSY_RETRIES) throw error;
      await sleep(20 * attempt);
    }
  }
}

/** Makes the rename itself durable. Windows cannot open a folder, and needs no such step. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
