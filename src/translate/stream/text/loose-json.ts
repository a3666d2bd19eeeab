/**
 * Mends what stands between the strings of arguments that are nearly JSON: a comma before a closing bracket, and
 * Python's names for `true`, `false` and `null`. Proper JSON passes unchanged, however it is cut.
 */
const COMMA_BEFORE_END = /,(\s*[}\]])/g;
const PYTHON_WORD = /\b(?:True|False|None)\b/g;
/** What more text may turn into one of these: a comma, or a word, of which six letters are enough to tell. */
const UNDECIDED = /(?:,\s*|\w{1,6})$/;
const WORDS: Readonly<Record<string, string>> = { True: 'true', False: 'false', None: 'null' };

export class LooseJson {
  #held = '';
  /** Kept apart, because a look into a text that grows with every blank would read all of it each time. */
  #isAfterComma = false;

  /** @returns the mended text as far as it is decided; a quote or a closing bracket at its end decides all of it */
  take(text: string): string {
    // After a comma, blanks decide nothing; there may be very many of them.
    if (this.#isAfterComma && text.trim() === '') {
      this.#held += text;
      return '';
    }
    const joined = this.#held + text;
    const held = UNDECIDED.exec(joined)?.[0] ?? '';
    this.#held = held;
    this.#isAfterComma = held.startsWith(',');
    return joined
      .slice(0, joined.length - held.length)
      .replace(COMMA_BEFORE_END, '$1')
      .replace(PYTHON_WORD, (word) => WORDS[word] ?? word);
  }
}
