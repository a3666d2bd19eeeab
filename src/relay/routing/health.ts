/**
 * Which targets are worth a try now. Trouble is kept per upstream, key and model, so that one model's limit takes no
 * other model offline; only trouble with the key itself (refused, out of quota) counts for all of its models. Where
 * clients bring keys of their own, each has its own trouble. Every wait is capped: other programs that believed a
 * provider's stated date kept paid accounts out for days.
 */
import { hash } from 'node:crypto';
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

/** How many troubles are remembered; clients may send any number of keys. */
const MOST_TROUBLES = 1_000;

interface Known {
  trouble: Trouble;
  /** Its place among all troubles that were noted or learned. */
  number: number;
}

export class Health {
  readonly #troubles = new Map<string, Known>();
  readonly #tell: (change: RoutingChange) => void;
  #noted = 0;

  /** @param tell is called with each change, for other relays */
  constructor(tell: (change: RoutingChange) => void = () => {}) {
    this.#tell = tell;
  }

  /** Notes what another relay has told. */
  learn(key: string, trouble: Trouble | null): void {
    if (trouble === null) this.#troubles.delete(key);
    else this.#keep(key, trouble);
  }

  /** How many troubles were noted or learned so far: to be taken when an attempt begins, and handed to `note` at its end. */
  get noted(): number {
    return this.#noted;
  }

  /** The trouble that makes a target wait; undefined if it is worth a try. */
  troubleOf(target: Target, now: number): Trouble | undefined {
    const found = [modelKey(target), keyKey(target)].flatMap((key) => this.#troubles.get(key)?.trouble ?? []);
    const waiting = found.filter((trouble) => isWaiting(trouble, now));
    return waiting.toSorted((left, right) => right.until - left.until)[0];
  }

  /**
   * Notes the result of an attempt.
   * @param began what `noted` was when it began. Of attempts that ran side by side, only the first that fails counts, and
   *   none that succeeds says that a trouble is over which came up meanwhile. Default: it began just now
   */
  note(target: Target, error: RelayError | undefined, now: number, began = this.#noted): void {
    if (error === undefined) {
      this.#forget(modelKey(target), began);
      this.#forget(keyKey(target), began);
      return;
    }
    const wait = WAITS[error.code];
    if (wait === undefined) return;
    const isOfKey = wait.isOfKey && !isOfModel(error, target);
    const key = isOfKey ? keyKey(target) : modelKey(target);
    const before = this.#troubles.get(key);
    const isSame = before !== undefined && before.number > began;
    const failures = (before?.trouble.failures ?? 0) + (isSame ? 0 : 1);
    const stated = error.retryAfterSeconds === undefined ? 0 : error.retryAfterSeconds * SECOND;
    const length = Math.min(wait.most, Math.max(stated, wait.first * 2 ** (failures - 1)));
    // What an attempt beside it was told may be longer.
    if (isSame && isWaiting(before.trouble, now) && before.trouble.until >= now + length) return;
    const trouble = {
      upstream: target.provider.id,
      model: isOfKey ? undefined : target.model,
      key: target.keyIndex,
      code: error.code,
      message: error.message,
      until: now + length,
      failures,
    };
    this.#keep(key, trouble);
    // Other relays hear nothing of clients' keys: there may be any number of them.
    if (!hasClientsKey(target)) this.#tell({ kind: 'trouble', key, trouble });
  }

  #keep(key: string, trouble: Trouble): void {
    this.#noted += 1;
    this.#troubles.delete(key);
    this.#troubles.set(key, { trouble, number: this.#noted });
    const [oldest] = this.#troubles.keys();
    if (this.#troubles.size > MOST_TROUBLES && oldest !== undefined) this.#troubles.delete(oldest);
  }

  #forget(key: string, began: number): void {
    const known = this.#troubles.get(key);
    if (known === undefined || known.number > began) return;
    this.#troubles.delete(key);
    this.#tell({ kind: 'trouble', key, trouble: null });
  }

  /** All trouble that is not over yet. */
  troubles(now: number): Trouble[] {
    return [...this.#troubles.values()].flatMap(({ trouble }) => (isWaiting(trouble, now) ? trouble : []));
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

/**
 * Whether a key is refused, or out of quota, for one model only: providers then name it (Gemini has a free quota for
 * each model, 2026-11). A key that is wrong (401) is wrong for all.
 */
function isOfModel({ status, message }: RelayError, { model }: Target): boolean {
  const words = message.split(/[\s"'`,;()]+/).map((word) => word.replace(/[.:]+$/, ''));
  return status !== 401 && (/\bmodel\b/i.test(message) || words.includes(model));
}

function isWaiting({ until }: Trouble, now: number): boolean {
  return until > now && until - now <= LONGEST_WAIT;
}

function keyKey(target: Target): string {
  const { provider, keyIndex, apiKey = '' } = target;
  const key = `${provider.id} ${keyIndex}`;
  return hasClientsKey(target) ? `${key}-${hash('sha256', apiKey).slice(0, 12)}` : key;
}

function hasClientsKey({ provider, apiKey }: Target): boolean {
  return apiKey !== undefined && provider.apiKeys.length === 0;
}

function modelKey(target: Target): string {
  return `${keyKey(target)} ${target.model}`;
}
