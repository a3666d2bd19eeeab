/** The models that the upstreams list: asked for, and noted by the routing. */
import type { ListedModel } from '../../providers/model-list.ts';
import type { ServedUpstream } from '../options.ts';
import type { Provider } from '../routing/provider.ts';
import type { Routing } from '../routing/routing.ts';
import type { Upstream } from './upstream.ts';

/**
 * Asks one upstream now.
 * @param bearer the client's own key, for an upstream without one
 * @throws RelayError that names provider and cause
 */
export async function askForModels(
  provider: Provider,
  routing: Routing,
  upstream: Upstream,
  bearer?: string,
): Promise<ListedModel[]> {
  const { signal } = new AbortController();
  const listed = await upstream.models({ provider, apiKey: provider.apiKeys[0] ?? bearer, signal });
  routing.learnModels(provider, listed);
  return listed;
}

/**
 * All upstreams with their models, the active one first. The active one is asked anew, the others only where their
 * list is not known; one that does not answer lists nothing.
 * @throws RelayError where there is but one, and it does not answer
 */
export async function askForAllModels(
  routing: Routing,
  upstream: Upstream,
  bearer?: string,
): Promise<ServedUpstream[]> {
  const { active, providers } = routing;
  const unknown = providers.filter(
    (provider) => provider === active || routing.listOf(provider) === undefined,
  );
  const asked = unknown.map((provider) =>
    // The client's own key is for the upstream that it was meant for.
    askForModels(provider, routing, upstream, provider === active ? bearer : undefined),
  );
  if (providers.length === 1) await Promise.all(asked);
  else await Promise.allSettled(asked);
  return routing.catalog();
}
