/** Events as Server-Sent Events. */
import type { ServerResponse } from 'node:http';
import type { ResponseEvent } from '../translate/responses.ts';
import { wellFormedJson } from '../translate/well-formed-json.ts';

const DONE = 'data: [DONE]\n\n';

export function encodeEvent(event: ResponseEvent): string {
  return `event: ${event.type}\ndata: ${wellFormedJson(event)}\n\n`;
}

/**
 * Writes an event stream straight to the socket: one write for all events of one upstream read, and none of
 * a stream's per-chunk machinery in between.
 */
export class EventWriter {
  readonly #response: ServerResponse;

  constructor(response: ServerResponse) {
    this.#response = response;
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      'x-accel-buffering': 'no',
    });
  }

  /** @returns false when the client reads more slowly than events come: wait for `drained()` */
  write(events: readonly ResponseEvent[]): boolean {
    if (events.length === 0 || this.#response.destroyed) return true;
    let text = '';
    for (const event of events) text += encodeEvent(event);
    return this.#response.write(text);
  }

  /** Resolves when the client has caught up or left. */
  drained(): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        this.#response.off('drain', done);
        this.#response.off('close', done);
        resolve();
      };
      this.#response.on('drain', done);
      this.#response.on('close', done);
      if (this.#response.destroyed) done();
    });
  }

  end(): void {
    if (!this.#response.destroyed) this.#response.end(DONE);
  }
}
