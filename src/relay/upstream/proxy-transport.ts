/** The transport for a command line or library with a proxy: undici, which is loaded for nothing else. */
import { EnvHttpProxyAgent, request } from 'undici';
import { codeOf } from '../../node-errors.ts';
import type { UpstreamRequest, UpstreamTransport } from '../transport.ts';
import { decoded } from './decoded.ts';
import { firstValues } from './first-values.ts';
import { STALE, STALE_MS } from './stale.ts';

export interface ProxyOptions {
  httpProxy?: string;
  httpsProxy?: string;
  /** Comma-separated hosts; loopback is always added. */
  noProxy?: string;
}

/** The names of loopback that a list for undici can hold; it knows no ranges, such as all of 127.0.0.0/8. */
const NEVER_PROXIED = 'localhost,127.0.0.1,::1,[::1]';
// The relay's stall timer knows what counts as silence; undici's timeouts would fire during long thinking.
const NO_TIMEOUTS = { headersTimeout: 0, bodyTimeout: 0 };
/** The same as for connections without a proxy. */
const KEPT_MS = 5 * 60_000;

export interface ProxyTransport {
  transport: UpstreamTransport;
  /** Closes the sockets that are kept for reuse. */
  close(): Promise<void>;
}

/** @param clock monotonic, in milliseconds */
export function createProxyTransport(
  proxy: ProxyOptions,
  clock: () => number = () => performance.now(),
): ProxyTransport {
  const noProxy = proxy.noProxy ? `${proxy.noProxy},${NEVER_PROXIED}` : NEVER_PROXIED;
  // undici reads whatever is undefined here from the environment.
  const { httpProxy = '', httpsProxy = '' } = proxy;
  const dispatcher = new EnvHttpProxyAgent({
    ...NO_TIMEOUTS,
    keepAliveTimeout: KEPT_MS,
    httpProxy,
    httpsProxy,
    noProxy,
  });
  /** Where a connection may have been kept. */
  const asked = new Set<string>();
  const send = async ({ method, url, headers, body, signal }: UpstreamRequest) => {
    const { origin } = new URL(url);
    const mayBeKept = asked.has(origin);
    const sentAt = clock();
    const open = () => request(url, { method, headers, body: body ?? null, signal, dispatcher });
    try {
      return await open();
    } catch (error) {
      // As over node:http; this library does not say whether the connection was a kept one.
      const isStale = mayBeKept && STALE.has(codeOf(error)) && clock() - sentAt < STALE_MS;
      if (!isStale || signal.aborted) throw error;
      return await open();
    } finally {
      asked.add(origin);
    }
  };
  const transport: UpstreamTransport = async (sent) => {
    const reply = await send(sent);
    return {
      status: reply.statusCode,
      headers: firstValues(reply.headers),
      body: decoded(reply.body, reply.headers['content-encoding']),
    };
  };
  return { transport, close: () => dispatcher.destroy() };
}
