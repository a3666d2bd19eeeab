/** Asks upstreams for their models and what they tell about them, and lets the routing note it. */

import { impliedName } from '../../providers/implied-name.ts';
import { type ListedModel, mergeFacts, ownersIn, readModelList } from '../../providers/model-list.ts';
import {
  type FactRoute,
  type ModelServer,
  type ServedFacts,
  serverOf,
} from '../../providers/model-servers.ts';
import type { ServedUpstream } from '../options.ts';
import type { Provider } from '../routing/provider.ts';
import type { Routing } from '../routing/routing.ts';
import type { Upstream, UpstreamCall } from './upstream.ts';

/** At most this many of a server's models are asked about, the chosen one among them. */
const MOST_ASKED = 20;

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
  const listed = await servedModels({ provider, apiKey: provider.apiKeys[0] ?? bearer, signal }, upstream);
  routing.learnModels(provider, listed);
  return listed;
}

/**
 * All upstreams with their models, the active one first. The active one is asked again, the others only if their list
 * is not known; one that does not answer lists nothing.
 * @throws RelayError if there is only one and it does not answer
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
    // The client's own key is meant for the active upstream alone.
    askForModels(provider, routing, upstream, provider === active ? bearer : undefined),
  );
  if (providers.length === 1) await Promise.all(asked);
  else await Promise.allSettled(asked);
  return routing.catalog();
}

/**
 * Asks again after the first answer of a model whose window is only a guess: the model is loaded now, so the server can
 * tell.
 * @param answered the upstream's id and its name for the model
 * @param asked the models that were already asked about; this one is added
 */
export async function learnLoadedModel(
  answered: { upstream: string | undefined; model: string },
  { routing, upstream, asked }: { routing: Routing; upstream: Upstream; asked: Set<string> },
): Promise<void> {
  const provider = routing.providers.find(({ id }) => id === answered.upstream);
  const model = provider && routing.listOf(provider)?.find(({ id }) => id === answered.model);
  const key = `${answered.upstream}/${answered.model}`;
  if (provider === undefined || model?.windowFrom !== 'guessed' || asked.has(key)) return;
  asked.add(key);
  await askForModels(provider, routing, upstream);
}

/**
 * The models that a provider lists. Model servers are asked for details as well, because their lists tell little.
 * @throws RelayError that names provider and cause
 */
export async function servedModels(call: UpstreamCall, upstream: Upstream): Promise<ListedModel[]> {
  const { provider } = call;
  const list = await upstream.modelList(call);
  const listed = readModelList(list);
  const server = serverOf(provider.preset.server, ownersIn(list));
  if (server === undefined || listed.length === 0) return listed;
  const host = new URL(provider.baseUrl).hostname;
  const isHosted = server.hostedAt.some((own) => host === own || host.endsWith(`.${own}`));
  const asked = mostWanted(listed, provider);
  const answers = await Promise.all(
    server.routes.map((route) => factsFrom(route, asked, { call, upstream, isHosted })),
  );
  return listed.map((model) => withFacts(model, answers, isHosted ? {} : server.assumed));
}

type FactsById = ReadonlyMap<string, ServedFacts>;

async function factsFrom(
  route: FactRoute,
  models: readonly string[],
  { call, upstream, isHosted }: { call: UpstreamCall; upstream: Upstream; isHosted: boolean },
): Promise<FactsById> {
  const urlOf = (path: string) => besideApi(call.provider.baseUrl, path);
  if (route.about === 'all models') {
    const told = route.read(await upstream.ask(call, urlOf(route.path)));
    return new Map(told.map(({ id, ...facts }) => [id, facts]));
  }
  return new Map(
    await Promise.all(
      models.map(async (model): Promise<[string, ServedFacts]> => {
        const answer = await upstream.ask(call, urlOf(route.path(model)), route.body?.(model));
        return [model, route.read(answer, isHosted)];
      }),
    ),
  );
}

function withFacts(
  model: ListedModel,
  answers: readonly FactsById[],
  assumed: ModelServer['assumed'],
): ListedModel {
  const told = answers.map((facts) => facts.get(model.id));
  return { ...mergeFacts<ServedFacts>(assumed, model, ...told), id: model.id };
}

function mostWanted(listed: readonly ListedModel[], { model, preset }: Provider): string[] {
  const chosen = model === undefined ? undefined : impliedName(model, listed, preset.impliedTag);
  const ids = listed.map(({ id }) => id);
  return [...new Set(chosen === undefined ? ids : [chosen, ...ids])].slice(0, MOST_ASKED);
}

/** A route of the server itself, next to the base URL's `/v1`. */
function besideApi(baseUrl: string, path: string): string {
  const [base = ''] = baseUrl.split('?', 1);
  return base.replace(/\/v\d+$/, '') + path;
}
