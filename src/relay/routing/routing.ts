/** The provider in force, and from the model that a client names to the target that gets its request. */
import type { Logger } from '../../logger.ts';
import { profileFor } from '../../providers/index.ts';
import type { UpstreamOptions } from '../options.ts';
import { type Provider, resolveProvider, upstreamModel } from './provider.ts';
import type { Target } from './target.ts';

export class Routing {
  readonly #logger: Logger;
  /** Says a warning once, however many requests give rise to it. */
  readonly #warnOnce: (message: string) => void;
  #provider: Provider;
  /** What the provider in force lists; undefined until it was asked. */
  #served: ReadonlySet<string> | undefined;

  constructor(provider: Provider, logger: Logger, warnOnce: (message: string) => void) {
    this.#provider = provider;
    this.#logger = logger;
    this.#warnOnce = warnOnce;
  }

  /** The provider that requests go to from now on. */
  get provider(): Provider {
    return this.#provider;
  }

  /** @throws RelayError `invalid_request` that names the option, when the provider cannot be used */
  use(upstream: UpstreamOptions): void {
    this.#provider = resolveProvider(upstream);
    this.#served = undefined;
    const { profile, baseUrl } = this.#provider;
    this.#logger.info(`upstream: ${profile.name} at ${new URL(baseUrl).host}`);
  }

  /** Takes note of what a provider lists, unless another one is in force by now. */
  learnModels(provider: Provider, ids: readonly string[]): void {
    if (provider === this.#provider) this.#served = new Set(ids);
  }

  /**
   * @param bearer the client's own key, for a provider without one
   * @throws RelayError `invalid_request` where the name stands for no model
   */
  targetFor(requested: string, bearer: string | undefined): Target {
    const provider = this.#provider;
    const model = upstreamModel(provider, requested, this.#served);
    const isStandIn = model === provider.model && model !== upstreamModel(provider, requested, undefined);
    if (isStandIn) {
      this.#warnOnce(
        `${provider.profile.name} does not list the model "${requested}": ${model} answers instead`,
      );
    }
    return {
      provider,
      model,
      profile: profileFor(provider.preset, model),
      apiKey: provider.apiKey ?? bearer,
    };
  }
}
