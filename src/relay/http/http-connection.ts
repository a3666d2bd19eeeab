/** An HTTP response as the connection to a client; its events are Server-Sent Events. */
import type { ServerResponse } from 'node:http';
import type { ResponseEvent } from '../../wire/responses.ts';
import type { ClientConnection } from '../exchange/client-connection.ts';
import { eventJson } from '../exchange/event-json.ts';
import { untilDrained } from './until-drained.ts';

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache',
  'x-accel-buffering': 'no',
};
const DONE = Buffer.from('data: [DONE]\n\n');

/** All events from one upstream read go out in a single write to the socket, without a stream's per-chunk machinery. */
export class HttpConnection implements ClientConnection {
  readonly #response: ServerResponse;
  readonly memory = undefined;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  get hasBegun(): boolean {
    return this.#response.headersSent;
  }

  get isGone(): boolean {
    return this.#response.destroyed;
  }

  get isBehind(): boolean {
    return this.#response.writableNeedDrain;
  }

  announce(responseId: string): void {
    this.#response.setHeader('x-request-id', responseId);
  }

  onLeave(listener: () => void): void {
    const leave = () => {
      if (!this.#response.writableEnded) listener();
    };
    if (this.#response.destroyed) leave();
    else this.#response.once('close', leave);
  }

  begin(headers: Readonly<Record<string, string>>, opening: readonly Buffer[]): void {
    this.#response.writeHead(200, { ...HEADERS, ...headers });
    // There is no opening while images are being described: the head alone then tells that an answer will come.
    if (opening.length === 0) this.#response.flushHeaders();
    // Node writes this at the end of the current tick, together with the first text if that has already come.
    for (const piece of opening) this.#response.write(piece);
  }

  encode(events: readonly ResponseEvent[]): readonly Buffer[] {
    return events.length === 0 ? [] : [encodeEvents(events)];
  }

  send(pieces: readonly Buffer[]): boolean {
    if (this.isGone) return true;
    let isRead = true;
    for (const piece of pieces) isRead = this.#response.write(piece);
    // Node delays a write until everything that is ready has run: a short answer would be relayed to its end, retained
    // and logged before its first byte leaves.
    this.#response.socket?.uncork();
    return isRead;
  }

  drained(): Promise<void> {
    return untilDrained(this.#response);
  }

  end(events: readonly ResponseEvent[]): void {
    this.#response.end(Buffer.concat([encodeEvents(events), DONE]));
  }

  cut(): void {
    this.#response.destroy();
  }
}

/**
 * Events are encoded one by one: V8 stores a string with even one character outside Latin-1 at two bytes a character,
 * and joining would impose that on all events of the same read.
 */
export function encodeEvents(events: readonly ResponseEvent[]): Buffer {
  const [only] = events;
  if (only !== undefined && events.length === 1) return Buffer.from(encodeEvent(only));
  return Buffer.concat(events.map((event) => Buffer.from(encodeEvent(event))));
}

function encodeEvent(event: ResponseEvent): string {
  return `event: ${event.type}\ndata: ${eventJson(event)}\n\n`;
}
