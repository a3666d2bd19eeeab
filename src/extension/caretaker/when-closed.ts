/**
 * Makes sure, in the window that serves, that plain Codex never meets a dead port if the relay is its default: while
 * the window serves, Codex is set up for it and a caretaker stands by; afterwards, Codex has its own configuration.
 * Knows nothing of VS Code.
 */
import { messageOf } from '../../errors.ts';
import type { Logger } from '../../logger.ts';
import type { ReadyPlan, RelayState, ServerPlan } from '../relay/controller.ts';
import type { Hired } from './hire.ts';
import type { Orders } from './orders.ts';

export interface WhenClosedParts {
  /** What the caretaker is told for this plan. */
  orders(plan: ReadyPlan): Promise<Orders>;
  /** @param onGone called when it ended by itself */
  hire(onGone: (why: string) => void): Hired;
  /** Whether this relay is what plain Codex uses. */
  isDefault(server: ServerPlan): Promise<boolean>;
  giveBack(server: ServerPlan): Promise<void>;
  /** Does so only if it was given back. */
  takeAgain(server: ServerPlan): Promise<void>;
  logger: Logger;
}

/** A caretaker that keeps ending is not restarted forever. */
const MOST_HIRED = 5;

export class WhenClosed {
  readonly #parts: WhenClosedParts;
  #caretaker: { hired: Hired; told: string } | undefined;
  #hiredSoFar = 0;
  /** What this window serves or last served. */
  #plan: ReadyPlan | undefined;
  #state: RelayState['kind'] = 'stopped';
  /** As of the last check. */
  #isDefault = false;
  #isLeaving = false;
  #tail: Promise<void> = Promise.resolve();

  constructor(parts: WhenClosedParts) {
    this.#parts = parts;
  }

  /** To be called when this window's relay enters a state. @param plan what it serves */
  follow(state: RelayState['kind'], plan: ReadyPlan | undefined): Promise<void> {
    this.#state = state;
    // The window that this one is attached to looks after Codex.
    this.#plan = state === 'attached' ? undefined : (plan ?? this.#plan);
    return this.look();
  }

  /** Checks again, because settings or Codex's files may have changed. Never rejects. */
  look(): Promise<void> {
    this.#tail = this.#tail
      .then(() => this.#act())
      .catch((error: unknown) => {
        this.#parts.logger.error(`Codex may have to wait when VS Code is closed: ${messageOf(error)}`);
      });
    return this.#tail;
  }

  /**
   * To be called when the window is closed, reloaded or loses its extension, which cannot be told apart here. The rest
   * is left to the caretaker; if there is none, Codex gets its configuration back at once. Never rejects.
   */
  leave(): Promise<void> {
    this.#isLeaving = true;
    const isNeeded = this.#isDefault && this.#state === 'running' && this.#caretaker === undefined;
    return isNeeded ? this.look() : this.#tail;
  }

  async #act(): Promise<void> {
    const { giveBack, takeAgain, isDefault } = this.#parts;
    if (this.#state === 'starting') return;
    if (this.#plan === undefined) return this.#dismiss();
    const { server } = this.#plan;
    if (this.#isLeaving) {
      if (this.#caretaker === undefined) await giveBack(server);
    } else if (this.#state === 'running') {
      await takeAgain(server);
      this.#isDefault = await isDefault(server);
      if (this.#isDefault) await this.#instruct(this.#plan);
      else this.#dismiss();
    } else {
      this.#dismiss();
      await giveBack(server);
    }
  }

  async #instruct(plan: ReadyPlan): Promise<void> {
    const orders = await this.#parts.orders(plan);
    const told = JSON.stringify(orders);
    if (this.#caretaker?.told === told) return;
    const hired = this.#caretaker?.hired ?? this.#hire();
    if (hired === undefined) return;
    this.#caretaker = { hired, told };
    hired.send(orders);
  }

  #hire(): Hired | undefined {
    if (this.#hiredSoFar === MOST_HIRED) return undefined;
    this.#hiredSoFar++;
    return this.#parts.hire((why) => {
      this.#caretaker = undefined;
      this.#parts.logger.warn(`The process that looks after Codex when VS Code is closed is gone: ${why}`);
      if (!this.#isLeaving) void this.look();
    });
  }

  #dismiss(): void {
    this.#caretaker?.hired.dismiss();
    this.#caretaker = undefined;
    // If the relay becomes the default again later, counting starts anew.
    this.#hiredSoFar = 0;
  }
}
