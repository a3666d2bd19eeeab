/**
 * Stands before every route. The relay spends its user's keys, so only programs of this machine may use it, or those
 * that its operator lets in: a known Host (against DNS rebinding), no browser Origin, a token where there are some, and
 * JSON alone as a body.
 */
import { hash, timingSafeEqual } from 'node:crypto';
import type { Context, Middleware } from 'koa';
import { RelayError } from '../../errors.ts';
import type { Users } from '../gateway-options.ts';
import type { Refusal } from '../options.ts';
import { rememberUser, userOf } from './user-parts.ts';

const LOOPBACK_HOST = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i;

/** Of these, Node keeps the first and drops the rest; whatever stands between might have read another. */
const ONLY_ONCE = new Set(['host', 'authorization', 'content-type']);

const JSON_TYPE = /^application\/json[ \t]*(;|$)/i;

/**
 * Refuses requests from web pages, those that took the relay for another host, and those that can be read in two ways.
 * @param publicHosts further names, in lower case, that the relay is reached by
 */
export function knownHostsOnly(publicHosts: ReadonlySet<string>): Middleware {
  return (ctx, next) => {
    const host = ctx.get('host').toLowerCase();
    if (!LOOPBACK_HOST.test(host) && !publicHosts.has(host)) {
      const known = [...publicHosts, '127.0.0.1', 'localhost'];
      throw new RelayError('forbidden', `The relay answers only requests to ${known.join(' or ')}.`);
    }
    return plainRequestsOnly(ctx, next);
  };
}

const plainRequestsOnly: Middleware = (ctx, next) => {
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

export interface GuardOptions {
  /** The operator's; undefined: none. */
  token: string | undefined;
  users: Users | undefined;
  onRefusal: (refusal: Refusal) => void;
}

/**
 * Wants a token, where there are some, and tells who came without it: resolves where the request may go on, and notes
 * whose it is.
 * @throws RelayError `invalid_request` for a token that no client could send
 */
export function authoriser({ token, users, onRefusal }: GuardOptions): (ctx: Context) => Promise<void> {
  if (token !== undefined && !/^[\x21-\x7e]+$/.test(token)) {
    throw new RelayError('invalid_request', 'token: only visible ASCII characters can be sent as a bearer.', {
      param: 'token',
    });
  }
  const isOperator = token === undefined ? () => users === undefined : sameAs(token);
  return async (ctx) => {
    const bearer = bearerOf(ctx);
    if (isOperator(bearer ?? '')) return;
    const user = bearer === undefined ? undefined : await users?.find(bearer);
    if (user !== undefined) {
      rememberUser(ctx, user);
      return;
    }
    onRefusal({ client: programOf(ctx), sentToken: bearer !== undefined });
    throw new RelayError('unauthorized', whatIsNeeded(users));
  };
}

function whatIsNeeded(users: Users | undefined): string {
  return users === undefined
    ? 'The relay needs its own token as bearer (Codex: env_key = "CODEX_RELAY_TOKEN").'
    : 'The relay needs your token as bearer (Codex: env_key = "CODEX_RELAY_TOKEN"), and knows no user with this one: ask whoever runs the relay.';
}

/** Compares with a secret in constant time. */
export function sameAs(secret: string): (text: string) => boolean {
  const expected = digest(secret);
  return (text) => timingSafeEqual(digest(text), expected);
}

/** What concerns the relay itself is its operator's. */
export const operatorOnly: Middleware = (ctx, next) => {
  if (userOf(ctx) === undefined) return next();
  throw new RelayError('forbidden', 'Only whoever runs the relay may see or change this.');
};

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
  return hash('sha256', text, 'buffer');
}
