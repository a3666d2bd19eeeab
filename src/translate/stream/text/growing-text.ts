/** An answer that says the same again and again (`ha`, a line end) is none that grows: it would have grown by now. */
const MOST_REPEATS = 4;
/** One that has grown before may pause for longer. */
const MOST_REPEATS_GROWN = 8;
/** A text of this length that comes twice, and is the whole answer, was sent twice. */
const LONG = 24;
const MOST_REPEATS_LONG = 16;

/**
 * Text from gateways whose deltas each repeat everything before (`He`, `Hello`, `Hello world`). The first delta is
 * passed on at once; later ones that repeat it wait until it is certain what they are.
 */
export class GrowingText {
  #first = '';
  /** The previous delta: in such a stream, all the text so far. */
  #last = '';
  #waiting: string[] = [];
  #growths = 0;
  /** How many deltas in a row were the same as the one before. */
  #repeats = 0;
  #state: 'open' | 'growing' | 'over' = 'open';

  /** True once deltas are known to add up, so that this reader is no longer needed. */
  get isOver(): boolean {
    return this.#state === 'over';
  }

  /** True once deltas are known to repeat everything before. */
  get isGrowing(): boolean {
    return this.#state === 'growing';
  }

  /** @returns what the delta adds to the text, as far as that is known */
  take(delta: string): string {
    if (delta === '' || this.#state === 'over') return delta;
    if (this.#last === '') {
      this.#first = delta;
      this.#last = delta;
      return delta;
    }
    const before = this.#last;
    if (!delta.startsWith(before)) {
      if (this.#state === 'growing' && before.startsWith(delta)) return '';
      const waiting = this.#release();
      this.#state = 'over';
      return waiting + delta;
    }
    this.#last = delta;
    if (this.#state === 'growing') return delta.slice(before.length);
    const hasGrown = delta.length > before.length;
    if (hasGrown) this.#growths += 1;
    this.#repeats = hasGrown ? 0 : this.#repeats + 1;
    this.#waiting.push(delta);
    if (isTelling(before, this.#growths)) return this.#grow();
    return this.#repeats >= this.#mostRepeats ? this.#giveUp() : '';
  }

  /** Returns what is still waiting when the text ends or something else begins. */
  end(): string {
    if (this.#state === 'growing') return '';
    if (this.#growths === 0 && this.#first.length >= LONG) this.#waiting = [];
    return this.#giveUp();
  }

  get #mostRepeats(): number {
    if (this.#growths > 0) return MOST_REPEATS_GROWN;
    return this.#first.length >= LONG ? MOST_REPEATS_LONG : MOST_REPEATS;
  }

  #giveUp(): string {
    this.#state = 'over';
    return this.#release();
  }

  #grow(): string {
    this.#state = 'growing';
    this.#waiting = [];
    return this.#last.slice(this.#first.length);
  }

  #release(): string {
    const waiting = this.#waiting.join('');
    this.#waiting = [];
    return waiting;
  }
}

/** Whether the repetition cannot be a coincidence: `10` after `1` may be one, a sentence that goes on is not. */
function isTelling(repeated: string, growths: number): boolean {
  const characters = new Set(repeated).size;
  return growths > 1 ? characters >= 3 : growths === 1 && characters >= 6 && repeated.length >= 12;
}
