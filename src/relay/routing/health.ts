/**
 * Which targets are worth a try now. Trouble is kept per upstream, key and model, so that one model's limit takes no
 * other model offline; only trouble with the key itself (refused, out of quota) counts for all of its models. Every
 * wait is capped: other programs that believed a provider's stated date kept paid accounts out for days.
 */
import type { ErrorCode, RelayError } from '../../errors.ts';
import type { RoutingChange, Trouble } from '../gateway-options.ts';
import type { Target } from './target.ts';

/** Milliseconds. A wait doubles with each failure in a row, from the first value up to the second. */
interface Wait {
  first: number;
  most: number;
  /** Whether the trouble is with the key, whatever the model. */
  isOfKey: boolean;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** Errors that another target can cure. Those caused by the request itself (its shape, its length) are not here. */
const WAITS: Partial<Record<ErrorCode, Wait>> = {
  upstream_unauthorized: { first: MINUTE, most: 10 * MINUTE, isOfKey: true },
  insufficient_quota: { first: 5 * MINUTE, most: 30 * MINUTE, isOfKey: true },
  rate_limit_exceeded: { first: 20 * SECOND, most: 10 * MINUTE, isOfKey: false },
  server_is_overloaded: { first: 10 * SECOND, most: 2 * MINUTE, isOfKey: false },
  // A country, an account's settings, a service that is off: another provider does not mind.
  forbidden: { first: MINUTE, most: 10 * MINUTE, isOfKey: false },
  // A wrong address, or a network that shows its login page in place of the provider.
  not_found: { first: 5 * SECOND, most: 2 * MINUTE, isOfKey: false },
  model_not_found: { first: MINUTE, most: 10 * MINUTE, isOfKey: false },
  upstream_error: { first: 5 * SECOND, most: 2 * MINUTE, isOfKey: false },
  upstream_unreachable: { first: 5 * SECOND, most: 2 * MINUTE, isOfKey: false },
  upstream_stalled: { first: 20 * SECOND, most: 2 * MINUTE, isOfKey: false },
};

/** If more than this is left of a wait, the clock was set back, and the wait counts as over. */
const LONGEST_WAIT = 30 * MINUTE;

export class Health {
  readonly #troubles = new Map<string, Trouble>();
  readonly #tell: (change: RoutingChange) => void;

  /** @param tell is called with each change, for other relays */
  constructor(tell: (change: RoutingChange) => void = () => {}) {
    this.#tell = tell;
  }

  /** Notes what another relay has told. */
  learn(key: string, trouble: Trouble | null): void {
    if (trouble === null) this.#troubles.delete(key);
    else this.#troubles.set(key, trouble);
  }

  /** The trouble that makes a target wait; undefined if it is worth a try. */
  troubleOf(target: Target, now: number): Trouble | undefined {
    const found = [modelKey(target), keyKey(target)].flatMap((key) => this.#troubles.get(key) ?? []);
    const waiting = found.filter((trouble) => isWaiting(trouble, now));
    return waiting.toSorted((left, right) => right.until - left.until)[0];
  }

  /** Notes the result of an attempt. */
  note(target: Target, error: RelayError | undefined, now: number): void {
    if (error === undefined) {
      this.#forget(modelKey(target));
      this.#forget(keyKey(target));
      return;
    }
    const wait = WAITS[error.code];
    if (wait === undefined) return;
    const key = wait.isOfKey ? keyKey(target) : modelKey(target);
    const failures = (this.#troubles.get(key)?.failures ?? 0) + 1;
    const stated = error.retryAfterSeconds === undefined ? 0 : error.retryAfterSeconds * SECOND;
    const length = Math.min(wait.most, Math.max(stated, wait.first * 2 ** (failures - 1)));
    const trouble = {
      upstream: target.provider.id,
      model: wait.isOfKey ? undefined : target.model,
      key: target.keyIndex,
      code: error.code,
      message: error.message,
      until: now + length,
      failures,
    };
    this.#troubles.set(key, trouble);
    this.#tell({ kind: 'trouble', key, trouble });
  }

  #forget(key: string): void {
    if (this.#troubles.delete(key)) this.#tell({ kind: 'trouble', key, trouble: null });
  }

  /** All trouble that is not over yet. */
  troubles(now: number): Trouble[] {
    return [...this.#troubles.values()].filter((trouble) => isWaiting(trouble, now));
  }

  /** Forgets all trouble: the next request tries every target. */
  reset(): void {
    this.#troubles.clear();
    this.#tell({ kind: 'reset' });
  }

  /** Forgets all trouble because another relay was reset. */
  learnReset(): void {
    this.#troubles.clear();
  }

  /**
   * The targets to try: those without trouble, in the order given. If all are waiting, the one whose wait ends first is
   * tried anyway: a guess of ours must never refuse a request.
   */
  inOrder(targets: readonly Target[], now: number): Target[] {
    const healthy = targets.filter((target) => this.troubleOf(target, now) === undefined);
    if (healthy.length > 0) return healthy;
    const until = (target: Target) => this.troubleOf(target, now)?.until ?? now;
    return targets.toSorted((left, right) => until(left) - until(right)).slice(0, 1);
  }
}

/** Whether another target may succeed where this one failed. */
export function isCurable({ code }: RelayError): boolean {
  return isCurableCode(code);
}

export function isCurableCode(code: string): code is ErrorCode {
  return Object.hasOwn(WAITS, code);
}

function isWaiting({ until }: Trouble, now: number): boolean {
  return until > now && until - now <= LONGEST_WAIT;
}

function keyKey({ provider, keyIndex }: Target): string {
  return `${provider.id} ${keyIndex}`;
}

function modelKey(target: Target): string {
  return `${keyKey(target)} ${target.model}`;
}
