import type { Draft, EventOutput } from '../../../stream/drafts/draft.ts';
import type { Shape } from '../item-shape.ts';
import type { Said } from '../read-event.ts';

/** A draft that is fed with what a provider's own events say of its item. */
export interface NativeDraft extends Draft {
  /** True once its last event went out. */
  readonly isClosed: boolean;
  /** Whether there is anything to show: only then does it get its place among the others. */
  readonly hasContent: boolean;
  /** The item as it begins. */
  begin(shape: Shape): void;
  say(said: Said, out: EventOutput): void;
  /** The item as its provider sees it in the end: what of it is not there yet is added, and it is over. */
  complete(shape: Shape, out: EventOutput): void;
  /** Whether the item holds more than was told of it before another one ended it. */
  lacks(shape: Shape): boolean;
  /** The draft that goes on where this one had to end; undefined where nothing can. */
  successor(newId: string): NativeDraft | undefined;
}

/** What a text adds to what was said of it; nothing where it is another one: what was said cannot be taken back. */
export function added(said: string, whole: string): string {
  return whole.startsWith(said) ? whole.slice(said.length) : '';
}
