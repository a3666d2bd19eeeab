/** How a kept connection fails that the provider closed while the request was on its way. */

/** The error codes of Node and undici. */
export const STALE: ReadonlySet<unknown> = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

/**
 * The network tells of such a connection at once. After longer the provider was at work, and may charge for it; in
 * milliseconds.
 */
export const STALE_MS = 2_000;
