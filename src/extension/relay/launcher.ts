/** Starts this window's relay, and asks providers about their models and health: all of it in the relay's thread. */
import { messageOf } from '../../errors.ts';
import type { ListedModel } from '../../providers/model-list.ts';
import type { ServedUpstream, UpstreamOptions } from '../../relay/options.ts';
import type { Balance } from '../../relay/upstream/balance.ts';
import type { ModelPrice, PricedModel } from '../../usage/model-price.ts';
import type { OverviewData } from '../../usage/overview.ts';
import type { ConnectionAnswer } from '../thread/messages.ts';
import type { ReadyPlan, RoutingPlan, ServedRelay } from './controller.ts';
import { type RelayListener, RelayThread, type ThreadParts } from './relay-thread.ts';

export interface LauncherParts extends ThreadParts {
  /** The file that remembers which target each of Codex's threads is bound to. */
  bindingsFile: string;
  /** Where counts of requests are kept. */
  usageFolder: string;
}

export interface LaunchedRelay extends ServedRelay {
  /** Frees the port at once, and lets running answers finish. */
  drain(): Promise<void>;
}

export class RelayLauncher {
  readonly #parts: LauncherParts;
  #serving: RelayThread | undefined;
  #questions = 0;

  constructor(parts: LauncherParts) {
    this.#parts = parts;
  }

  /** @throws Error with the code `EADDRINUSE` when the port is taken */
  async launch({ server, routing }: ReadyPlan, listener: RelayListener): Promise<LaunchedRelay> {
    const { bindingsFile, usageFolder } = this.#parts;
    const thread = new RelayThread(this.#parts, {
      ...listener,
      // If the thread dies while starting, the rejection tells.
      onDeath: (error) => {
        if (this.#serving !== thread) return;
        this.#serving = undefined;
        listener.onDeath(error);
      },
    });
    const { functions } = thread;
    try {
      const url = await functions.launch({ server, routing, bindingsFile, usageFolder });
      this.#serving = thread;
      return {
        url,
        serve: (other) => functions.serve(other),
        catalog: () => functions.catalog(),
        learnModels: (ids) => functions.learnModels(ids),
        targets: () => functions.targets(),
        resetTargets: () => functions.resetTargets(),
        clearHistory: () => functions.clearHistory(),
        drain: () => this.#end(thread, () => functions.drain()),
        stop: () => this.#end(thread, () => functions.stop()),
      };
    } catch (error) {
      await thread.end();
      throw error;
    }
  }

  /** To be called when network settings have changed. */
  async followNetwork(): Promise<void> {
    await this.#serving?.functions.setNetwork(this.#parts.network());
  }

  /**
   * The models that a provider lists, asked with this key.
   * @throws Error with the provider's own words
   */
  listModels(upstream: UpstreamOptions): Promise<readonly ListedModel[]> {
    return this.#ask(({ functions }) => functions.listModels(upstream));
  }

  /**
   * What a relay with this plan would serve. Each upstream is asked for its list, which is undefined if it does not
   * answer.
   */
  askCatalog(routing: RoutingPlan): Promise<ServedUpstream[]> {
    return this.#ask(({ functions }) => functions.askCatalog(routing));
  }

  /**
   * Gets one short, real answer from the provider.
   * @throws Error with the provider's own words
   */
  askForAnswer(upstream: UpstreamOptions, signal: AbortSignal): Promise<ConnectionAnswer> {
    return this.#ask(async ({ functions }) => {
      const question = ++this.#questions;
      const giveUp = () => void functions.giveUp(question);
      signal.addEventListener('abort', giveUp, { once: true });
      try {
        return await functions.askForAnswer(upstream, question);
      } finally {
        signal.removeEventListener('abort', giveUp);
      }
    });
  }

  /**
   * What is left on the account of its first key. Only for when a person asks.
   * @throws Error with the provider's own words
   */
  askBalance(upstream: UpstreamOptions): Promise<Balance> {
    return this.#ask(({ functions }) => functions.askBalance(upstream));
  }

  /** What each model costs, in the same order. The price list is part of the relay's bundle. */
  pricesOf(models: readonly PricedModel[]): Promise<ModelPrice[]> {
    return this.#ask(({ functions }) => functions.pricesOf(models));
  }

  /**
   * The records of the last days, from all windows. Rejects if they cannot be read.
   * @param days how many, ending with today
   * @param isFresh whether to read everything anew, because prices may have changed
   */
  usage(days: number, isFresh = false): Promise<OverviewData> {
    return this.#ask(({ functions }) => functions.usage(this.#parts.usageFolder, days, isFresh));
  }

  /** Whether this window's thread runs a relay; if not, each question starts a thread. */
  get isServing(): boolean {
    return this.#serving !== undefined;
  }

  /** Asks the thread that serves, or one that exists only for this question. */
  async #ask<Answer>(question: (thread: RelayThread) => Promise<Answer>): Promise<Answer> {
    if (this.#serving !== undefined) return question(this.#serving);
    const thread = new RelayThread(this.#parts);
    try {
      return await question(thread);
    } finally {
      await thread.end();
    }
  }

  async #end(thread: RelayThread, finish: () => Promise<void>): Promise<void> {
    if (this.#serving === thread) this.#serving = undefined;
    try {
      if (thread.isAlive) await finish();
    } catch (error) {
      // It ends all the same: a thread that is left behind would keep its memory, and whatever it holds open.
      this.#parts.logger.warn(`The relay did not end properly: ${messageOf(error)}`);
    }
    await thread.end();
  }
}
