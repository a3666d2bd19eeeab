/**
 * One WebSocket of a client: OpenAI's WebSocket mode as Codex speaks it (0.171, 2026-11). A text frame with
 * `response.create` is a request, the events of its answer are frames, and the next request may bring only what is new
 * since then. Only one answer runs at a time: a client that wants several opens several connections.
 */
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { errorEnvelope, RelayError } from '../../errors.ts';
import { asObject, isObject, type JsonObject, parseObject } from '../../json.ts';
import type { Logger } from '../../logger.ts';
import { forCodex } from '../../translate/errors/codex.ts';
import { parseRequest } from '../../wire/request-schema.ts';
import type { ResponsesRequest } from '../../wire/responses.ts';
import { wellFormedJson } from '../../wire/well-formed-json.ts';
import { LastConversation } from '../exchange/client-connection.ts';
import type { Client } from '../exchange/exchange.ts';
import { prewarm } from '../exchange/prewarm.ts';
import { type RelayParts, respond } from '../exchange/respond.ts';
import { SocketConnection } from './socket-connection.ts';

/** Frames that clients send without expecting an answer. */
const NOTICES: ReadonlySet<unknown> = new Set(['response.processed']);

/** The close code for a server that goes away. */
const GOING_AWAY = 1001;

export interface SocketOptions {
  /**
   * The relay's parts as the client may use them at this moment.
   * @throws RelayError `unauthorized` if it may no longer use them
   */
  partsNow: () => Promise<RelayParts>;
  logger: Logger;
  isCodex: boolean;
  /** Told of every request. */
  onRequest: (request: ResponsesRequest) => void;
  /**
   * Who asks, from the request's own metadata.
   * @throws RelayError for a key that must not be passed on
   */
  clientOf: (metadata: JsonObject) => Client;
  /** Turns what was thrown into the error that the client is told. */
  asRelayError: (cause: unknown) => RelayError;
}

export class ResponsesSocket {
  readonly #webSocket: WebSocket;
  readonly #socket: Duplex;
  readonly #options: SocketOptions;
  readonly #memory = new LastConversation();
  #isBusy = false;
  #isLeaving = false;

  constructor(webSocket: WebSocket, socket: Duplex, options: SocketOptions) {
    this.#webSocket = webSocket;
    this.#socket = socket;
    this.#options = options;
    webSocket.on('message', (data, isBinary) => void this.#hear(isBinary ? undefined : String(data)));
    // The frame is too large or malformed; the library closes the WebSocket with the matching code.
    webSocket.on('error', (error) => options.logger.debug(`websocket: ${error.message}`));
  }

  /** Closes the WebSocket as soon as it is idle. */
  leave(): void {
    this.#isLeaving = true;
    if (!this.#isBusy) this.#webSocket.close(GOING_AWAY, 'The relay was stopped.');
  }

  /** @param text undefined for a binary frame. Never rejects. */
  async #hear(text: string | undefined): Promise<void> {
    const frame = text === undefined ? undefined : parseObject(text);
    if (NOTICES.has(frame?.['type'])) return;
    if (frame?.['type'] !== 'response.create') {
      this.#tell(new RelayError('invalid_request', whyNot(frame)), 'notice');
      return;
    }
    if (this.#isBusy) {
      const message = 'This connection is busy with another response: wait for its end, or open one more.';
      this.#tell(new RelayError('invalid_request', message), 'notice');
      return;
    }
    this.#isBusy = true;
    try {
      await this.#answer(frame);
    } catch (cause) {
      this.#tell(this.#options.asRelayError(cause), 'end');
    } finally {
      this.#isBusy = false;
      if (this.#isLeaving) this.leave();
    }
  }

  /** @throws whatever ends the request before its answer begins */
  async #answer({ type: _, generate, client_metadata, ...body }: JsonObject): Promise<void> {
    const { partsNow, isCodex, onRequest, clientOf } = this.#options;
    const parts = await partsNow();
    // Parsed with the metadata, as it is over HTTP.
    const request = { ...parseRequest({ ...body, client_metadata }), stream: true };
    onRequest(request);
    if (generate === false) {
      for (const event of await prewarm(request, this.#memory, parts)) this.#send(event);
      return;
    }
    const connection = new SocketConnection(this.#webSocket, this.#socket, this.#memory);
    try {
      const client = clientOf(asObject(client_metadata) ?? {});
      const { error, lastEvents } = await respond(request, client, connection, parts);
      if (error === undefined || connection.hasBegun) return;
      if (!isCodex) throw error;
      for (const event of lastEvents) this.#send(event);
    } finally {
      connection.release();
    }
  }

  /**
   * @param as `end`: no answer follows. A `notice` has no status, because Codex takes an `error` with a status for the
   *   end of the running answer.
   */
  #tell(error: RelayError, as: 'end' | 'notice'): void {
    // On this code Codex opens another connection and sends the whole conversation.
    const startsAnew = error.code === 'previous_response_not_found';
    if (as === 'end' && this.#options.isCodex && !startsAnew) this.#send(failedEvent(forCodex(error)));
    else
      this.#send({ type: 'error', ...(as === 'end' && { status: error.status }), ...errorEnvelope(error) });
  }

  #send(event: object): void {
    if (this.#webSocket.readyState === this.#webSocket.OPEN) this.#webSocket.send(wellFormedJson(event));
  }
}

function whyNot(frame: JsonObject | undefined): string {
  if (!isObject(frame)) return 'A frame must be text: a JSON object of type response.create.';
  return 'type: the relay knows response.create only.';
}

/** The event whose message Codex shows; it reads nothing else of the response. */
function failedEvent({ code, message }: RelayError): object {
  return {
    type: 'response.failed',
    sequence_number: 0,
    response: { status: 'failed', error: { code, message } },
  };
}
