/** A host's own `fetch` as transport: VS Code's knows its proxy settings and certificates. */
import type { UpstreamTransport } from '../transport.ts';

export function createFetchTransport(fetch: typeof globalThis.fetch): UpstreamTransport {
  return async ({ method, url, headers, body, signal }) => {
    // A redirect could carry the key to another origin, so its status is returned as it is.
    const reply = await fetch(url, { method, headers, body: body ?? null, signal, redirect: 'manual' });
    return {
      status: reply.status,
      headers: Object.fromEntries(reply.headers),
      body: reply.body ?? emptyBody(),
    };
  };
}

async function* emptyBody(): AsyncGenerator<Uint8Array> {}
