/**
 * Stands before every route. The relay spends its user's keys, so only programs of this machine may use it:
 * loopback Host (against DNS rebinding), no browser Origin, the token where one is set, and JSON alone as a body.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Context, Middleware } from 'koa';
import { RelayError } from '../../errors.ts';
import type { Refusal } from '../options.ts';

const LOOPBACK_HOST = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i;

/** Of these, Node keeps the first and drops the rest; whatever stands between might have read another. */
const ONLY_ONCE = new Set(['host', 'authorization', 'content-type']);

const JSON_TYPE = /^application\/json[ \t]*(;|$)/i;

/** Refuses requests from web pages, those that took the relay for another host, and those that can be read in two ways. */
export const localOnly: Middleware = (ctx, next) => {
  if (!LOOPBACK_HOST.test(ctx.get('host'))) {
    throw new RelayError('forbidden', 'The relay answers only requests to 127.0.0.1 or localhost.');
  }
  if ('origin' in ctx.headers || ctx.get('sec-fetch-site') !== '') {
    throw new RelayError('forbidden', 'The relay answers no requests from web pages.');
  }
  // `GET http://host/path` is for proxies: it names a host of its own beside the header.
  if (!ctx.req.url?.startsWith('/')) {
    throw new RelayError('invalid_request', 'The relay is no proxy: send a path, not an address.');
  }
  const repeated = repeatedHeader(ctx.req.rawHeaders);
  if (repeated !== undefined) {
    throw new RelayError('invalid_request', `The header ${repeated} was sent more than once.`);
  }
  return next();
};

/** @param raw names and values in turn, as `IncomingMessage.rawHeaders` has them */
function repeatedHeader(raw: readonly string[]): string | undefined {
  const seen = new Set<string>();
  for (let at = 0; at < raw.length; at += 2) {
    const name = raw[at]?.toLowerCase() ?? '';
    if (!ONLY_ONCE.has(name)) continue;
    if (seen.has(name)) return name;
    seen.add(name);
  }
  return undefined;
}

/**
 * Refuses bodies that are not said to be JSON: a form, which any web page can send to any host, never gets as far
 * as the parser. Without a type the body counts as JSON.
 */
export const jsonOnly: Middleware = (ctx, next) => {
  const type = ctx.get('content-type');
  if (ctx.method === 'POST' && type !== '' && !JSON_TYPE.test(type)) {
    throw new RelayError(
      'invalid_request',
      'The relay reads JSON only: send content-type: application/json.',
      {
        status: 415,
      },
    );
  }
  return next();
};

/**
 * Wants the token, where one is set, and tells who came without it.
 * @throws RelayError `invalid_request` for a token that no client could send
 */
export function guard(
  token: string | undefined,
  onRefusal: (refusal: Refusal) => void = () => {},
): Middleware {
  if (token !== undefined && !/^[\x21-\x7e]+$/.test(token)) {
    throw new RelayError('invalid_request', 'token: only visible ASCII characters can be sent as a bearer.', {
      param: 'token',
    });
  }
  const expected = token === undefined ? undefined : digest(token);
  return async (ctx, next) => {
    if (expected !== undefined && !timingSafeEqual(digest(bearerOf(ctx) ?? ''), expected)) {
      onRefusal({ client: programOf(ctx), sentToken: bearerOf(ctx) !== undefined });
      throw new RelayError(
        'unauthorized',
        'The relay needs its own token as bearer (Codex: env_key = "CODEX_RELAY_TOKEN").',
      );
    }
    await next();
  };
}

/** Codex tries a WebSocket only where it is configured, and falls back at once, without a word, on 426. */
export const httpOnly: Middleware = (ctx, next) => {
  if (ctx.get('upgrade').toLowerCase() !== 'websocket') return next();
  ctx.set('connection', 'close');
  throw new RelayError(
    'invalid_request',
    'This relay speaks HTTP only: set supports_websockets = false, or start it with --websocket.',
    { status: 426 },
  );
};

/** The first product of its user agent: what follows may hold anything. */
function programOf(ctx: Context): string {
  return /^[\w.-]{1,40}(?:\/[\w.-]{1,20})?(?= |$)/.exec(ctx.get('user-agent'))?.[0] ?? '';
}

/** The client's bearer token; undefined when it sent none. */
export function bearerOf(ctx: Context): string | undefined {
  return /^Bearer +(\S+)$/i.exec(ctx.get('authorization'))?.[1];
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
