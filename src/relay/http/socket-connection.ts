/** A WebSocket as the connection to a client, for one answer; each event is a text frame. */
import type { Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import type { ResponseEvent } from '../../wire/responses.ts';
import type { ClientConnection, LastConversation } from '../exchange/client-connection.ts';
import { eventJson } from '../exchange/event-json.ts';
import { untilDrained } from './until-drained.ts';

export class SocketConnection implements ClientConnection {
  readonly #webSocket: WebSocket;
  readonly #socket: Duplex;
  readonly memory: LastConversation;
  #hasBegun = false;
  #leave: (() => void) | undefined;

  /** @param socket under the WebSocket; its buffer shows what the client has not taken yet */
  constructor(webSocket: WebSocket, socket: Duplex, memory: LastConversation) {
    this.#webSocket = webSocket;
    this.#socket = socket;
    this.memory = memory;
  }

  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  get isGone(): boolean {
    return this.#webSocket.readyState !== WebSocket.OPEN;
  }

  get isBehind(): boolean {
    return this.#socket.writableNeedDrain;
  }

  /** The events already contain the id. */
  announce(): void {}

  onLeave(listener: () => void): void {
    this.#leave = listener;
    if (this.isGone) listener();
    else this.#webSocket.once('close', listener);
  }

  /** Lets go of the WebSocket, which stays open for the next answer. */
  release(): void {
    if (this.#leave !== undefined) this.#webSocket.off('close', this.#leave);
  }

  begin(_headers: unknown, opening: readonly Buffer[]): void {
    this.#hasBegun = true;
    this.send(opening);
  }

  encode(events: readonly ResponseEvent[]): readonly Buffer[] {
    return events.map((event) => Buffer.from(eventJson(event)));
  }

  send(pieces: readonly Buffer[]): boolean {
    if (this.isGone) return true;
    for (const piece of pieces) this.#webSocket.send(piece, { binary: false });
    return !this.isBehind;
  }

  drained(): Promise<void> {
    return untilDrained(this.#socket);
  }

  end(events: readonly ResponseEvent[]): void {
    this.send(this.encode(events));
  }

  cut(): void {
    this.#webSocket.terminate();
  }
}
