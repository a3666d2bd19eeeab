/**
 * The body of an upstream reply as pieces: the chunks of Chat Completions, or the events of the Responses API. The
 * format is recognised from the body itself, because gateways label event streams as JSON, completions as event
 * streams, and errors as anything (reports of 2026-11).
 */
import type { RelayError } from '../../errors.ts';
import type { Profile } from '../../translate/profile.ts';
import { EventFraming } from './event-framing.ts';
import { JsonDocuments } from './json-documents.ts';
import type { PieceKind } from './piece-kind.ts';
import { Pieces } from './pieces.ts';

/** Finds the texts of pieces in a body. */
interface Framing {
  read(text: string): void;
  end(): void;
}

export class StreamReader<Piece> {
  readonly #profile: Profile;
  readonly #kind: PieceKind<Piece>;
  readonly #decoder = new TextDecoder();
  readonly #pieces: Pieces<Piece>;
  /** Undefined until the first non-blank character. */
  #framing: Framing | undefined;

  constructor(profile: Profile, kind: PieceKind<Piece>) {
    this.#profile = profile;
    this.#kind = kind;
    this.#pieces = new Pieces(profile, kind);
  }

  /** True once the provider said that nothing follows. */
  get isDone(): boolean {
    return this.#pieces.isDone;
  }

  /** Why nothing more can be read. The pieces before it have already been returned. */
  get problem(): RelayError | undefined {
    return this.#pieces.problem;
  }

  /** The pieces that these bytes complete; none for keep-alive comments. */
  feed(bytes: Uint8Array): Piece[] {
    this.#read(this.#decoder.decode(bytes, { stream: true }));
    return this.#pieces.take();
  }

  /** The pieces that the end of the body completes. */
  end(): Piece[] {
    this.#pieces.isEnding = true;
    this.#read(this.#decoder.decode());
    this.#framing?.end();
    return this.#pieces.take();
  }

  /**
   * What was said last outside of any piece, as a piece with an error: the reason why an answer ends unfinished. Empty
   * if nothing was said.
   */
  get lastWords(): Piece[] {
    const { lastWords } = this.#pieces;
    return lastWords === undefined ? [] : [lastWords];
  }

  #read(text: string): void {
    this.#framing ??= this.#framingOf(text);
    this.#framing?.read(text);
  }

  #framingOf(text: string): Framing | undefined {
    switch (text.trimStart().charAt(0)) {
      case '':
        return undefined;
      case '{':
      case '[':
        return jsonFraming(this.#pieces);
      case '<':
        return this.#page();
      default:
        return new EventFraming(this.#pieces, this.#kind.lane());
    }
  }

  /** A web page with status 200: a login page of a network, or a base URL that is not the API's. */
  #page(): Framing {
    this.#pieces.problem = this.#kind.page(this.#profile);
    return { read: () => {}, end: () => {} };
  }
}

/** One completion, or one object a line, without any other framing. */
function jsonFraming(pieces: Pieces<unknown>): Framing {
  const documents = new JsonDocuments();
  return {
    read: (text) => {
      for (const document of documents.read(text)) pieces.add(document);
      pieces.limit(documents.open.length);
    },
    end: () => pieces.sayIfError(documents.open),
  };
}
