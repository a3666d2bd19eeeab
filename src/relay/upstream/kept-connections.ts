/**
 * Connections to providers that stay open between requests: a turn minutes after the last one needs no new TLS
 * handshake.
 */
import http from 'node:http';
import https from 'node:https';

/**
 * Longer than people take to read an answer; providers that close sooner say so in `keep-alive`, which Node honours.
 */
const KEPT_MS = 5 * 60_000;
/** How often idle connections are probed: a router that has forgotten one would swallow the next request. */
const PROBE_MS = 15_000;

/** The agents of `http:` and `https:` addresses. */
export interface Connections {
  http: http.Agent;
  https: https.Agent;
}

export class KeptConnections implements Connections {
  readonly http = new http.Agent({ keepAlive: true, keepAliveMsecs: PROBE_MS, timeout: KEPT_MS });
  readonly https = new https.Agent({ keepAlive: true, keepAliveMsecs: PROBE_MS, timeout: KEPT_MS });
  #usedAt = Date.now();

  /** Call it before each request: while a machine sleeps, timers stand still and connections die. */
  use(): this {
    const now = Date.now();
    if (now - this.#usedAt > KEPT_MS) this.#forgetIdle();
    this.#usedAt = now;
    return this;
  }

  /** Closes all connections. */
  close(): void {
    this.http.destroy();
    this.https.destroy();
  }

  #forgetIdle(): void {
    for (const { freeSockets } of [this.http, this.https]) {
      for (const socket of Object.values(freeSockets).flat()) socket?.destroy();
    }
  }
}
