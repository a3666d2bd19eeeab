/** `GET /relay/targets` and `POST /relay/targets/reset`: which targets wait, until when and why. */
import type Router from '@koa/router';
import type { Routing } from '../routing/routing.ts';
import { operatorOnly } from './guard.ts';

export function routeTargets(router: Router, routing: Routing): void {
  const body = () => ({
    upstreams: routing.catalog().map(({ id, name, isActive }) => ({ id, name, isActive })),
    targets: routing.health.troubles(Date.now()),
  });
  router.get('/relay/targets', operatorOnly, (ctx) => {
    ctx.body = body();
  });
  router.post('/relay/targets/reset', operatorOnly, (ctx) => {
    routing.health.reset();
    ctx.body = body();
  });
}
