import type { JsonObject } from '../../../json.ts';

/** How many events in a row must count up before one that does not is taken for a repetition. */
const PROOF = 2;

/**
 * Distinguishes events that a provider sent twice (xAI, 2026-11) from events that only say the same as the one before.
 */
export class RepeatedEvents {
  #last: JsonObject = {};
  #number = Number.NEGATIVE_INFINITY;
  #counted = 0;

  isRepeated(event: JsonObject): boolean {
    const number = event['sequence_number'];
    if (typeof number !== 'number') return false;
    const { type, delta } = this.#last;
    if (number === this.#number && event['type'] === type && event['delta'] === delta)
      return delta !== undefined && this.#counted >= PROOF;
    // Numbers that do not count up prove nothing.
    this.#counted = number > this.#number ? this.#counted + 1 : Number.NEGATIVE_INFINITY;
    this.#number = number;
    this.#last = event;
    return false;
  }
}
