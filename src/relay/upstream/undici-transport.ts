/** The transport of the CLI and the library: undici, with the proxies that the host passes in. */
import { Agent, type Dispatcher, EnvHttpProxyAgent, request } from 'undici';
import type { UpstreamTransport } from '../transport.ts';
import { decoded } from './decoded.ts';

export interface ProxyOptions {
  httpProxy?: string;
  httpsProxy?: string;
  /** Comma-separated hosts; loopback is always added. */
  noProxy?: string;
}

const LOOPBACK = 'localhost,127.0.0.1,::1,[::1]';
// The relay has its own stall timer, which knows what counts as silence; undici's would fire in long thinking.
const NO_TIMEOUTS = { headersTimeout: 0, bodyTimeout: 0 };

export interface UndiciTransport {
  transport: UpstreamTransport;
  /** Closes the sockets that are kept for reuse. */
  close(): Promise<void>;
}

export function createUndiciTransport(proxy: ProxyOptions | undefined): UndiciTransport {
  const dispatcher = dispatcherFor(proxy);
  const transport: UpstreamTransport = async ({ method, url, headers, body, signal }) => {
    const reply = await request(url, { method, headers, body: body ?? null, signal, dispatcher });
    return {
      status: reply.statusCode,
      header: (name) => {
        const value = reply.headers[name];
        return Array.isArray(value) ? value[0] : value;
      },
      body: decoded(reply.body, reply.headers['content-encoding']),
    };
  };
  return { transport, close: () => dispatcher.destroy() };
}

function dispatcherFor(proxy: ProxyOptions | undefined): Dispatcher {
  if (!proxy?.httpProxy && !proxy?.httpsProxy) return new Agent(NO_TIMEOUTS);
  const noProxy = proxy.noProxy ? `${proxy.noProxy},${LOOPBACK}` : LOOPBACK;
  // What is undefined here, undici would read from the environment.
  const { httpProxy = '', httpsProxy = '' } = proxy;
  return new EnvHttpProxyAgent({ ...NO_TIMEOUTS, httpProxy, httpsProxy, noProxy });
}
