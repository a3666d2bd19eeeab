/** Requests to go on as a WebSocket. */
import { type IncomingMessage, type RequestListener, type Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

const NOT_IMPLEMENTED = 'HTTP/1.1 501 Not Implemented\r\nconnection: close\r\ncontent-length: 0\r\n\r\n';

/** Whether a request asks for a WebSocket. Any other upgrade is one that a server may pass over. */
export function asksForWebSocket({ method, headers }: IncomingMessage): boolean {
  return method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket';
}

/**
 * Lets upgrades go the way of all requests, past the same guards: a route may take the socket over (see
 * `WebSockets.accept`), and what it does not take gets an ordinary answer.
 */
export function takeUpgrades(server: Server, handler: RequestListener): void {
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // From here on nobody else listens: an error without a listener would end the process.
    socket.on('error', () => socket.destroy());
    // Node before 22.21 asks nobody which upgrades are wanted, and gives up the body of the others.
    if (!asksForWebSocket(request)) {
      socket.end(NOT_IMPLEMENTED);
      return;
    }
    if (head.length > 0) socket.unshift(head);
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(request.socket);
    response.once('finish', () => socket.end());
    handler(request, response);
  });
}
