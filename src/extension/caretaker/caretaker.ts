/**
 * Looks after plain Codex when the window that serves is gone: closed, reloaded, crashed, or its extension disabled or
 * uninstalled. If no other window takes the port, Codex must not find it dead, because it would wait for the network
 * forever (0.169 to 0.171). Either a relay goes on in the background, or Codex gets its own configuration back, and any
 * Codex still running is told why. Knows nothing of processes or VS Code.
 */
import { messageOf } from '../../errors.ts';
import type { Logger } from '../../logger.ts';
import type { PortOwner } from '../relay/port-owner.ts';
import type { Orders } from './orders.ts';

/** Something of ours that listens on the relay's port. */
export interface Standing {
  /** Frees the port at once; resolves when running answers have ended. */
  release(): Promise<void>;
}

export interface CaretakerParts {
  probe(orders: Orders): Promise<PortOwner>;
  /** Starts a relay without a window. Rejects when it cannot be started. */
  serve(orders: Orders): Promise<Standing>;
  /** Tells every client that the relay is gone. Rejects when the port is taken. */
  showSign(orders: Orders): Promise<Standing>;
  giveBack(orders: Orders): Promise<void>;
  /** Whether the extension is still there; if its folder is simply deleted, no uninstall script runs. */
  isInstalled(orders: Orders): boolean;
  pause(ms: number): Promise<void>;
  /** Ends the process. */
  end(): void;
  logger: Logger;
}

const LOOK_MS = 750;
/**
 * Another window has taken over if it holds the port for this long; a relay that is stopping holds it for two seconds.
 */
const TAKEN_OVER_MS = 4_000;
/** Other windows come first: an attached one looks at the port every two seconds. */
const BEFORE_SERVING_MS = 3_000;
/**
 * A reload takes some seconds, during which Codex waits and then goes on as if nothing had happened. Giving its
 * configuration back and taking it again would be pointless.
 */
const BEFORE_GIVING_BACK_MS = 15_000;
/** For how long a Codex that still runs is told to restart. */
const SIGN_MS = 600_000;
const INSTALLED_MS = 60_000;

export class Caretaker {
  readonly #parts: CaretakerParts;
  #orders: Orders | undefined;
  /** What holds the port. */
  #holder: { standing: Standing; isRelay: boolean } | undefined;
  #isEnding = false;
  /** Its tasks, one after the other: a window that comes back waits until files are written. */
  #tail: Promise<void> = Promise.resolve();

  constructor(parts: CaretakerParts) {
    this.#parts = parts;
  }

  /** The window now serves this plan. */
  follow(orders: Orders): void {
    this.#orders = orders;
  }

  /** There is nothing left to look after. */
  dismiss(): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.#parts.end();
  }

  /** The window is gone. Resolves when the caretaker has ended. */
  async windowGone(): Promise<void> {
    const orders = this.#orders;
    if (orders === undefined || (await this.#isTakenOver(orders))) this.dismiss();
    if (orders !== undefined && !this.#isEnding) await this.#next(() => this.#stepIn(orders));
    if (orders !== undefined && !this.#isEnding) await this.#stand(orders);
    await this.#tail;
  }

  /** A window is back and wants its port. Without the port there is nothing to hand back. */
  async handBack(): Promise<void> {
    await this.#next(async () => {});
    if (this.#holder !== undefined) await this.#leave();
  }

  /** The relay, or the whole process, must stop, for example when the user logs out. */
  async terminate(): Promise<void> {
    const orders = this.#orders;
    if (this.#isEnding) return;
    this.#isEnding = true;
    if (orders !== undefined) await this.#next(() => this.#giveBack(orders));
    await this.#release();
  }

  /** Whether another window serves; false when nobody did for long enough. */
  async #isTakenOver(orders: Orders): Promise<boolean> {
    const patience = orders.whenClosed === 'keepRunning' ? BEFORE_SERVING_MS : BEFORE_GIVING_BACK_MS;
    let [held, free] = [0, 0];
    while (!this.#isEnding && free < patience) {
      await this.#parts.pause(LOOK_MS);
      const isOurs = (await this.#parts.probe(orders)) === 'ours';
      [held, free] = isOurs ? [held + LOOK_MS, 0] : [0, free + LOOK_MS];
      if (held >= TAKEN_OVER_MS) return true;
    }
    return false;
  }

  async #stepIn(orders: Orders): Promise<void> {
    const { serve, showSign, probe, logger } = this.#parts;
    if (orders.whenClosed === 'keepRunning') {
      const relay = await this.#tried(() => serve(orders), 'The relay cannot go on in the background');
      if (relay !== undefined) {
        this.#holder = { standing: relay, isRelay: true };
        return logger.info('No window serves any longer: the relay goes on in the background.');
      }
    }
    // The port comes first: only whoever holds it may change Codex's files.
    const sign = await this.#tried(() => showSign(orders), 'Nobody is told that the relay has ended');
    if (sign !== undefined) this.#holder = { standing: sign, isRelay: false };
    const isWindowBack = sign === undefined && (await probe(orders)) === 'ours';
    if (!isWindowBack) await this.#giveBack(orders);
  }

  async #tried(work: () => Promise<Standing>, failure: string): Promise<Standing | undefined> {
    try {
      return await work();
    } catch (error) {
      this.#parts.logger.warn(`${failure}: ${messageOf(error)}`);
      return undefined;
    }
  }

  async #giveBack(orders: Orders): Promise<void> {
    try {
      await this.#parts.giveBack(orders);
    } catch (error) {
      this.#parts.logger.error(`Codex did not get its own configuration back: ${messageOf(error)}`);
    }
  }

  /** Stays until a window is back or there is no reason to stay. */
  async #stand(orders: Orders): Promise<void> {
    const { isInstalled, pause } = this.#parts;
    const isRelay = this.#holder?.isRelay === true;
    const limit = isRelay ? Number.POSITIVE_INFINITY : SIGN_MS;
    const isOver = () => this.#isEnding || this.#holder === undefined || !isInstalled(orders);
    for (let stood = 0; stood < limit && !isOver(); stood += INSTALLED_MS) await pause(INSTALLED_MS);
    if (isRelay) await this.terminate();
    else await this.#leave();
  }

  async #leave(): Promise<void> {
    if (this.#isEnding) return;
    this.#isEnding = true;
    await this.#release();
  }

  /** Gives up the port, and ends with the last answer. */
  #release(): Promise<void> {
    return this.#next(async () => {
      await this.#holder?.standing.release();
      this.#parts.end();
    });
  }

  #next(work: () => Promise<void>): Promise<void> {
    this.#tail = this.#tail.then(work);
    return this.#tail;
  }
}
