/**
 * What the relay serves, and what is in trouble. The serving window writes it to a file in the extension's global
 * storage, so that attached windows show the same.
 */
import { EventEmitter } from 'node:events';
import { readFile } from 'node:fs/promises';
import { isObject, parseJson } from '../../json.ts';
import type { Logger } from '../../logger.ts';
import type { TargetState } from '../../relay/options.ts';
import { writeAtomic } from '../../write-atomic.ts';
import { LateSave } from './late-save.ts';
import type { WindowSignals } from './window-signals.ts';

export interface BoardEntry {
  /** The upstream's id. */
  id: string;
  name: string;
  isActive: boolean;
  /** How many keys it has. */
  keys: number;
  troubles: readonly TargetState[];
}

/** Emits `change` when the content changes. */
export class TargetBoard extends EventEmitter<{ change: [] }> {
  readonly #file: string;
  readonly #saved: LateSave;
  #entries: readonly BoardEntry[] = [];

  constructor(file: string, signals: Pick<WindowSignals, 'send'>, logger: Logger) {
    super();
    this.#file = file;
    const save = async () => {
      await writeAtomic({ path: file, text: JSON.stringify(this.#entries), mode: 0o600 });
      await signals.send('targets');
    };
    this.#saved = new LateSave('The list of targets', save, logger);
  }

  get entries(): readonly BoardEntry[] {
    return this.#entries;
  }

  /** Shows what this window serves, here and in the other windows. */
  put(entries: readonly BoardEntry[]): void {
    if (this.#replace(entries)) this.#saved.ask();
  }

  /** Shows nothing, in this window. */
  clear(): void {
    this.#replace([]);
  }

  /** Shows what the serving window saved. Never rejects. */
  async reload(): Promise<void> {
    // Absent until a window has served; an unreadable file is replaced with the next request.
    const saved: unknown = parseJson(await readFile(this.#file, 'utf8').catch(() => '[]'));
    this.#replace(Array.isArray(saved) ? saved.filter(isEntry) : []);
  }

  /** Saves now whatever waits to be saved. Never rejects. */
  flush(): Promise<void> {
    return this.#saved.flush();
  }

  /** @returns whether anything changed */
  #replace(entries: readonly BoardEntry[]): boolean {
    if (JSON.stringify(entries) === JSON.stringify(this.#entries)) return false;
    this.#entries = entries;
    this.emit('change');
    return true;
  }
}

function isEntry(value: unknown): value is BoardEntry {
  if (!isObject(value)) return false;
  const { id, name, isActive, keys, troubles } = value;
  const isNamed = typeof id === 'string' && typeof name === 'string' && typeof isActive === 'boolean';
  return isNamed && typeof keys === 'number' && Array.isArray(troubles) && troubles.every(isTrouble);
}

function isTrouble(value: unknown): value is TargetState {
  if (!isObject(value)) return false;
  const { upstream, model, key, code, message, until } = value;
  const texts = [upstream, code, message].every((field) => typeof field === 'string');
  const isModel = model === undefined || typeof model === 'string';
  return texts && isModel && typeof key === 'number' && typeof until === 'number';
}
