/** The models that the upstreams list: asked for, and noted by the routing. */
import type { ListedModel } from '../../providers/model-list.ts';
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
