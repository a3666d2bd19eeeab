/** Keeps surrogate pairs together: half a pair cannot be encoded, so the first half waits for the second. */
export class WholeCharacters {
  #held = '';

  /** Returns what can be sent on after `delta`. */
  take(delta: string): string {
    const text = this.#held + delta;
    const last = text.charCodeAt(text.length - 1);
    const endsInside = last >= 0xd800 && last <= 0xdbff;
    this.#held = endsInside ? text.slice(-1) : '';
    return endsInside ? text.slice(0, -1) : text;
  }

  /** Returns a replacement character if the second half never came, else nothing. */
  flush(): string {
    const rest = this.#held === '' ? '' : '\ufffd';
    this.#held = '';
    return rest;
  }
}
