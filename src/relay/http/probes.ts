/**
 * What balancers and Prometheus ask. On a relay that is reached from outside this machine, probes are answered before
 * the guard: whoever sends them has no token and addresses the relay by its IP.
 */
import type { Middleware } from 'koa';
import { RelayError } from '../../errors.ts';
import type { GatewayOptions } from '../gateway-options.ts';
import { bearerOf, sameAs } from './guard.ts';

/** Answers `/healthz` while the process lives and `/readyz` while it takes requests, and tells nothing else. */
export function probes(isReady: () => boolean): Middleware {
  return (ctx, next) => {
    if (ctx.method !== 'GET' || 'origin' in ctx.headers) return next();
    if (ctx.path === '/healthz') ctx.body = { status: 'ok' };
    else if (ctx.path === '/readyz') answerReady(ctx, isReady());
    else return next();
    return undefined;
  };
}

export function answerReady(ctx: { status: number; body: unknown }, isReady: boolean): void {
  ctx.status = isReady ? 200 : 503;
  ctx.body = { status: isReady ? 'ready' : 'stopping' };
}

/** `GET /metrics`, for clients with the metrics token. */
export function metricsRoute(metrics: GatewayOptions['metrics']): Middleware {
  if (metrics === undefined) return (_ctx, next) => next();
  const isAllowed = sameAs(metrics.token);
  return async (ctx, next) => {
    if (ctx.method !== 'GET' || ctx.path !== '/metrics') return next();
    if (!isAllowed(bearerOf(ctx) ?? '')) {
      throw new RelayError('unauthorized', 'The metrics need their own token as bearer (--metrics-token).');
    }
    const { type, body } = await metrics.read();
    ctx.type = type;
    ctx.body = body;
  };
}
