/** The running exchanges, to be looked up by response id and cancelled. */
import { setTimeout as sleep } from 'node:timers/promises';
import { RelayError } from '../../errors.ts';
import type { ResponseResource } from '../../wire/responses.ts';
import type { Exchange, Outcome } from './exchange.ts';

interface Running {
  exchange: Exchange;
  ended: PromiseWithResolvers<Outcome | undefined>;
}

export class RunningExchanges {
  readonly #running: Map<string, Running>;
  readonly #owner: string;

  /** @param running shared with the views of other owners that `of` makes */
  constructor(running: Map<string, Running> = new Map(), owner = '') {
    this.#running = running;
    this.#owner = owner;
  }

  /** The same exchanges as one user sees them: only that user's own can be looked up and cancelled. */
  of(owner: string): RunningExchanges {
    return new RunningExchanges(this.#running, owner);
  }

  /** Counts all owners' exchanges, as `cancelAll` ends all of them. */
  get count(): number {
    return this.#running.size;
  }

  begin(exchange: Exchange): void {
    this.#running.set(this.#key(exchange.id), { exchange, ended: Promise.withResolvers() });
  }

  /** @param outcome undefined where the relay itself failed */
  end({ id }: Exchange, outcome: Outcome | undefined): void {
    this.#running.get(this.#key(id))?.ended.resolve(outcome);
    this.#running.delete(this.#key(id));
  }

  /** A response in progress, as far as it got; undefined if there is none or it may not be stored. */
  response(id: string): ResponseResource | undefined {
    const response = this.#running.get(this.#key(id))?.exchange.attempts.at(-1)?.reducer.response;
    return response?.store ? response : undefined;
  }

  /**
   * Ends a running exchange and tells its client that it was cancelled. Resolves with the exchange and how it ended (it
   * may have been complete already); undefined if no exchange with that id is running.
   */
  async cancel(id: string): Promise<{ exchange: Exchange; outcome: Outcome } | undefined> {
    const running = this.#running.get(this.#key(id));
    if (running === undefined) return undefined;
    const { exchange, ended } = running;
    exchange.abort.abort(new RelayError('cancelled', 'The response was cancelled.'));
    const outcome = await ended.promise;
    return outcome && { exchange, outcome };
  }

  #key(id: string): string {
    return `${this.#owner} ${id}`;
  }

  /** Resolves when no exchange is running any more, or after this long at the latest. */
  async endedWithin(milliseconds: number): Promise<void> {
    await Promise.race([this.#ended(), sleep(milliseconds, undefined, { ref: false })]);
  }

  async #ended(): Promise<void> {
    while (this.#running.size > 0) {
      await Promise.all([...this.#running.values()].map(({ ended }) => ended.promise));
    }
  }

  /** Ends all of them: their clients get `response.failed`. */
  cancelAll(): void {
    for (const { exchange } of this.#running.values()) {
      exchange.abort.abort(new RelayError('cancelled', 'The relay was stopped.'));
    }
  }
}
