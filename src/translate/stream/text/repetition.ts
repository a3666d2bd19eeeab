/** Text after the end of an answer, which may be the whole answer again: some gateways repeat it. */
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

  /** Whether something is held back that may be the beginning of a repetition. */
  get isHolding(): boolean {
    return this.#held !== '';
  }

  /** Returns what is held back when something else begins; what was repeated to its end may be repeated again. */
  release(): string {
    return this.#held.trim() === '' || this.#held.trim() === this.#said.trim() ? this.#drop() : this.end();
  }

  /** Returns what was held back, if it was not a repetition after all. */
  end(): string {
    const held = this.#isOver || this.#held.trim() === this.#said.trim() ? '' : this.#held;
    this.#isOver = true;
    return held;
  }

  #drop(): string {
    this.#held = '';
    return '';
  }
}
