/** Turns the bytes of a reply into the events of its answer, on either wire. */
import type { RelayError } from '../../errors.ts';
import type { ResponseEvent } from '../../wire/responses.ts';
import type { StreamReader } from './stream-reader.ts';

export interface Feed {
  /** True once the provider said that nothing follows. */
  readonly isDone: boolean;
  /** Why nothing more can be read. The events before it have already been returned. */
  readonly problem: RelayError | undefined;
  /** The events that these bytes complete; undefined where they only kept the connection open. */
  read(bytes: Uint8Array): readonly ResponseEvent[] | undefined;
  /** The events that the end of the body completes. */
  end(): readonly ResponseEvent[];
  /** What the provider said last, outside of the answer: the reason why it ends unfinished. */
  lastWords(): readonly ResponseEvent[];
}

export class AnswerFeed<Piece> implements Feed {
  readonly #reader: StreamReader<Piece>;
  readonly #reducer: { feed(piece: Piece): ResponseEvent[] };

  constructor(reader: StreamReader<Piece>, reducer: { feed(piece: Piece): ResponseEvent[] }) {
    this.#reader = reader;
    this.#reducer = reducer;
  }

  get isDone(): boolean {
    return this.#reader.isDone;
  }

  get problem(): RelayError | undefined {
    return this.#reader.problem;
  }

  read(bytes: Uint8Array): readonly ResponseEvent[] | undefined {
    const pieces = this.#reader.feed(bytes);
    return pieces.length === 0 ? undefined : this.#reduce(pieces);
  }

  end(): readonly ResponseEvent[] {
    return this.#reduce(this.#reader.end());
  }

  lastWords(): readonly ResponseEvent[] {
    return this.#reduce(this.#reader.lastWords);
  }

  #reduce(pieces: readonly Piece[]): readonly ResponseEvent[] {
    const [first] = pieces;
    if (first === undefined) return [];
    const events = this.#reducer.feed(first);
    for (let at = 1; at < pieces.length; at++) {
      const piece = pieces[at];
      if (piece !== undefined) events.push(...this.#reducer.feed(piece));
    }
    return events;
  }
}
