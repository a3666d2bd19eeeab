/**
 * A word from one VS Code window to the others, through files in the extension's global storage: one file per
 * kind of signal, so that a later one never hides an earlier one. Settings and secrets reach other windows by
 * themselves; this carries what has no such channel. Never any content.
 */
import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { type FSWatcher, mkdirSync, readFileSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** `keys`: a key changed. `owner-came`, `owner-left`: a window began or ended to serve. `requests`: the list was saved. */
const SIGNALS = ['start', 'stop', 'owner-came', 'owner-left', 'keys', 'clear-history', 'requests'] as const;
export type Signal = (typeof SIGNALS)[number];

const PREFIX = 'signal-';

/** Emits `signal` for what other windows send. */
export class WindowSignals extends EventEmitter<{ signal: [Signal] }> {
  readonly #folder: string;
  readonly #watcher: FSWatcher;
  /** The last id of each kind that was seen or sent here. */
  readonly #seen = new Map<Signal, string>();

  /** Watches `folder`, which it creates. */
  constructor(folder: string) {
    super();
    mkdirSync(folder, { recursive: true });
    this.#folder = folder;
    for (const signal of SIGNALS) this.#seen.set(signal, this.#read(signal));
    this.#watcher = watch(folder, (_event, name) => {
      for (const signal of SIGNALS) {
        // Some systems do not say which file changed.
        if (name !== null && name !== PREFIX + signal) continue;
        const id = this.#read(signal);
        if (id === '' || id === this.#seen.get(signal)) continue;
        this.#seen.set(signal, id);
        this.emit('signal', signal);
      }
    });
  }

  send(signal: Signal): void {
    const id = randomUUID();
    this.#seen.set(signal, id);
    writeFileSync(join(this.#folder, PREFIX + signal), id);
  }

  dispose(): void {
    this.#watcher.close();
  }

  /** Empty when there is none, or while another window writes it: the watcher calls again after the write. */
  #read(signal: Signal): string {
    try {
      return readFileSync(join(this.#folder, PREFIX + signal), 'utf8');
    } catch {
      return '';
    }
  }
}
