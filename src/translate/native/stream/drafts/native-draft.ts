import type { Draft, EventOutput } from '../../../stream/drafts/draft.ts';
import type { Shape } from '../item-shape.ts';
import type { SaidPart } from '../read-event.ts';

/** A draft that is fed by a provider's own events about its item. */
export interface NativeDraft extends Draft {
  /** True once its last event went out. */
  readonly isClosed: boolean;
  /** Whether there is anything to show; only then does it get a place among the others. */
  readonly hasContent: boolean;
  /** Whether it was told otherwise than its end, or had to be corrected. */
  readonly isMended: boolean;
  /** Takes the item as it begins. */
  begin(shape: Shape): void;
  say(said: SaidPart, out: EventOutput): void;
  /** Takes the finished item from the provider: adds what is still missing and ends the draft. */
  complete(shape: Shape, out: EventOutput): void;
  /** The item as it began, if it held anything and no event brought more. */
  readonly unheard?: Shape | undefined;
  /** Whether the item holds more than was sent before another item ended it. */
  lacks(shape: Shape): boolean;
  /** A draft that continues where this one had to end; undefined if that is impossible. */
  successor(newId: string): NativeDraft | undefined;
}

/**
 * What the whole text adds to the part already sent; nothing if it differs, because what was sent cannot be taken back.
 */
export function added(said: string, whole: string): string {
  return whole.startsWith(said) ? whole.slice(said.length) : '';
}
