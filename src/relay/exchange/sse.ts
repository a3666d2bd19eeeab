/** Events as Server-Sent Events. */
import type { ServerResponse } from 'node:http';
import type { ResponseEvent } from '../../wire/responses.ts';
import { wellFormedJson } from '../../wire/well-formed-json.ts';

const DONE = 'data: [DONE]\n\n';

type TextDelta = Extract<ResponseEvent, { type: 'response.output_text.delta' }>;

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
function textDeltaJson({
  type,
  sequence_number,
  item_id,
  output_index,
  content_index,
  delta,
}: TextDelta): string {
  return `{"type":"${type}","sequence_number":${sequence_number},"item_id":"${item_id}","output_index":${output_index},"content_index":${content_index},"delta":${wellFormedJson(delta)},"logprobs":[]}`;
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
  write(bytes: Buffer): boolean {
    if (bytes.length === 0 || this.#response.destroyed) return true;
    return this.#response.write(bytes);
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
