/**
 * How bytes reach a provider. Implementations: node:http (the default), undici for proxies, a host's fetch, the demo
 * and, in the extension, VS Code's own models.
 */

export interface UpstreamRequest {
  method: 'GET' | 'POST';
  url: string;
  headers: Readonly<Record<string, string>>;
  body?: Uint8Array<ArrayBuffer>;
  /** Aborted when the client leaves; the implementation must then end the upstream call at once. */
  signal: AbortSignal;
}

export interface UpstreamReply {
  status: number;
  /** The first value of each header, by lower-case name. */
  headers: Readonly<Record<string, string>>;
  body: AsyncIterable<Uint8Array>;
}

/** Rejects if no reply came (refused, reset, TLS, aborted), never for an HTTP status. Follows no redirects. */
export type UpstreamTransport = (request: UpstreamRequest) => Promise<UpstreamReply>;
