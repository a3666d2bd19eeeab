/**
 * Guards every route. The relay spends its user's keys, so only programs on this machine, or those that its operator
 * lets in, may use it: a known Host (against DNS rebinding), no browser Origin, a token if there are any, and only JSON
 * as a body.
 */
import { hash, timingSafeEqual } from 'node:crypto';
import type { Context, Middleware } from 'koa';
import { RelayError } from '../../errors.ts';
import { isLoopbackHost } from '../../loopback.ts';
import type { Users } from '../gateway-options.ts';
import type { Refusal } from '../options.ts';
import { rememberUser, userOf } from './user-parts.ts';

/** If one of these is repeated, Node keeps the first; a proxy in between might have read another. */
const ONLY_ONCE = new Set(['host', 'authorization', 'content-type']);

const JSON_TYPE = /^application\/json[ \t]*(;|$)/i;

/**
 * Refuses requests from web pages, requests for another host, and requests that can be read in two ways.
 * @param publicHosts further host names, in lower case, that reach the relay
 */
export function knownHostsOnly(publicHosts: ReadonlySet<string>): Middleware {
  return (ctx, next) => {
    const host = ctx.get('host').toLowerCase();
    if (!isLoopbackHost(host) && !publicHosts.has(host)) {
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
  // `GET http://host/path` is meant for proxies, and names a second host next to the header's.
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
 * Refuses bodies that are not declared as JSON: a form, which any web page can send to any host, never reaches the
 * parser. Without a type the body counts as JSON.
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
  /** The operator's token; undefined if there is none. */
  token: string | undefined;
  users: Users | undefined;
  onRefusal: (refusal: Refusal) => void;
}

/**
 * Asks for a token if there are any, and reports clients without one. Resolves if the request may go on, and notes
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

/** Only the operator may use routes about the relay itself. */
export const operatorOnly: Middleware = (ctx, next) => {
  if (userOf(ctx) === undefined) return next();
  throw new RelayError('forbidden', 'Only whoever runs the relay may see or change this.');
};

/** Codex tries a WebSocket only if configured to, and falls back silently and at once on 426. */
export const httpOnly: Middleware = (ctx, next) => {
  if (ctx.get('upgrade').toLowerCase() !== 'websocket') return next();
  ctx.set('connection', 'close');
  throw new RelayError(
    'invalid_request',
    'This relay speaks HTTP only: set supports_websockets = false, or start it with --websocket.',
    { status: 426 },
  );
};

/** The first product of the user agent: the rest may contain anything. */
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
