import type { JsonObject } from '../../../json.ts';

/** So many events in a row have to count up before an event that does not is taken for a repetition. */
const PROOF = 2;

/** Tells events that a provider sent twice (xAI, 2026-11) from events that only say the same as the one before. */
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
    // Numbers that do not count up say nothing.
    this.#counted = number > this.#number ? this.#counted + 1 : Number.NEGATIVE_INFINITY;
    this.#number = number;
    this.#last = event;
    return false;
  }
}
