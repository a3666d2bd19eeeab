/** What Codex's model catalog is made of: everything that the relay serves, and what each lists. */
import type { ServedUpstream } from '../../relay/options.ts';
import type { RelayController, RoutingPlan } from '../relay/controller.ts';
import { askCatalog } from '../relay/launcher.ts';
import type { ConfigureInput } from '../relay/relay-bundle.ts';
import type { ListMemory } from './list-memory.ts';

export class CatalogSource {
  readonly #controller: RelayController;
  readonly #lists: ListMemory;

  constructor(controller: RelayController, lists: ListMemory) {
    this.#controller = controller;
    this.#lists = lists;
  }

  /** What this window serves, as far as it is known now; undefined when it does not serve. */
  async served(): Promise<ConfigureInput['models'] | undefined> {
    const { served, plan } = this.#controller;
    return served && plan && this.#models(served.catalog(), plan.routing);
  }

  /** What a relay of this plan would serve; asks for lists that this window does not know. */
  async planned(routing: RoutingPlan): Promise<ConfigureInput['models']> {
    const { served } = this.#controller;
    if (served === undefined) return this.#models(await askCatalog(routing), routing);
    await served.learnModels([]);
    return this.#models(served.catalog(), routing);
  }

  async #models(
    served: readonly ServedUpstream[],
    { upstreams }: RoutingPlan,
  ): Promise<ConfigureInput['models']> {
    return catalogModels(await this.#lists.complete(served, upstreams));
  }
}

/** The input of the catalog for these upstreams. */
function catalogModels(served: readonly ServedUpstream[]): ConfigureInput['models'] {
  const active = served.find(({ isActive }) => isActive);
  if (active === undefined) throw new Error('No upstream is active.');
  const { preset, model, modelMap, listed = [] } = active;
  return { preset, selected: model, modelMap, listed };
}
