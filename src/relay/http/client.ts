/** Who asks: Codex or another client. It is decided once a request, where the request comes in. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Context } from 'koa';

/** Codex names its originator (`codex_exec`, `codex-tui`, an app-server's client) on every request. */
function comesFromCodex(headers: IncomingHttpHeaders): boolean {
  return 'originator' in headers || 'x-codex-beta-features' in headers || 'x-codex-turn-metadata' in headers;
}

export function recogniseClient(ctx: Context): void {
  ctx.state['isCodex'] = comesFromCodex(ctx.headers);
}

/** What `recogniseClient` found. */
export function isCodex(ctx: Context): boolean {
  return ctx.state['isCodex'] === true;
}

/**
 * Whether the client announces that it tries again by itself: OpenAI's SDKs count their attempts in this header.
 * With attempts of the relay inside each of theirs, one call would become nine.
 */
export function retriesItself(ctx: Context): boolean {
  return 'x-stainless-retry-count' in ctx.headers;
}
