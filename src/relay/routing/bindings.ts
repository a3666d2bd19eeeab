/**
 * Which target a thread is bound to: the provider that has its prompt cached and signed its reasoning. A thread that
 * had to move stays where it went; only new threads go back.
 */
import { asObject, parseObject } from '../../json.ts';
import type { Binding } from '../gateway-options.ts';
import type { Target } from './target.ts';

/** How many threads are remembered; the least recently used is forgotten first. */
const MOST_THREADS = 1_000;

export class Bindings {
  readonly #bindings = new Map<string, Binding>();

  /** @param saved what `text()` returned in an earlier run; anything else is ignored */
  constructor(saved = '') {
    for (const [thread, value] of Object.entries(parseObject(saved) ?? {})) {
      const binding = asBinding(value);
      if (binding !== undefined) this.#bindings.set(thread, binding);
    }
  }

  /** The target, among these, that the thread is bound to. */
  targetOf(thread: string, targets: readonly Target[]): Target | undefined {
    const bound = this.#bindings.get(thread);
    return bound && targets.find((target) => isSame(bound, target));
  }

  has(thread: string): boolean {
    return this.#bindings.has(thread);
  }

  /** @returns whether this changed anything */
  bind(thread: string, target: Target): boolean {
    const before = this.#bindings.get(thread);
    this.learn(thread, bindingTo(target));
    return before === undefined || !isSame(before, target);
  }

  /** Notes where another relay bound a thread. */
  learn(thread: string, binding: Binding): void {
    this.#bindings.delete(thread);
    this.#bindings.set(thread, binding);
    const [oldest] = this.#bindings.keys();
    if (this.#bindings.size > MOST_THREADS && oldest !== undefined) this.#bindings.delete(oldest);
  }

  /** The models that threads were sent to, the latest first. */
  recent(): Pick<Binding, 'upstream' | 'model'>[] {
    const latest = [...this.#bindings.values()].toReversed();
    const byName = new Map(
      latest.toReversed().map((binding) => [`${binding.upstream}/${binding.model}`, binding]),
    );
    return latest.filter((binding) => byName.get(`${binding.upstream}/${binding.model}`) === binding);
  }

  /** Everything, as JSON; thread ids are random ones of Codex's and reveal nothing. */
  text(): string {
    return JSON.stringify(Object.fromEntries(this.#bindings));
  }
}

export function bindingTo({ provider, model, keyIndex }: Target): Binding {
  return { upstream: provider.id, model, key: keyIndex };
}

function isSame({ upstream, model, key }: Binding, target: Target): boolean {
  return upstream === target.provider.id && model === target.model && key === target.keyIndex;
}

export function asBinding(value: unknown): Binding | undefined {
  const { upstream, model, key } = asObject(value) ?? {};
  const isBinding = typeof upstream === 'string' && typeof model === 'string' && typeof key === 'number';
  return isBinding ? { upstream, model, key } : undefined;
}
