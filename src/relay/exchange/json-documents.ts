/**
 * Finds JSON objects and lists in text without any other framing: one completion in pieces, or one chunk a line. Looks
 * at each character once, and skips whatever stands between two documents.
 */
export class JsonDocuments {
  /** The document that is being read; empty between two documents. */
  #open = '';
  #depth = 0;
  #isInString = false;
  #isEscaped = false;

  /** The document that has begun and not ended. */
  get open(): string {
    return this.#open;
  }

  /** The documents that this text completes, in order: balanced, but not necessarily JSON. */
  read(text: string): string[] {
    const documents: string[] = [];
    let start = 0;
    for (let at = 0; at < text.length; at++) {
      const character = text.charAt(at);
      if (this.#isInString) {
        this.#readInString(character);
      } else if (character === '{' || character === '[') {
        if (this.#depth === 0) start = at;
        this.#depth += 1;
      } else if (this.#depth > 0) {
        if (character === '"') this.#isInString = true;
        else if (character === '}' || character === ']') this.#depth -= 1;
        if (this.#depth > 0) continue;
        documents.push(this.#open + text.slice(start, at + 1));
        this.#open = '';
        start = at + 1;
      }
    }
    if (this.#depth > 0) this.#open += text.slice(start);
    return documents;
  }

  #readInString(character: string): void {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (character === '\\') this.#isEscaped = true;
    else if (character === '"') this.#isInString = false;
  }
}
