/**
 * Passes on each thought only once. Gateways give the same thinking in two places, in the same delta or one after the
 * other: under two names, as text and in `reasoning_details`, or as a field and between tags in the text.
 */
export class Thoughts {
  #text = '';
  #only: string | undefined;
  /** How much of the text each place has given; empty while there is only one place. */
  readonly #said = new Map<string, number>();
  /** The newest piece, which the next place is likely to repeat. */
  #newest = '';

  /** Everything so far. */
  get text(): string {
    return this.#text;
  }

  /** @returns what a piece from this place adds to the thinking so far */
  news(place: string, piece: string): string {
    if (piece === '') return '';
    this.#only ??= place;
    if (this.#only === place && this.#said.size === 0) {
      this.#text += piece;
      this.#newest = piece;
      return piece;
    }
    // A second place: it now matters how far each of them has got.
    if (this.#said.size === 0) this.#said.set(this.#only, this.#text.length);
    const length = this.#text.length;
    const from = this.#said.get(place) ?? 0;
    if (from === length) return this.#add(place, piece);
    if (from === length - this.#newest.length && piece === this.#newest) return this.#repeat(place, length);
    // Places differ in the blank lines around the thinking.
    const known = from === 0 ? this.#text.trimStart() : this.#text.slice(from);
    const said = from === 0 ? piece.trimStart() : piece;
    if (known.startsWith(said)) return this.#repeat(place, length - known.length + said.length);
    if (piece.trim() === '') return '';
    if (!said.startsWith(known)) return this.#add(place, piece);
    const fresh = said.slice(known.length);
    return fresh.trim() === '' ? this.#repeat(place, length) : this.#add(place, fresh);
  }

  #add(place: string, piece: string): string {
    this.#text += piece;
    this.#newest = piece;
    this.#said.set(place, this.#text.length);
    return piece;
  }

  #repeat(place: string, upTo: number): string {
    this.#said.set(place, upTo);
    return '';
  }
}
