/** The sources of Codex's model catalog: all upstreams that the relay serves, and their lists. */
import type { ServedUpstream } from '../../relay/options.ts';
import type { RelayController, RoutingPlan } from '../relay/controller.ts';
import type { RelayLauncher } from '../relay/launcher.ts';
import type { CatalogUpstream } from './codex-bundle.ts';
import type { ListMemory } from './list-memory.ts';
import { loadCodexFiles } from './load-codex-files.ts';

/** The active one first: the alias and bare names belong to it. */
export type CatalogUpstreams = readonly [CatalogUpstream, ...CatalogUpstream[]];

export class CatalogSource {
  readonly #controller: RelayController;
  readonly #launcher: Pick<RelayLauncher, 'askCatalog'>;
  readonly #lists: ListMemory;

  constructor(controller: RelayController, launcher: Pick<RelayLauncher, 'askCatalog'>, lists: ListMemory) {
    this.#controller = controller;
    this.#launcher = launcher;
    this.#lists = lists;
  }

  /** What this window serves, as far as it is known now; undefined when it does not serve. */
  async served(): Promise<CatalogUpstreams | undefined> {
    const { served, plan } = this.#controller;
    return served && plan && this.#models(await served.catalog(), plan.routing);
  }

  /** What a relay with this plan would serve; asks for lists that this window does not know. */
  async planned(routing: RoutingPlan): Promise<CatalogUpstreams> {
    const { served } = this.#controller;
    if (served === undefined) return this.#models(await this.#launcher.askCatalog(routing), routing);
    await served.learnModels([]);
    return this.#models(await served.catalog(), routing);
  }

  async #models(served: readonly ServedUpstream[], { upstreams }: RoutingPlan): Promise<CatalogUpstreams> {
    const { catalogUpstream } = await loadCodexFiles();
    const completed = await this.#lists.complete(served, upstreams);
    const active = completed.find(({ isActive }) => isActive);
    if (active === undefined) throw new Error('No upstream is active.');
    const others = completed.filter((one) => one !== active);
    return [catalogUpstream(active), ...others.map(catalogUpstream)];
  }
}
