/** The client's side of a streamed answer, and the one place where events are written: Server-Sent Events. */
import type { ServerResponse } from 'node:http';
import type { ResponseEvent } from '../../wire/responses.ts';
import { wellFormedJson } from '../../wire/well-formed-json.ts';

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache',
  'x-accel-buffering': 'no',
};
const DONE = 'data: [DONE]\n\n';

type TextDelta = Extract<ResponseEvent, { type: 'response.output_text.delta' }>;

/**
 * Begun by the first reply or by the first keep-alive, whichever comes first. All events of one upstream read go
 * out in one write straight to the socket, with none of a stream's per-chunk machinery in between.
 */
export class ClientStream {
  readonly #connection: ServerResponse;
  readonly #keepAlive: NodeJS.Timeout;
  #opening: Buffer = Buffer.alloc(0);
  #hasBegun = false;
  #hasGiven = false;
  #source: { heartbeat(): readonly ResponseEvent[] } | undefined;

  /** @param keepAliveMs after this much silence, and then every time, an event keeps the client waiting */
  constructor(connection: ServerResponse, keepAliveMs: number) {
    this.#connection = connection;
    this.#keepAlive = setInterval(() => this.#beat(), keepAliveMs);
  }

  /** Whether the client has been given anything of an answer; keep-alive is nothing. */
  get hasGiven(): boolean {
    return this.#hasGiven;
  }

  /** The source of the events that keep the client waiting. */
  follow(source: { heartbeat(): readonly ResponseEvent[] }): void {
    this.#source = source;
  }

  /** Encodes the first events, which are long (they echo the tools): there is time while upstream is at work. */
  async prepare(events: readonly ResponseEvent[]): Promise<void> {
    if (events.length > 0) this.#opening = encodeEvents(events);
  }

  begin(): void {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    this.#connection.writeHead(200, HEADERS);
    this.#send(this.#opening);
  }

  /** @returns undefined, or what resolves when a slow client has caught up */
  write(events: readonly ResponseEvent[]): Promise<void> | undefined {
    if (events.length === 0 || !this.#hasBegun) return undefined;
    this.#hasGiven = true;
    this.#keepAlive.refresh();
    return this.#send(encodeEvents(events)) ? undefined : this.#drained();
  }

  /** Ends without another word: a stream that began is cut, one that did not leaves the connection to its caller. */
  abandon(): void {
    clearInterval(this.#keepAlive);
    if (this.#hasBegun) this.#connection.destroy();
  }

  /** Writes the last events and ends; a stream that never began leaves the connection to its caller. */
  async end(events: readonly ResponseEvent[]): Promise<void> {
    await this.write(events);
    clearInterval(this.#keepAlive);
    if (this.#hasBegun && !this.#connection.destroyed) this.#connection.end(DONE);
  }

  #beat(): void {
    if (!this.#hasBegun) this.begin();
    // A client with unread events is not idle; more of them would only fill memory while it does not read.
    else if (!this.#connection.writableNeedDrain) this.#send(encodeEvents(this.#source?.heartbeat() ?? []));
  }

  /** @returns false when the client reads more slowly than events come */
  #send(bytes: Buffer): boolean {
    if (bytes.length === 0 || this.#connection.destroyed) return true;
    return this.#connection.write(bytes);
  }

  #drained(): Promise<void> {
    const connection = this.#connection;
    return new Promise((resolve) => {
      const done = () => {
        connection.off('drain', done);
        connection.off('close', done);
        resolve();
      };
      connection.on('drain', done);
      connection.on('close', done);
      if (connection.destroyed) done();
    });
  }
}

/**
 * Events are encoded one by one: V8 keeps a text with one character outside Latin-1 at two bytes a character, and
 * all the others of the same read would be made and encoded so too.
 */
export function encodeEvents(events: readonly ResponseEvent[]): Buffer {
  return Buffer.concat(events.map((event) => Buffer.from(encodeEvent(event))));
}

function encodeEvent(event: ResponseEvent): string {
  const data = event.type === 'response.output_text.delta' ? textDeltaJson(event) : wellFormedJson(event);
  return `event: ${event.type}\ndata: ${data}\n\n`;
}

/** What `JSON.stringify` gives, in half its time: most events are text deltas, and differ in two fields only. */
function textDeltaJson(event: TextDelta): string {
  const { type, sequence_number, item_id, output_index, content_index, delta } = event;
  return `{"type":"${type}","sequence_number":${sequence_number},"item_id":"${item_id}","output_index":${output_index},"content_index":${content_index},"delta":${wellFormedJson(delta)},"logprobs":[]}`;
}
