/** Keeps the lists of upstreams known. */
import { messageOf } from '../../errors.ts';
import type { Logger } from '../../logger.ts';
import type { Provider } from '../routing/provider.ts';
import type { Routing } from '../routing/routing.ts';
import { askForModels } from './served-models.ts';
import type { Upstream } from './upstream.ts';

/** Never asks an upstream twice at the same time. */
export class ModelLists {
  readonly #routing: Routing;
  readonly #upstream: Upstream;
  readonly #logger: Logger;
  readonly #asking = new Map<Provider, Promise<unknown>>();

  constructor(routing: Routing, upstream: Upstream, logger: Logger) {
    this.#routing = routing;
    this.#upstream = upstream;
    this.#logger = logger;
  }

  /**
   * Asks the upstreams whose list is not known, and those with these ids. Resolves when each has answered or failed;
   * failures are only logged.
   */
  async learn(ids: readonly string[] = []): Promise<void> {
    const routing = this.#routing;
    const asked = routing.providers.filter(
      (provider) => routing.listOf(provider) === undefined || ids.includes(provider.id),
    );
    await Promise.all(asked.map((provider) => this.#asking.get(provider) ?? this.#ask(provider)));
  }

  #ask(provider: Provider): Promise<unknown> {
    const answered = askForModels(provider, this.#routing, this.#upstream)
      .catch((error: unknown) =>
        this.#logger.debug(`${provider.label}: models are not known: ${messageOf(error)}`),
      )
      .finally(() => this.#asking.delete(provider));
    this.#asking.set(provider, answered);
    return answered;
  }
}
