/**
 * Distinguishes fragments that each repeat everything before (`{"a`, `{"a":1}`) from fragments that add to it. The
 * first is passed on at once; later ones wait as long as they repeat it.
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

  /** The last fragment: the whole text, if the fragments are snapshots. */
  get last(): string {
    return this.#last;
  }

  /** The text if they are not snapshots. */
  get joined(): string {
    return this.#first + this.#waiting.join('');
  }

  /** @returns the text that can be read now */
  take(fragment: string): string {
    if (this.#last === '') {
      this.#first = fragment;
      this.#last = fragment;
      // A first fragment that is blank or not an object could not be told from a mere repetition.
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

  /** Returns everything that is still waiting. */
  end(): string {
    const waiting = this.#waiting.join('');
    this.#waiting = [];
    return waiting;
  }
}
