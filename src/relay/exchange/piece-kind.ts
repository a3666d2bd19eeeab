/** What one API contributes to reading the body of a reply: how its pieces look, and how its ordinary ones are read. */
import type { RelayError } from '../../errors.ts';
import type { Json, JsonObject } from '../../json.ts';
import type { Profile } from '../../translate/profile.ts';

/** Reads ordinary events without parsing them (see `delta-lane.ts`). */
export interface Lane<Piece> {
  /** False once the stream has shown that the lane does not pay. */
  readonly isOpen: boolean;
  /** Reads events from `at` on. Returns where the first event begins that does not fit. */
  read(text: string, at: number): number;
  /** Whether the text, an incomplete event, begins like one that fits. */
  begins(text: string): boolean;
  /** Everything read since the last call, as one piece. */
  take(): Piece | undefined;
  /** Learns from an event (with its blank line) and the only piece that it produced. */
  learn(event: string, piece: Piece | undefined): void;
}

/** How one API reads the objects in a body. */
export interface PieceKind<Piece> {
  /** The error for a web page in place of an answer. */
  page(profile: Profile): RelayError;
  lane(): Lane<Piece>;
  /** @param event the name of the event that the object came in */
  piece(value: JsonObject, event: string | undefined): Piece;
  /** Makes a piece that says what went wrong. */
  error(cause: Json): Piece;
  /** What an object that is not part of an answer complains about; undefined if it does not. */
  complaint(value: JsonObject, piece: Piece): Json | undefined;
  /** Whether nothing follows this piece. */
  isLast(piece: Piece): boolean;
}
