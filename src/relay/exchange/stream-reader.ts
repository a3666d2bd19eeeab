/**
 * The body of an upstream reply as pieces: the chunks of Chat Completions, or the events of the Responses API. The
 * format is recognised from the body itself, because gateways label event streams as JSON, completions as event
 * streams, and errors as anything (reports of 2026-11).
 */
import { createParser } from 'eventsource-parser';
import { RelayError } from '../../errors.ts';
import { asObject, isObject, type Json, type JsonObject, parseJson } from '../../json.ts';
import type { Profile } from '../../translate/profile.ts';
import { JsonDocuments } from './json-documents.ts';
import { mendedJson } from './mended-json.ts';

/** A larger event or completion comes from a broken upstream, and must not fill the memory. */
const MAX_EVENT_CHARS = 64 * 1024 * 1024;
/** How many characters are kept of what a provider says outside of pieces. */
const MAX_WORDS = 2_000;
/** Data that keeps a connection open and means nothing. */
const PING = /^\W*(ping|pong|null|true|ok)?\W*$|keep.?alive|heart.?beat|processing|queued/i;
/** The end, as some write it; a longer text is not looked at. */
const DONE = /^\s*["']?\[done\]["']?\s*$/i;
const MAX_DONE_CHARS = 40;
const BLANK_LINE = '\n\n';
/** A mark like `[HEARTBEAT]` or `[START]`, which only looks like a list. */
const MARK = /^\s*\[[\w .-]{1,40}\]\s*$/;
/** For names of events, and for data that only looks like JSON (such as a Python dict). */
const ERROR_EVENT = /error|exception/i;
const ERROR_LIKE = /^[[{\s]*["']?(error|exception|detail|message)\b/i;

interface Framing {
  read(text: string): void;
  end(): void;
}

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

export class StreamReader<Piece> {
  /** True once the provider said that nothing follows. */
  isDone = false;
  /** Why nothing more can be read. The pieces before it have already been returned. */
  problem: RelayError | undefined;
  readonly #profile: Profile;
  readonly #kind: PieceKind<Piece>;
  readonly #decoder = new TextDecoder();
  /** Undefined until the first non-blank character. */
  #framing: Framing | undefined;
  #isEnding = false;
  #pieces: Piece[] = [];
  #lastWords: Json | undefined;

  constructor(profile: Profile, kind: PieceKind<Piece>) {
    this.#profile = profile;
    this.#kind = kind;
  }

  /** The pieces that these bytes complete; none for keep-alive comments. */
  feed(bytes: Uint8Array): Piece[] {
    this.#read(this.#decoder.decode(bytes, { stream: true }));
    return this.#take();
  }

  /** The pieces that the end of the body completes. */
  end(): Piece[] {
    this.#isEnding = true;
    this.#read(this.#decoder.decode());
    this.#framing?.end();
    return this.#take();
  }

  /**
   * What was said last outside of any piece, as a piece with an error: the reason why an answer ends unfinished. Empty
   * if nothing was said.
   */
  get lastWords(): Piece[] {
    return this.#lastWords === undefined ? [] : [this.#kind.error(this.#lastWords)];
  }

  #read(text: string): void {
    this.#framing ??= this.#framingOf(text);
    this.#framing?.read(text);
  }

  #take(): Piece[] {
    const pieces = this.#pieces;
    this.#pieces = [];
    return pieces;
  }

  // ------------------------------------------------------------------------------------- framings

  #framingOf(text: string): Framing | undefined {
    switch (text.trimStart().charAt(0)) {
      case '':
        return undefined;
      case '{':
      case '[':
        return this.#jsonFraming();
      case '<':
        return this.#page();
      default:
        return this.#eventFraming();
    }
  }

  #jsonFraming(): Framing {
    const documents = new JsonDocuments();
    return {
      read: (text) => {
        for (const document of documents.read(text)) this.#data(document);
        this.#limit(documents.open.length);
      },
      end: () => {
        if (ERROR_LIKE.test(documents.open)) this.#say(documents.open);
      },
    };
  }

  #eventFraming(): Framing {
    const stray = new JsonDocuments();
    const parser = createParser({
      onEvent: ({ data, event }) => {
        this.#data(data, event);
        this.#limit(data.length);
      },
      // A line without a field name: a piece or an error written straight into the stream.
      onError: ({ line = '' }) => {
        if (stray.open === '' && !/[{[]/.test(line)) this.#say(line);
        else for (const document of stray.read(`${line}\n`)) this.#data(document);
        this.#limit(stray.open.length);
      },
    });
    const lane = this.#kind.lane();
    let isBetweenEvents = false;
    // An incomplete line waits here: the parser would drop it unless it begins with a field's name.
    let rest = '';
    const read = (text: string) => {
      let at = 0;
      while (lane.isOpen) {
        if (isBetweenEvents) at = lane.read(text, at);
        const blank = text.indexOf(BLANK_LINE, at);
        if (blank === -1) break;
        this.#delta(lane.take());
        const event = text.slice(at, blank + BLANK_LINE.length);
        const count = this.#pieces.length;
        parser.feed(event);
        if (this.#pieces.length === count + 1) lane.learn(event, this.#pieces[count]);
        isBetweenEvents = true;
        at = blank + BLANK_LINE.length;
      }
      const tail = text.slice(at);
      // Keeps an event of two lines together that was cut after its first line.
      const isHeld = isBetweenEvents && lane.begins(tail);
      const end = isHeld ? 0 : Math.max(tail.lastIndexOf('\n'), tail.lastIndexOf('\r')) + 1;
      if (end > 0) {
        this.#delta(lane.take());
        parser.feed(tail.slice(0, end));
        isBetweenEvents = false;
      }
      rest = tail.slice(end);
    };
    return {
      read: (text) => {
        if (!/[\r\n]/.test(text)) {
          rest += text;
          this.#limit(rest.length);
          return;
        }
        // The event that the last read cut off is completed on its own: joining it to the whole text would copy all of
        // that.
        const blank = rest === '' ? -1 : text.indexOf(BLANK_LINE);
        const next = blank === -1 ? 0 : blank + BLANK_LINE.length;
        if (next > 0) read(rest + text.slice(0, next));
        read(rest + text.slice(next));
        this.#delta(lane.take());
        this.#limit(rest.length);
      },
      end: () => {
        // A last event may be complete even without its blank line.
        parser.feed(`${rest}\n\n`);
      },
    };
  }

  /** A web page with status 200: a login page of a network, or a base URL that is not the API's. */
  #page(): Framing {
    this.problem = this.#kind.page(this.#profile);
    return { read: () => {}, end: () => {} };
  }

  #limit(length: number): void {
    if (length <= MAX_EVENT_CHARS) return;
    this.problem ??= new RelayError(
      'upstream_error',
      `${this.#profile.name} sent an answer that is too large.`,
    );
  }

  // ----------------------------------------------------------------------------------------- data

  /** @param event the name of the event that it came in */
  #data(data: string, event?: string): void {
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
    else this.#say(words(value ?? text));
  }

  #delta(piece: Piece | undefined): void {
    if (piece === undefined || this.isDone || this.problem !== undefined) return;
    this.#lastWords = undefined;
    this.#pieces.push(piece);
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
    if (areWhole) for (const document of documents) this.#data(document);
    else if (ERROR_LIKE.test(text)) this.#pieces.push(this.#kind.error({ message: text }));
    // Cut off inside an event; the reducer knows whether the answer was already finished.
    else if (!this.#isEnding)
      this.problem = new RelayError('upstream_error', `${this.#profile.name} sent a chunk that is not JSON.`);
  }

  #say(said: string): void {
    if (PING.test(said)) return;
    const before = asObject(this.#lastWords)?.['message'];
    const message = typeof before === 'string' ? `${before} ${said}` : said;
    this.#lastWords = { message: message.slice(0, MAX_WORDS) };
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
