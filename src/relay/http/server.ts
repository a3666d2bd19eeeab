/** The listening socket, and its graceful end. */
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer, Server as TlsServer } from 'node:https';
import { type AddressInfo, Server as NetServer } from 'node:net';
import { asksForWebSocket, takeUpgrades } from './upgrade.ts';

export interface Listening {
  port: number;
  /** Has new connections get another certificate. Does nothing for http. */
  useCertificate(tls: NonNullable<Place['tls']>): void;
  /**
   * Takes no new connections; resolves when the last one is gone, or after `graceMs` at the latest. Idle connections end
   * after `idleMs` (default 0): balancers keep some, and may send a request while they are told that theirs has ended.
   */
  close(graceMs: number, idleMs?: number): Promise<void>;
}

export interface Place {
  port: number;
  /** Default: 127.0.0.1. */
  address?: string | undefined;
  /** Certificate chain and key in PEM. Default: none, and http. */
  tls?: { cert: string; key: string } | undefined;
  /** Whether requests for a WebSocket reach the handler, which may take over their socket. Default false. */
  takesWebSockets?: boolean;
}

/**
 * @param onError told of connections that could not be accepted (`EMFILE`); the server goes on
 * @throws the system's error (`EADDRINUSE`, `EACCES`) when the port cannot be had
 */
export async function listen(
  handler: RequestListener,
  { port, address: host = '127.0.0.1', tls, takesWebSockets = false }: Place,
  onError: (error: Error) => void,
): Promise<Listening> {
  let endsIdle = false;
  const answer: RequestListener = (request, response) => {
    // The last request on its connection, of which the client knows then.
    if (!server.listening) response.shouldKeepAlive = false;
    // Node does not end a connection that was busy when the server closed once its answer is out.
    response.once('close', () => {
      if (endsIdle) server.closeIdleConnections();
    });
    return handler(request, response);
  };
  const upgrades = takesWebSockets ? { shouldUpgradeCallback: asksForWebSocket } : {};
  const options = { keepAliveTimeout: 60_000, ...upgrades };
  const server: Server =
    tls === undefined ? createServer(options, answer) : createTlsServer({ ...options, ...tls }, answer);
  // A long answer is not a slow request: Codex keeps its stream open for minutes.
  server.requestTimeout = 0;
  if (takesWebSockets) takeUpgrades(server, handler);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  // Without a listener, a later error would end the process.
  server.on('error', onError);
  const address = server.address() as AddressInfo;
  return {
    port: address.port,
    useCertificate: (renewed) => {
      if (server instanceof TlsServer) server.setSecureContext(renewed);
    },
    close: (graceMs, idleMs = 0) =>
      new Promise((resolve) => {
        const endIdle = () => {
          endsIdle = true;
          server.close();
        };
        const idle = setTimeout(endIdle, idleMs);
        const force = setTimeout(() => server.closeAllConnections(), graceMs);
        // A server for HTTP ends its idle connections at once.
        NetServer.prototype.close.call(server, () => {
          clearTimeout(idle);
          clearTimeout(force);
          endIdle();
          resolve();
        });
        if (idleMs === 0) endIdle();
      }),
  };
}

/** Waits, as long as something else keeps the process going. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds).unref();
  });
}
