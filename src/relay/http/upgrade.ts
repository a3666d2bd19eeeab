/** Requests to upgrade to a WebSocket. */
import { type IncomingMessage, type RequestListener, type Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

const NOT_IMPLEMENTED = 'HTTP/1.1 501 Not Implemented\r\nconnection: close\r\ncontent-length: 0\r\n\r\n';

/** Whether a request asks for a WebSocket. A server may ignore any other upgrade. */
export function asksForWebSocket({ method, headers }: IncomingMessage): boolean {
  return method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket';
}

/**
 * Sends upgrades the way of all requests, past the same guards: a route may take over the socket (see
 * `WebSockets.accept`); otherwise the request gets an ordinary answer.
 */
export function takeUpgrades(server: Server, handler: RequestListener): void {
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // Nobody else listens from here on, and an error without a listener would end the process.
    socket.on('error', () => socket.destroy());
    // Node before 22.21 cannot be told which upgrades are wanted, and loses the body of the others.
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
