/** What the kernel knows of a process: processor time by the scheduler's own count, and memory. Linux only. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

export interface Memory {
  residentMb: number;
  peakMb: number;
}

/**
 * Processor time of all threads, in milliseconds. The scheduler counts nanoseconds, where `/proc/PID/stat` counts
 * ticks of ten milliseconds. Undefined where the kernel does not tell.
 */
export function cpuMs(pid: number | undefined): number | undefined {
  if (pid === undefined) return undefined;
  return unlessGone(() => {
    const threads = readdirSync(`/proc/${pid}/task`);
    return threads.reduce((sum, id) => sum + threadNanoseconds(pid, id), 0) / 1e6;
  });
}

function threadNanoseconds(pid: number, thread: string): number {
  const text = unlessGone(() => readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8'));
  return Number.parseInt(text ?? '0', 10);
}

export function memoryOf(pid: number | undefined): Memory | undefined {
  if (pid === undefined) return undefined;
  return unlessGone(() => {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const megabytes = (field: string) =>
      (Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(status)?.[1]) * 1024) / 1e6;
    return { residentMb: megabytes('VmRSS'), peakMb: megabytes('VmHWM') };
  });
}

/** The process that listens on a port of this machine; undefined when it is not ours to see. */
export function listenerOn(port: number): number | undefined {
  const inode = unlessGone(() => inodeOf(port));
  if (inode === undefined) return undefined;
  return readdirSync('/proc')
    .map(Number)
    .find((pid) => pid > 0 && unlessGone(() => hasSocket(pid, inode)));
}

const LISTENS = '0A';

function inodeOf(port: number): string | undefined {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const tables = ['/proc/net/tcp', '/proc/net/tcp6'].map((table) => readFileSync(table, 'utf8')).join('\n');
  const fields = tables.split('\n').map((line) => line.trim().split(/\s+/));
  return fields.find(([, local, , state]) => local?.endsWith(suffix) && state === LISTENS)?.[9];
}

function hasSocket(pid: number, inode: string): boolean {
  const folder = `/proc/${pid}/fd`;
  return readdirSync(folder).some(
    (file) => unlessGone(() => readlinkSync(`${folder}/${file}`)) === `socket:[${inode}]`,
  );
}

/** Processes and threads end while they are looked at, and other systems have no such files. */
function unlessGone<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
