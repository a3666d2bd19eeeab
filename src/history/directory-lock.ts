/**
 * Only one process at a time works in a history directory. The lock is a folder `lock.<n>` that names its owner. It
 * outlives a killed process, and the next one takes over by creating `lock.<n+1>`, which only one process can. The
 * highest number counts, and only the owner of a higher one removes it, so a slow process that still looks at an old
 * lock cannot take over from a faster one.
 *
 * The system is asked whether an owner is alive. For another container on the same volume process ids mean nothing, so
 * the owner also shows that it is alive by renewing the date of its lock.
 */
import { randomUUID } from 'node:crypto';
import {
  mkdir,
  readdir,
  readFile,
  readlink,
  realpath,
  rename,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { uptime } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod/mini';
import { messageOf } from '../errors.ts';
import { parseJson } from '../json.ts';
import { type Logger, SILENT_LOGGER } from '../logger.ts';
import { codeOf, whereCode } from '../node-errors.ts';

const owner = z.object({
  /** 0 if the owner has left properly. */
  pid: z.number(),
  /** When it took the lock, ISO 8601. */
  since: z.string(),
  /** When its process began, in the system's own units; null if the system does not tell. */
  process_start: z.nullable(z.string()),
  /** The namespace of its process id; null on systems without namespaces. Absent in locks of older releases. */
  pid_namespace: z.optional(z.nullable(z.string())),
});
type Owner = z.infer<typeof owner>;

export interface DirectoryLock {
  release(): Promise<void>;
}

const ATTEMPTS = 5;
const BEAT_MS = 3000;
/** After this many missed beats, the owner is considered gone. */
const MISSED_BEATS = 3;

/** Directories that this process has open. */
const ours = new Set<string>();

export interface LockOptions {
  /**
   * How often the lock is renewed, in ms. Whoever finds another container's lock waits for three beats. Default 3,000.
   */
  beatMs?: number;
  /** Told once if the lock can no longer be renewed, because a process in another container would then take it. */
  logger?: Logger;
}

/**
 * @param directory must exist
 * @returns the lock, or a phrase that says who holds it
 */
export async function lockDirectory(
  directory: string,
  { beatMs = BEAT_MS, logger = SILENT_LOGGER }: LockOptions = {},
): Promise<DirectoryLock | { heldBy: string }> {
  const path = await realpath(directory);
  if (ours.has(path)) return { heldBy: 'this process' };
  ours.add(path);
  try {
    const lock = await takeLock(path, beatMs, logger);
    if ('heldBy' in lock) ours.delete(path);
    return lock;
  } catch (error) {
    ours.delete(path);
    throw error;
  }
}

async function takeLock(
  path: string,
  beatMs: number,
  logger: Logger,
): Promise<DirectoryLock | { heldBy: string }> {
  for (let attempt = 1; ; attempt++) {
    const last = Math.max(0, ...(await lockNumbers(path)));
    const lock = lockPath(path, last);
    const holder = await readOwner(lock);
    if (holder !== undefined && (await isAlive(holder, lock, beatMs))) {
      return { heldBy: `process ${holder.pid} (see ${lock})` };
    }
    const mine = last + 1;
    const inTheWay = await claim(path, mine);
    if (inTheWay === undefined) {
      await removeOlder(path, mine);
      const beating = renewing(lockPath(path, mine), beatMs, logger);
      return {
        release: () => {
          clearInterval(beating);
          return release(path, mine);
        },
      };
    }
    if (attempt === ATTEMPTS)
      throw new Error(`${path} cannot be locked: ${messageOf(inTheWay)}`, { cause: inTheWay });
  }
}

/** @returns what prevented it, usually a faster process; undefined if the lock is ours */
async function claim(path: string, number: number): Promise<unknown> {
  const draft = `${lockPath(path, number)}.${randomUUID()}`;
  await mkdir(draft, { mode: 0o700 });
  try {
    await writeOwner(draft, await ourselves());
    // Fails if the target exists, because a non-empty folder is never replaced.
    await rename(draft, lockPath(path, number));
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    return error;
  }
  if (Math.max(...(await lockNumbers(path))) === number) return undefined;
  await rm(lockPath(path, number), { recursive: true, force: true });
  return new Error('another process was faster');
}

/** The folder stays, so that its number is not reused. */
async function release(path: string, number: number): Promise<void> {
  ours.delete(path);
  try {
    await writeOwner(lockPath(path, number), {
      pid: 0,
      since: new Date().toISOString(),
      process_start: null,
    });
  } catch (error) {
    // The user removed the directory while it was in use, so there is nothing left to release.
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}

/** Also removes the leftovers of processes that were killed while making their lock. */
async function removeOlder(path: string, number: number): Promise<void> {
  for (const name of await readdir(path)) {
    const older = /^lock\.(\d+)/.exec(name);
    if (older !== null && Number(older[1]) < number)
      await rm(join(path, name), { recursive: true, force: true });
  }
}

async function lockNumbers(path: string): Promise<number[]> {
  const names = await readdir(path);
  return names.flatMap((name) => (/^lock\.\d+$/.test(name) ? [Number(name.slice('lock.'.length))] : []));
}

function lockPath(path: string, number: number): string {
  return join(path, `lock.${number}`);
}

// ------------------------------------------------------------------------------------------------- owners

async function ourselves(): Promise<Owner> {
  const { pid } = process;
  const [seen, namespace] = await Promise.all([observe(pid), pidNamespace()]);
  const process_start = seen?.start ?? null;
  return { pid, since: new Date().toISOString(), process_start, pid_namespace: namespace };
}

/** The system has no such file, or does not show it. */
const NOT_TOLD = ['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM'];

/** The namespace of our process id; null on systems without namespaces. */
async function pidNamespace(): Promise<string | null> {
  return readlink('/proc/self/ns/pid').catch(whereCode(NOT_TOLD, null));
}

function ownerFile(lock: string): string {
  return join(lock, 'owner.json');
}

function writeOwner(lock: string, value: Owner): Promise<void> {
  return writeFile(ownerFile(lock), `${JSON.stringify(value)}\n`, { mode: 0o600 });
}

/**
 * Undefined if no owner is named. A lock is never half written, because it gets its name once it is complete. Rejects
 * if it cannot be read, because it may belong to another user who works here.
 */
async function readOwner(lock: string): Promise<Owner | undefined> {
  const text = await readFile(ownerFile(lock), 'utf8').catch(whereCode(['ENOENT'], undefined));
  return text === undefined ? undefined : owner.safeParse(parseJson(text)).data;
}

/**
 * Process ids are reused: the start time of the process, or else of the machine, tells the owner from another process.
 */
async function isAlive(owner: Owner, lock: string, beatMs: number): Promise<boolean> {
  const { pid, since, process_start, pid_namespace } = owner;
  if (pid === 0) return false;
  if (pid_namespace !== undefined && pid_namespace !== (await pidNamespace())) return beats(lock, beatMs);
  if (!isRunning(pid)) return false;
  const seen = await observe(pid);
  if (seen !== undefined) return !seen.isZombie && (process_start === null || process_start === seen.start);
  // We know our own directories, so a lock with our id was left by an earlier process with the same id.
  return pid !== process.pid && Date.parse(since) > Date.now() - uptime() * 1000;
}

function renewing(lock: string, beatMs: number, logger: Logger): NodeJS.Timeout {
  let isTold = false;
  return setInterval(() => {
    const now = new Date();
    utimes(ownerFile(lock), now, now).catch((error: unknown) => {
      // If the directory was removed, no lock is needed.
      if (isTold || codeOf(error) === 'ENOENT') return;
      isTold = true;
      logger.warn(`history: ${lock} cannot be renewed: ${messageOf(error)}`);
    });
  }, beatMs).unref();
}

/** Whether somebody renews the lock. */
async function beats(lock: string, beatMs: number): Promise<boolean> {
  const before = await renewedAt(lock);
  await sleep(MISSED_BEATS * beatMs);
  return (await renewedAt(lock)) !== before;
}

async function renewedAt(lock: string): Promise<number | undefined> {
  try {
    return (await stat(ownerFile(lock))).mtimeMs;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs as another user.
    return codeOf(error) === 'EPERM';
  }
}

/** What Linux tells about a process; undefined on other systems, or if there is no such process. */
async function observe(pid: number): Promise<{ start: string; isZombie: boolean } | undefined> {
  // ESRCH: it ended in the meantime.
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(
    whereCode([...NOT_TOLD, 'ESRCH'], undefined),
  );
  if (stat === undefined) return undefined;
  // The second field is the program's name in parentheses, which may contain anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { start: fields[19] ?? '', isZombie: fields[0] === 'Z' };
}
