/** What was used last, by kind, in VS Code's global state, and thus known to all windows that open later. */
import type { Memento } from 'vscode';

const MOST = 3;

export class Recents {
  readonly #memory: Pick<Memento, 'get' | 'update'>;

  constructor(memory: Pick<Memento, 'get' | 'update'>) {
    this.#memory = memory;
  }

  /** The latest first. */
  of(kind: string): readonly string[] {
    const kept = this.#memory.get<unknown>(keyOf(kind));
    return Array.isArray(kept) ? kept.filter((name) => typeof name === 'string') : [];
  }

  async use(kind: string, name: string): Promise<void> {
    const others = this.of(kind).filter((other) => other !== name);
    await this.#memory.update(keyOf(kind), [name, ...others].slice(0, MOST));
  }
}

function keyOf(kind: string): string {
  return `recent.${kind}`;
}
