/** The WebSockets of all clients. Loaded only if the relay takes any. */
import type { Context } from 'koa';
import { type WebSocket, WebSocketServer } from 'ws';
import { ResponsesSocket, type SocketOptions } from './responses-socket.ts';

const NOTHING = Buffer.alloc(0);

export class WebSockets {
  readonly #server: WebSocketServer;
  readonly #open = new Map<WebSocket, ResponsesSocket>();

  /** @param maxBytes limit of a frame, the same as for an HTTP body */
  constructor(maxBytes: number) {
    // Nothing is compressed: on loopback that costs more than it saves.
    this.#server = new WebSocketServer({ noServer: true, maxPayload: maxBytes, clientTracking: false });
  }

  /** Takes over the request's socket. The request has passed all guards by then. */
  accept(ctx: Context, options: SocketOptions): void {
    const { req, res } = ctx;
    const { socket } = req;
    ctx.respond = false;
    res.detachSocket(socket);
    this.#server.handleUpgrade(req, socket, NOTHING, (webSocket) => {
      this.#open.set(webSocket, new ResponsesSocket(webSocket, socket, options));
      webSocket.once('close', () => this.#open.delete(webSocket));
    });
  }

  /** Closes each as soon as it is idle, and all of them after `graceMs`. */
  close(graceMs: number): void {
    for (const socket of this.#open.values()) socket.leave();
    const force = () => {
      for (const webSocket of this.#open.keys()) webSocket.terminate();
    };
    setTimeout(force, graceMs).unref();
  }
}
