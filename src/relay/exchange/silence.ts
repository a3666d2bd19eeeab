/** How long a provider may be silent before its answer is given up. */
import { RelayError } from '../../errors.ts';
import { isLoopbackHost } from '../../loopback.ts';
import type { Attempt } from './exchange.ts';

export interface SilenceLimits {
  /** Until the first byte of the answer, in ms. */
  firstByteMs: number;
  /** Between two bytes, in ms. */
  laterMs: number;
}

const DEFAULT_MS = 600_000;
/**
 * Ollama on a CPU can take half an hour to read a long prompt, and sends nothing meanwhile, not even headers (2026-11).
 */
const LOCAL_FIRST_BYTE_MS = 1_800_000;

/** @param stallMs the user's setting, used for both */
export function silenceLimits(baseUrl: string, stallMs: number | undefined): SilenceLimits {
  if (stallMs !== undefined) return { firstByteMs: stallMs, laterMs: stallMs };
  return { firstByteMs: isLocal(baseUrl) ? LOCAL_FIRST_BYTE_MS : DEFAULT_MS, laterMs: DEFAULT_MS };
}

/** Counts names below `localhost` too: waiting longer for one that leads elsewhere gives nothing away. */
function isLocal(baseUrl: string): boolean {
  const { hostname = '' } = URL.parse(baseUrl) ?? {};
  return isLoopbackHost(hostname) || hostname.endsWith('.localhost');
}

/** Aborts an attempt whose provider is silent for too long. Watches from construction until `end()`. */
export class SilenceWatch {
  readonly #attempt: Pick<Attempt, 'abort' | 'target'>;
  readonly #laterMs: number;
  #limitMs: number;
  #timer: NodeJS.Timeout;

  constructor(attempt: Pick<Attempt, 'abort' | 'target'>, limits: SilenceLimits) {
    this.#attempt = attempt;
    this.#laterMs = limits.laterMs;
    this.#limitMs = limits.firstByteMs;
    this.#timer = this.#start();
  }

  /** To be called when bytes of the answer came. */
  heard(): void {
    if (this.#limitMs === this.#laterMs) {
      this.#timer.refresh();
      return;
    }
    this.#limitMs = this.#laterMs;
    this.resume();
  }

  /** While a slow client catches up, nothing is read from the provider, so its silence does not count. */
  pause(): void {
    clearTimeout(this.#timer);
  }

  /** Starts over, after `pause()` or when what came was not part of the answer. */
  resume(): void {
    clearTimeout(this.#timer);
    this.#timer = this.#start();
  }

  end(): void {
    clearTimeout(this.#timer);
  }

  #start(): NodeJS.Timeout {
    const { abort } = this.#attempt;
    return setTimeout(() => abort.abort(this.#stalled()), this.#limitMs);
  }

  #stalled(): RelayError {
    const { name } = this.#attempt.target.profile;
    const seconds = Math.round(this.#limitMs / 1000);
    return new RelayError(
      'upstream_stalled',
      `${name} sent nothing for ${seconds} s. Where it needs longer, give the relay more time with --stall-seconds.`,
    );
  }
}
