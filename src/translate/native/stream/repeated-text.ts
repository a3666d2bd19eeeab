import { GrowingText } from '../../stream/text/growing-text.ts';

/** A shorter text may well be said twice. */
const TELLING_LENGTH = 8;

/**
 * Text whose deltas may repeat what was said: each all of it, or the last one once more (xAI, 2026-11). What may be such
 * a repetition waits for the next delta, or for the whole text, which tells.
 */
export class RepeatedText {
  readonly #growing = new GrowingText();
  #held = '';

  /**
   * @param said the whole text so far
   * @returns what the delta adds to it, as far as that is known
   */
  take(delta: string, said: string): string {
    if (!this.#growing.isOver) return this.#growing.take(delta);
    const held = this.#held;
    const isAgain = held === '' && delta.length >= TELLING_LENGTH && delta === said;
    this.#held = isAgain ? delta : '';
    return isAgain ? '' : held + delta;
  }

  /** Returns what is still waiting. */
  end(): string {
    const rest = this.#growing.end() + this.#held;
    this.#held = '';
    return rest;
  }
}
