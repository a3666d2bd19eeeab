/**
 * Models that were seen to close thinking they had not opened, as the chat templates of some model servers make them
 * do. What such a model says first may be thinking, so its next answers are read before they are shown.
 */
import type { Target } from '../routing/target.ts';

export class UnmarkedThinking {
  /** By base URL and model. */
  readonly #models = new Set<string>();

  has(target: Target): boolean {
    return this.#models.has(keyOf(target));
  }

  add(target: Target): void {
    this.#models.add(keyOf(target));
  }
}

function keyOf({ provider, model }: Target): string {
  return `${provider.baseUrl} ${model}`;
}
