/** The listening socket on 127.0.0.1, and its graceful end. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { asksForWebSocket, takeUpgrades } from './upgrade.ts';

export interface Listening {
  port: number;
  /** Takes no new connections and ends idle ones; resolves when the last one is gone, at the latest after `graceMs`. */
  close(graceMs: number): Promise<void>;
}

/**
 * @param takesWebSockets whether requests for a WebSocket reach `handler` with a socket that may be taken over
 * @param onError told of connections that could not be accepted (`EMFILE`); the server goes on
 * @throws the system's error (`EADDRINUSE`, `EACCES`) when the port cannot be had
 */
export async function listen(
  handler: RequestListener,
  port: number,
  takesWebSockets: boolean,
  onError: (error: Error) => void,
): Promise<Listening> {
  const upgrades = takesWebSockets ? { shouldUpgradeCallback: asksForWebSocket } : {};
  const server = createServer({ keepAliveTimeout: 60_000, ...upgrades }, (request, response) => {
    // A connection that was busy when the server closed is not ended by Node once its answer is out.
    response.once('close', () => {
      if (!server.listening) server.closeIdleConnections();
    });
    return handler(request, response);
  });
  // A long answer is no slow request: Codex keeps its stream open for minutes.
  server.requestTimeout = 0;
  if (takesWebSockets) takeUpgrades(server, handler);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  // Without a listener of its own a later error would end the process.
  server.on('error', onError);
  const address = server.address() as AddressInfo;
  return { port: address.port, close: (graceMs) => close(server, graceMs) };
}

function close(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const force = setTimeout(() => server.closeAllConnections(), graceMs);
    server.close(() => {
      clearTimeout(force);
      resolve();
    });
    server.closeIdleConnections();
  });
}
