/** The models that the provider in force lists, asked now; the routing takes note of them. */
import type { ListedModel } from '../../providers/model-list.ts';
import type { Routing } from '../routing/routing.ts';
import type { Upstream } from './upstream.ts';

/**
 * @param bearer the client's own key, for a provider without one
 * @throws RelayError that names provider and cause
 */
export async function askForModels(
  routing: Routing,
  upstream: Upstream,
  bearer?: string,
): Promise<ListedModel[]> {
  const { provider } = routing;
  const { signal } = new AbortController();
  const listed = await upstream.models({ provider, apiKey: provider.apiKey ?? bearer, signal });
  routing.learnModels(
    provider,
    listed.map(({ id }) => id),
  );
  return listed;
}
