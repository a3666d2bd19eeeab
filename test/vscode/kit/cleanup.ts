/** Undoes what tests started, newest first: at the end, on Ctrl-C, and after a crash. */

export type Cleanup = () => Promise<void>;

const open = new Set<Cleanup>();

/** Registers something to undo; the returned function undoes it once. */
export function onCleanup(undo: () => Promise<void>): Cleanup {
  const once = async () => {
    if (open.delete(once)) await undo();
  };
  open.add(once);
  return once;
}

export async function cleanupAll(): Promise<void> {
  for (const undo of [...open].reverse()) {
    await undo().catch((error: Error) => process.stderr.write(`cleanup: ${error.message}\n`));
  }
}

/** Ends with 128+n on a signal, after everything is undone. */
export function cleanupOnSignals(): void {
  for (const [signal, number] of [
    ['SIGINT', 2],
    ['SIGTERM', 15],
    ['SIGHUP', 1],
  ] as const) {
    process.once(signal, () => void cleanupAll().finally(() => process.exit(128 + number)));
  }
}
