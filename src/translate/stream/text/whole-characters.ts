/** Text that is split between the halves of a surrogate pair cannot be encoded: the first half waits. */
export class WholeCharacters {
  #held = '';

  take(delta: string): string {
    const text = this.#held + delta;
    const last = text.charCodeAt(text.length - 1);
    const endsInside = last >= 0xd800 && last <= 0xdbff;
    this.#held = endsInside ? text.slice(-1) : '';
    return endsInside ? text.slice(0, -1) : text;
  }

  /** What is left of a character whose second half never came. */
  flush(): string {
    const rest = this.#held === '' ? '' : '\ufffd';
    this.#held = '';
    return rest;
  }
}
