/** Who asks, and what for. Decided once for each request, where it comes in. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Context } from 'koa';
import { type Json, type JsonObject, parseObject } from '../../json.ts';
import type { Client } from '../exchange/exchange.ts';
import type { Provider } from '../routing/provider.ts';
import { insteadOfSignIn, isOpenAi } from '../upstream/sign-in-token.ts';
import { bearerOf } from './guard.ts';

/** Codex names its originator (`codex_exec`, `codex-tui`, an app-server's client) on every request. */
function comesFromCodex(headers: IncomingHttpHeaders): boolean {
  return 'originator' in headers || 'x-codex-beta-features' in headers || 'x-codex-turn-metadata' in headers;
}

export function recogniseClient(ctx: Context): void {
  ctx.state['isCodex'] = comesFromCodex(ctx.headers);
}

/** The result of `recogniseClient`. */
export function isCodex(ctx: Context): boolean {
  return ctx.state['isCodex'] === true;
}

/**
 * @param bearer the client's own key, where it is not the relay's token
 * @param metadata what the request says in place of headers, since a WebSocket has those of its handshake only
 */
export function clientOf(ctx: Context, bearer: string | undefined, metadata: JsonObject = {}): Client {
  const said = (name: string) => textIn(metadata[name]) ?? (ctx.get(name) || undefined);
  // The rest of it (paths, remotes) is private: it is neither kept nor passed on.
  const about = said('x-codex-turn-metadata');
  const { turn_id, request_kind } = (about !== undefined && parseObject(about)) || {};
  return {
    isCodex: isCodex(ctx),
    bearer,
    retriesItself: retriesItself(ctx),
    thread: textIn(metadata['thread_id']) || ctx.get('thread-id') || undefined,
    turn: textIn(turn_id),
    labels: { subagent: said('x-openai-subagent'), kind: textIn(request_kind) },
  };
}

function textIn(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/**
 * Whether the client announces that it retries by itself: OpenAI's SDKs count their attempts in this header. If the
 * relay retried within each of theirs, one call would become nine.
 */
function retriesItself(ctx: Context): boolean {
  return 'x-stainless-retry-count' in ctx.headers;
}

/**
 * The client's own key, to be passed on to a provider without one. A ChatGPT sign-in comes with a header for its
 * account: such a token, whatever it looks like, belongs to OpenAI alone.
 * @throws RelayError `unauthorized` if there is nothing else to send
 */
export function keyToPassOn(ctx: Context, provider: Provider): string | undefined {
  const bearer = bearerOf(ctx);
  const isSignIn = bearer !== undefined && 'chatgpt-account-id' in ctx.headers;
  if (!isSignIn || isOpenAi(provider.baseUrl)) return bearer;
  return provider.apiKeys.length > 0 ? undefined : insteadOfSignIn(provider);
}
