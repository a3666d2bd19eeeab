import { asObject, isObject, type Json } from '../../../json.ts';
import type { ResponseUsage } from '../../../wire/responses.ts';
import { UsageCounter } from '../../stream/usage.ts';

/** The counts that every usage has. */
const TOTALS = ['input_tokens', 'output_tokens', 'total_tokens'] as const;

/** The usage that a final response states. */
export class NativeUsage {
  readonly #counter = new UsageCounter();
  /** Whether what was stated had to be completed, corrected or left out. */
  isMended = false;

  read(value: Json | undefined): void {
    if (value === undefined || value === null) return;
    if (isObject(value)) this.#counter.read({ usage: value });
    const stated = asObject(value);
    this.isMended ||= TOTALS.some((total) => stated?.[total] !== this.#counter.usage?.[total]);
  }

  /** Undefined if nothing was stated, which an empty usage does not. */
  get stated(): ResponseUsage | undefined {
    const { usage } = this.#counter;
    return usage !== undefined && usage.total_tokens > 0 ? usage : undefined;
  }

  /** The cost in USD as the provider states it; undefined if it does not. */
  get cost(): number | undefined {
    return this.#counter.cost;
  }
}
