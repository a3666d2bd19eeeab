/** The network transport that a relay's options ask for. */
import type { RelayOptions } from '../options.ts';
import type { UpstreamTransport } from '../transport.ts';
import { createFetchTransport } from './fetch-transport.ts';
import { KeptConnections } from './kept-connections.ts';
import { createNodeHttpTransport } from './node-http-transport.ts';

export interface Network {
  transport: UpstreamTransport;
  /** Closes the connections that are kept for reuse. */
  close(): Promise<void>;
}

/** @throws TypeError for an invalid proxy address */
export async function openNetwork({
  fetch,
  transport,
  proxy,
}: Pick<RelayOptions, 'fetch' | 'transport' | 'proxy'>): Promise<Network> {
  const given = transport ?? (fetch && createFetchTransport(fetch));
  if (given !== undefined) return { transport: given, close: async () => {} };
  if (proxy?.httpProxy || proxy?.httpsProxy) {
    const { createProxyTransport } = await import('./proxy-transport.ts');
    return createProxyTransport(proxy);
  }
  const connections = new KeptConnections();
  return {
    transport: createNodeHttpTransport(() => connections.use()),
    close: async () => connections.close(),
  };
}
