/**
 * Writes whole numbers without a fraction: Codex's tools refuse `92116.0` (xAI, 2026-08). In JSON both are the same
 * number, so no schema is needed. Strings stay unchanged, wherever the text is cut, also those in single quotes, which
 * become strings when the arguments are mended.
 */
export class WholeNumbers {
  /** The quote that opened the string; empty outside of strings. */
  #quote = '';
  /** Whether any number lost its fraction. */
  isChanged = false;
  #isEscaped = false;
  #isAfterDigit = false;
  /** A decimal point after a digit, and the zeros after it. */
  #held = '';

  take(fragment: string): string {
    if (this.#quote !== '' && !this.#isEscaped && !/["'\\]/.test(fragment)) return fragment;
    let text = '';
    for (const character of fragment) text += this.#read(character);
    return text;
  }

  #read(character: string): string {
    if (this.#quote !== '') return this.#inString(character);
    if (this.#held !== '') {
      if (character === '0') {
        this.#held += character;
        return '';
      }
      const held = this.#held;
      this.#held = '';
      const goesOn = held === '.' || /[1-9eE]/.test(character);
      this.isChanged ||= !goesOn;
      return (goesOn ? held : '') + this.#outside(character);
    }
    if (character === '.' && this.#isAfterDigit) {
      this.#held = character;
      return '';
    }
    return this.#outside(character);
  }

  #outside(character: string): string {
    this.#quote = character === '"' || character === "'" ? character : '';
    this.#isAfterDigit = character >= '0' && character <= '9';
    return character;
  }

  #inString(character: string): string {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (character === '\\') this.#isEscaped = true;
    else if (character === this.#quote) this.#quote = '';
    return character;
  }
}
