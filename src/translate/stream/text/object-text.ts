import { parseJson } from '../../../json.ts';

/**
 * The text of a JSON object that arrives in fragments. It knows at any time whether it is whole, and looks at each
 * character only once: a call of a megabyte comes in tiny deltas, and the question may be asked after every one.
 */
export class ObjectText {
  text = '';
  #state: 'before' | 'inside' | 'closed' | 'broken' = 'before';
  #depth = 0;
  #isInString = false;
  #isEscaped = false;
  #isValid: boolean | undefined;

  /** True when the text is one JSON object, with nothing but white space around it. */
  get isWhole(): boolean {
    if (this.#state !== 'closed') return false;
    this.#isValid ??= parseJson(this.text) !== undefined;
    return this.#isValid;
  }

  append(fragment: string): void {
    this.text += fragment;
    for (let at = 0; at < fragment.length && this.#state !== 'broken'; at++) {
      const character = fragment.charAt(at);
      if (this.#isInString) this.#readInString(character);
      else this.#readOutside(character);
    }
  }

  #readInString(character: string): void {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (character === '\\') this.#isEscaped = true;
    else if (character === '"') this.#isInString = false;
  }

  #readOutside(character: string): void {
    const isSpace = character === ' ' || character === '\n' || character === '\r' || character === '\t';
    if (isSpace) return;
    if (this.#state !== 'inside') {
      this.#state = this.#state === 'before' && character === '{' ? 'inside' : 'broken';
      this.#depth = 1;
    } else if (character === '"') this.#isInString = true;
    else if (character === '{' || character === '[') this.#depth += 1;
    else if (character === '}' || character === ']') {
      this.#depth -= 1;
      if (this.#depth === 0) this.#state = 'closed';
    }
  }
}
