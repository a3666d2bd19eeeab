/**
 * Tells fragments that each repeat all that came before (`{"a`, `{"a":1}`) from fragments that add to it. The first
 * is passed on at once; while those that follow repeat it, they wait.
 */
export class Snapshots {
  #first = '';
  #last = '';
  #waiting: string[] = [];
  #isOver = false;

  get isOver(): boolean {
    return this.#isOver;
  }

  get isSuspected(): boolean {
    return this.#waiting.length > 0;
  }

  /** The last fragment: all of the text, where the fragments are snapshots. */
  get last(): string {
    return this.#last;
  }

  /** The text where they are not. */
  get joined(): string {
    return this.#first + this.#waiting.join('');
  }

  /** @returns what of the fragments is to be read now */
  take(fragment: string): string {
    if (this.#last === '') {
      this.#first = fragment;
      this.#last = fragment;
      // White space, or what is no object, says nothing.
      this.#isOver = !fragment.trimStart().startsWith('{');
      return fragment;
    }
    if (this.#last !== '{}' && fragment.startsWith(this.#last)) {
      this.#last = fragment;
      this.#waiting.push(fragment);
      return '';
    }
    this.#isOver = true;
    return this.end() + fragment;
  }

  /** All that waits. */
  end(): string {
    const waiting = this.#waiting.join('');
    this.#waiting = [];
    return waiting;
  }
}
