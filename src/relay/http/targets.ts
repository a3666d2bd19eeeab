/** `GET /relay/targets` and `POST /relay/targets/reset`: which targets wait, until when and why. */
import type Router from '@koa/router';
import type { Routing } from '../routing/routing.ts';

export function routeTargets(router: Router, routing: Routing): void {
  const body = () => ({
    upstreams: routing.catalog().map(({ id, name, isActive }) => ({ id, name, isActive })),
    targets: routing.health.troubles(Date.now()),
  });
  router.get('/relay/targets', (ctx) => {
    ctx.body = body();
  });
  router.post('/relay/targets/reset', (ctx) => {
    routing.health.reset();
    ctx.body = body();
  });
}
