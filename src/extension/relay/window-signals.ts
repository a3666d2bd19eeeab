/**
 * Signals from one VS Code window to the others, through files in the extension's global storage: one file per kind of
 * signal, so that one kind never hides another. VS Code itself syncs settings and secrets between windows; this is for
 * everything else. Signals carry no content.
 */
import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { type FSWatcher, mkdirSync, readFileSync, watch } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../../errors.ts';
import type { Logger } from '../../logger.ts';

/**
 * `hand-back`: a caretaker must give the port to a window. `keys`: a key changed. `owner-came`, `owner-left`: a window
 * began or stopped serving. `requests`, `targets`: the list was saved. The others request what their names say.
 */
const SIGNALS = [
  'start',
  'stop',
  'owner-came',
  'owner-left',
  'keys',
  'clear-history',
  'requests',
  'targets',
  'reset-targets',
  'hand-back',
] as const;
export type Signal = (typeof SIGNALS)[number];

const PREFIX = 'signal-';

/** The file for a signal in the extension's global storage; a new text in it is a new signal. */
export function signalFile(folder: string, signal: Signal): string {
  return join(folder, PREFIX + signal);
}

/** How often the files are read if the system cannot watch them. */
const POLL_MS = 2000;

/** Emits `signal` for what other windows send. The relay works without signals, so a failure is only logged. */
export class WindowSignals extends EventEmitter<{ signal: [Signal] }> {
  readonly #folder: string;
  readonly #logger: Logger;
  /** The last id of each kind seen or sent by this window. */
  readonly #seen = new Map<Signal, string>();
  #watcher: FSWatcher | undefined;
  #poll: NodeJS.Timeout | undefined;

  /** Watches `folder`, which it creates. */
  constructor(folder: string, logger: Logger) {
    super();
    this.#folder = folder;
    this.#logger = logger;
    for (const signal of SIGNALS) this.#seen.set(signal, this.#read(signal));
    try {
      mkdirSync(folder, { recursive: true });
      // Linux limits the number of watches, and large workspaces use them up; Windows fails later, if the folder is
      // removed.
      this.#watcher = watch(folder, (_event, name) => this.#look(name));
      this.#watcher.on('error', (error) => this.#pollInstead(error));
    } catch (error) {
      this.#pollInstead(error);
    }
  }

  /** Resolves when the other windows can see it. Never rejects. */
  async send(signal: Signal): Promise<void> {
    const id = randomUUID();
    this.#seen.set(signal, id);
    try {
      await writeFile(signalFile(this.#folder, signal), id);
    } catch (error) {
      this.#logger.warn(`The other windows could not be told "${signal}": ${messageOf(error)}`);
    }
  }

  dispose(): void {
    this.#watcher?.close();
    clearInterval(this.#poll);
  }

  #pollInstead(error: unknown): void {
    if (this.#poll !== undefined) return;
    this.#watcher?.close();
    this.#poll = setInterval(() => this.#look(null), POLL_MS);
    this.#logger.warn(
      `Signals of other windows are looked for every ${POLL_MS / 1000} s, because their folder cannot be watched: ${messageOf(error)}`,
    );
  }

  /** Reads the file with this name, or all of them if the system does not say which one changed. */
  #look(name: string | null): void {
    for (const signal of SIGNALS) {
      if (name !== null && name !== PREFIX + signal) continue;
      const id = this.#read(signal);
      if (id === '' || id === this.#seen.get(signal)) continue;
      this.#seen.set(signal, id);
      this.emit('signal', signal);
    }
  }

  /** Empty if there is none, or while another window is writing it: it is read again after the write. */
  #read(signal: Signal): string {
    try {
      return readFileSync(signalFile(this.#folder, signal), 'utf8');
    } catch {
      return '';
    }
  }
}
