/**
 * How bytes reach a provider. Implementations: node:http (default), undici for proxies, a host's fetch, the demo, and
 * VS Code's own models in the extension.
 */

export interface UpstreamRequest {
  method: 'GET' | 'POST';
  url: string;
  headers: Readonly<Record<string, string>>;
  body?: Uint8Array<ArrayBuffer>;
  /** Aborted when the client leaves; the implementation then ends the upstream call at once. */
  signal: AbortSignal;
}

export interface UpstreamReply {
  status: number;
  /** The first value of each header, by lower-case name. */
  headers: Readonly<Record<string, string>>;
  body: AsyncIterable<Uint8Array>;
}

/** Rejects when no reply came (refused, reset, TLS, aborted); never for an HTTP status. Follows no redirect. */
export type UpstreamTransport = (request: UpstreamRequest) => Promise<UpstreamReply>;
