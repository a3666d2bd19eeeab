/** The exchanges that are running: looked up by the response's id, and cancelled. */
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

  /** @param running shared with the exchanges of other owners, as `of` makes them */
  constructor(running: Map<string, Running> = new Map(), owner = '') {
    this.#running = running;
    this.#owner = owner;
  }

  /** The same exchanges as one user sees them: only that user's own can be looked up and cancelled. */
  of(owner: string): RunningExchanges {
    return new RunningExchanges(this.#running, owner);
  }

  /** Of all owners, as with `cancelAll`. */
  get count(): number {
    return this.#running.size;
  }

  begin(exchange: Exchange): void {
    this.#running.set(this.#key(exchange.id), { exchange, ended: Promise.withResolvers() });
  }

  /** @param outcome undefined where the relay itself failed on it */
  end({ id }: Exchange, outcome: Outcome | undefined): void {
    this.#running.get(this.#key(id))?.ended.resolve(outcome);
    this.#running.delete(this.#key(id));
  }

  /** A response that is being made, as it stands; undefined when there is none, or none that may be stored. */
  response(id: string): ResponseResource | undefined {
    const response = this.#running.get(this.#key(id))?.exchange.attempts.at(-1)?.reducer.response;
    return response?.store ? response : undefined;
  }

  /**
   * Ends a running exchange; its own client is told that it was cancelled. Resolves with the exchange and how it
   * ended (it may have been complete already); undefined when nothing of that id is running.
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

  /** Resolves when none is running any more, at the latest after so long. */
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
