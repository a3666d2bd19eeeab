/** Which models turned out to be served by Chat Completions only; kept while the relay runs. */
import type { Logger } from '../../logger.ts';
import type { Target } from '../routing/target.ts';

export class LearnedWires {
  readonly #logger: Logger;
  /** By base URL and model. */
  readonly #chatOnly = new Set<string>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** The target on the wire that works. */
  working(target: Target): Target {
    return target.wire === 'responses' && this.#chatOnly.has(keyOf(target)) ? onChat(target) : target;
  }

  /** Notes that the target answered by Chat Completions after refusing the Responses API. */
  turnToChat(target: Target): void {
    const key = keyOf(target);
    if (this.#chatOnly.has(key)) return;
    this.#chatOnly.add(key);
    const { provider, model } = target;
    this.#logger.warn(
      `${provider.profile.name} does not serve ${model} by the Responses API at ${new URL(provider.baseUrl).host}: Chat Completions is used from now on`,
    );
  }
}

export function onChat(target: Target): Target {
  return { ...target, wire: 'chat' };
}

function keyOf({ provider: { baseUrl }, model }: Target): string {
  return `${baseUrl} ${model}`;
}
