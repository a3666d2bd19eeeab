/** Text behind the end of an answer that may be the whole answer once more: some gateways send it again. */
export class Repetition {
  readonly #said: string;
  #held = '';
  #isOver: boolean;

  /** @param said the answer's text */
  constructor(said: string) {
    this.#said = said;
    this.#isOver = said === '';
  }

  /** @returns what is certain to be new */
  take(delta: string): string {
    if (this.#isOver) return delta;
    this.#held += delta;
    if (this.#held === this.#said) this.#held = '';
    if (this.#said.startsWith(this.#held)) return '';
    this.#isOver = true;
    return this.#held;
  }

  /** What was held back, where it is no repetition after all. */
  end(): string {
    const held = this.#isOver || this.#held.trim() === this.#said.trim() ? '' : this.#held;
    this.#isOver = true;
    return held;
  }
}
