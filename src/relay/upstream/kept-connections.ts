/**
 * Connections to providers that stay open between requests: a turn that comes minutes after the last one pays for no
 * new TLS handshake.
 */
import http from 'node:http';
import https from 'node:https';

/** Longer than people read an answer; providers that close sooner say so in `keep-alive`, which Node follows. */
const KEPT_MS = 5 * 60_000;
/** Idle connections are probed this often: a router on the way that forgot one would swallow the next request. */
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

  /** To be told before each request: timers stand still while a machine sleeps, and its connections die meanwhile. */
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
