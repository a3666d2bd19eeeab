/** The client's side of a streamed answer, and the one place where events are written: Server-Sent Events. */
import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { ResponseEvent } from '../../wire/responses.ts';
import { wellFormedJson } from '../../wire/well-formed-json.ts';

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache',
  'x-accel-buffering': 'no',
};
const DONE = Buffer.from('data: [DONE]\n\n');

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
  #headers: Readonly<Record<string, string>> = {};

  /** @param keepAliveMs after this much silence, and then every time, an event keeps the client waiting */
  constructor(connection: ServerResponse, keepAliveMs: number) {
    this.#connection = connection;
    this.#keepAlive = setInterval(() => this.#beat(), keepAliveMs);
  }

  /** Whether the client has been given anything of an answer; keep-alive is nothing. */
  get hasGiven(): boolean {
    return this.#hasGiven;
  }

  /**
   * @param source of the events that keep the client waiting
   * @param headers that a stream which has not begun gets as well
   */
  follow(
    source: { heartbeat(): readonly ResponseEvent[] },
    headers: Readonly<Record<string, string>> = {},
  ): void {
    this.#source = source;
    this.#headers = headers;
  }

  /** Encodes the first events, which are long (they echo the tools): there is time while upstream is at work. */
  async prepare(events: readonly ResponseEvent[]): Promise<void> {
    if (events.length > 0) this.#opening = encodeEvents(events);
  }

  begin(): void {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    this.#connection.writeHead(200, { ...HEADERS, ...this.#headers });
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
  end(events: readonly ResponseEvent[]): void {
    clearInterval(this.#keepAlive);
    if (!this.#hasBegun || this.#connection.destroyed) return;
    this.#hasGiven ||= events.length > 0;
    this.#connection.end(Buffer.concat([encodeEvents(events), DONE]));
  }

  #beat(): void {
    if (!this.#hasBegun) this.begin();
    // A client with unread events is not idle; more of them would only fill memory while it does not read.
    else if (!this.#connection.writableNeedDrain) this.#send(encodeEvents(this.#source?.heartbeat() ?? []));
  }

  /** @returns false when the client reads more slowly than events come */
  #send(bytes: Buffer): boolean {
    if (bytes.length === 0 || this.#connection.destroyed) return true;
    const isRead = this.#connection.write(bytes);
    // Node holds a write until all that is ready to run has run: a short answer would be relayed to its end, retained
    // and logged before its first byte leaves.
    this.#connection.socket?.uncork();
    return isRead;
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
  const [only] = events;
  if (only !== undefined && events.length === 1) return Buffer.from(encodeEvent(only));
  return Buffer.concat(events.map((event) => Buffer.from(encodeEvent(event))));
}

function encodeEvent(event: ResponseEvent): string {
  return `event: ${event.type}\ndata: ${dataOf(event)}\n\n`;
}

function dataOf(event: ResponseEvent): string {
  if (event.type === 'response.output_text.delta') return textDeltaJson(event);
  return 'response' in event ? responseEventJson(event) : wellFormedJson(event);
}

/** Stands for the tools until their text is put in its place; no string of a client's is this one. */
const TOOLS = randomUUID();
const encodedTools = new WeakMap<readonly object[], string>();

/** What `JSON.stringify` gives. Each event of a response echoes the request's tools, which are encoded once. */
function responseEventJson(event: Extract<ResponseEvent, { response: object }>): string {
  const { tools } = event.response;
  if (tools.length === 0) return wellFormedJson(event);
  const text = encodedTools.get(tools) ?? wellFormedJson(tools);
  encodedTools.set(tools, text);
  const rest = wellFormedJson({ ...event, response: { ...event.response, tools: TOOLS } });
  return rest.replace(`"${TOOLS}"`, () => text);
}

/** What `JSON.stringify` gives, in half its time: most events are text deltas, and differ in two fields only. */
function textDeltaJson(event: TextDelta): string {
  const { type, sequence_number, item_id, output_index, content_index, delta } = event;
  return `{"type":"${type}","sequence_number":${sequence_number},"item_id":"${item_id}","output_index":${output_index},"content_index":${content_index},"delta":${wellFormedJson(delta)},"logprobs":[]}`;
}
