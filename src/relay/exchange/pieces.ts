/** The pieces of a body, from the texts that its framing finds in it. */
import { RelayError } from '../../errors.ts';
import { asObject, isObject, type Json, parseJson } from '../../json.ts';
import type { Profile } from '../../translate/profile.ts';
import { JsonDocuments } from './json-documents.ts';
import { mendedJson } from './mended-json.ts';
import type { PieceKind } from './piece-kind.ts';

/** A larger event or completion comes from a broken upstream, and must not fill the memory. */
const MAX_EVENT_CHARS = 64 * 1024 * 1024;
/** How many characters are kept of what a provider says outside of pieces. */
const MAX_WORDS = 2_000;
/** Data that keeps a connection open and means nothing. */
const PING = /^\W*(ping|pong|null|true|ok)?\W*$|keep.?alive|heart.?beat|processing|queued/i;
/** The end, as some write it; a longer text is not looked at. */
const DONE = /^\s*["']?\[done\]["']?\s*$/i;
const MAX_DONE_CHARS = 40;
/** A mark like `[HEARTBEAT]` or `[START]`, which only looks like a list. */
const MARK = /^\s*\[[\w .-]{1,40}\]\s*$/;
/** For names of events, and for data that only looks like JSON (such as a Python dict). */
const ERROR_EVENT = /error|exception/i;
const ERROR_LIKE = /^[[{\s]*["']?(error|exception|detail|message)\b/i;

export class Pieces<Piece> {
  /** True once the provider said that nothing follows. */
  isDone = false;
  /** Why nothing more can be read. */
  problem: RelayError | undefined;
  /** True once the body has ended: what is open now will not be completed. */
  isEnding = false;
  readonly #profile: Profile;
  readonly #kind: PieceKind<Piece>;
  #pieces: Piece[] = [];
  #lastWords: Json | undefined;

  constructor(profile: Profile, kind: PieceKind<Piece>) {
    this.#profile = profile;
    this.#kind = kind;
  }

  get count(): number {
    return this.#pieces.length;
  }

  get last(): Piece | undefined {
    return this.#pieces.at(-1);
  }

  /** What was said last outside of any piece, as a piece with an error. */
  get lastWords(): Piece | undefined {
    return this.#lastWords === undefined ? undefined : this.#kind.error(this.#lastWords);
  }

  /** All pieces since the last call. */
  take(): Piece[] {
    const pieces = this.#pieces;
    this.#pieces = [];
    return pieces;
  }

  /**
   * Reads the data of an event, or an object without one.
   * @param event the name of the event that it came in
   */
  add(data: string, event?: string): void {
    if (this.isDone || this.problem !== undefined) return;
    // Some proxies add a second `data:` (2026-11).
    const text = data.startsWith('data:') ? data.replace(/^(?:data:\s*)+/, '') : data;
    if (text.length < MAX_DONE_CHARS && DONE.test(text)) {
      this.isDone = true;
      return;
    }
    const value = valueIn(text);
    if (isObject(value) || Array.isArray(value)) this.#value(value, event);
    else if (isErrorEvent(event)) this.#pieces.push(this.#kind.error({ message: words(value ?? text) }));
    else if (value === undefined && /^\s*[{[]/.test(text) && !MARK.test(text)) this.#broken(text);
    else this.say(words(value ?? text));
  }

  /** Adds a piece that a lane has read. */
  push(piece: Piece | undefined): void {
    if (piece === undefined || this.isDone || this.problem !== undefined) return;
    this.#lastWords = undefined;
    this.#pieces.push(piece);
  }

  /** Notes what was said outside of any piece. */
  say(said: string): void {
    if (PING.test(said)) return;
    const before = asObject(this.#lastWords)?.['message'];
    const message = typeof before === 'string' ? `${before} ${said}` : said;
    this.#lastWords = { message: message.slice(0, MAX_WORDS) };
  }

  /** Notes the beginning of a document that was never completed, if it tells of an error. */
  sayIfError(open: string): void {
    if (ERROR_LIKE.test(open)) this.say(open);
  }

  /** Ends the reading if this many characters are more than one event or completion may have. */
  limit(length: number): void {
    if (length <= MAX_EVENT_CHARS) return;
    this.problem ??= new RelayError(
      'upstream_error',
      `${this.#profile.name} sent an answer that is too large.`,
    );
  }

  #value(value: Json, event: string | undefined): void {
    // Gemini, 2026-11: an error arrives as a list of one.
    if (Array.isArray(value)) for (const entry of value) this.#value(entry, event);
    const object = asObject(value);
    if (object === undefined || this.isDone) return;
    this.#lastWords = undefined;
    if (isErrorEvent(event) && !object['error']) {
      this.#pieces.push(this.#kind.error(object));
      return;
    }
    const piece = this.#kind.piece(object, event);
    this.#pieces.push(piece);
    this.#lastWords = this.#kind.complaint(object, piece);
    if (this.#kind.isLast(piece)) this.isDone = true;
  }

  #broken(text: string): void {
    const reader = new JsonDocuments();
    const documents = reader.read(text);
    // Several events that no blank line separates, or one with something else after it, such as a line end as `\\n`.
    const areWhole = documents.length > (reader.open === '' ? 0 : 1) && documents.every(isDocument);
    if (areWhole) for (const document of documents) this.add(document);
    else if (ERROR_LIKE.test(text)) this.#pieces.push(this.#kind.error({ message: text }));
    // Cut off inside an event; the reducer knows whether the answer was already finished.
    else if (!this.isEnding)
      this.problem = new RelayError('upstream_error', `${this.#profile.name} sent a chunk that is not JSON.`);
  }
}

/** The value of a piece: JSON, JSON as the text of a JSON string, or what Python's and C's libraries take for JSON. */
function valueIn(text: string): Json | undefined {
  const value = parseJson(text) ?? mendedJson(text);
  return typeof value === 'string' && value.startsWith('{') ? (parseJson(value) ?? value) : value;
}

function isErrorEvent(event: string | undefined): boolean {
  return event !== undefined && ERROR_EVENT.test(event);
}

function isDocument(text: string): boolean {
  return DONE.test(text) || valueIn(text) !== undefined;
}

function words(value: Json): string {
  return typeof value === 'string' ? value.trim() : JSON.stringify(value);
}
