/** A body of Server-Sent Events: ordinary events go through the lane, all others through a parser. */
import { createParser, type EventSourceParser } from 'eventsource-parser';
import { JsonDocuments } from './json-documents.ts';
import type { Lane } from './piece-kind.ts';
import type { Pieces } from './pieces.ts';

const BLANK_LINE = '\n\n';

export class EventFraming<Piece> {
  readonly #pieces: Pieces<Piece>;
  readonly #lane: Lane<Piece>;
  readonly #parser: EventSourceParser;
  /** What stands outside of events. */
  readonly #stray = new JsonDocuments();
  /** Whether everything that the parser was given so far is whole events. */
  #isBetweenEvents = false;
  /** An incomplete line waits here: the parser would drop it unless it begins with a field's name. */
  #rest = '';

  constructor(pieces: Pieces<Piece>, lane: Lane<Piece>) {
    this.#pieces = pieces;
    this.#lane = lane;
    this.#parser = createParser({
      onEvent: ({ data, event }) => {
        pieces.add(data, event);
        pieces.limit(data.length);
      },
      onError: ({ line = '' }) => this.#readStray(line),
    });
  }

  read(text: string): void {
    if (!/[\r\n]/.test(text)) {
      this.#rest += text;
      this.#pieces.limit(this.#rest.length);
      return;
    }
    // The event that the last read cut off is completed on its own: joining it to the whole text would copy all of that.
    const blank = this.#rest === '' ? -1 : text.indexOf(BLANK_LINE);
    const next = blank === -1 ? 0 : blank + BLANK_LINE.length;
    if (next > 0) this.#readLines(this.#rest + text.slice(0, next));
    this.#readLines(this.#rest + text.slice(next));
    this.#pieces.push(this.#lane.take());
    this.#pieces.limit(this.#rest.length);
  }

  end(): void {
    // A last event may be complete even without its blank line.
    this.#parser.feed(`${this.#rest}\n\n`);
  }

  /** Reads all whole lines, and holds back the rest. */
  #readLines(text: string): void {
    const tail = text.slice(this.#readEvents(text));
    // Keeps an event of two lines together that was cut after its first line.
    const isHeld = this.#isBetweenEvents && this.#lane.begins(tail);
    const end = isHeld ? 0 : Math.max(tail.lastIndexOf('\n'), tail.lastIndexOf('\r')) + 1;
    if (end > 0) {
      this.#pieces.push(this.#lane.take());
      this.#parser.feed(tail.slice(0, end));
      this.#isBetweenEvents = false;
    }
    this.#rest = tail.slice(end);
  }

  /** Reads whole events while the lane is open. Returns where what was not read begins. */
  #readEvents(text: string): number {
    let at = 0;
    while (this.#lane.isOpen) {
      if (this.#isBetweenEvents) at = this.#lane.read(text, at);
      const blank = text.indexOf(BLANK_LINE, at);
      if (blank === -1) break;
      const next = blank + BLANK_LINE.length;
      this.#pieces.push(this.#lane.take());
      this.#parseEvent(text.slice(at, next));
      this.#isBetweenEvents = true;
      at = next;
    }
    return at;
  }

  /** Reads one event in the ordinary way, from which the lane learns. */
  #parseEvent(event: string): void {
    const { count } = this.#pieces;
    this.#parser.feed(event);
    if (this.#pieces.count === count + 1) this.#lane.learn(event, this.#pieces.last);
  }

  /** A line without a field's name: a piece or an error written straight into the stream. */
  #readStray(line: string): void {
    if (this.#stray.open === '' && !/[{[]/.test(line)) this.#pieces.say(line);
    else for (const document of this.#stray.read(`${line}\n`)) this.#pieces.add(document);
    this.#pieces.limit(this.#stray.open.length);
  }
}
