/**
 * An output item in the making. A draft collects what arrives; while it is live, it also sends it on at once, as
 * events. The `ItemQueue` decides which draft is live, and only the code that appends to a draft knows its kind.
 */
import type { OutputItem, ResponseEvent } from '../../../wire/responses.ts';

/** Where events go. */
export interface EventOutput {
  push(event: ResponseEvent): void;
  /** The sequence number for the next event. */
  next(): number;
}

export interface Draft {
  /** True if it turned out to be nothing before its item began: it is then skipped. */
  readonly isVoid?: boolean;
  /** Whether enough is known to begin the item. */
  readonly canOpen: boolean;
  /** Whether the item may end if another one is waiting. */
  readonly canClose: boolean;
  /** True if the provider said that the item is finished: it then ends at once, even if no other one is waiting. */
  readonly isOver?: boolean;
  /** Whether the item may be shown as it is when the response ends; if not, the response ends before it. */
  canEnd(ending: Ending): boolean;
  /** Makes the draft live: sends the event that begins its item, and everything collected so far. */
  open(out: EventOutput, outputIndex: number): void;
  /**
   * Ends the item with its last events.
   * @returns the finished item; undefined if it is incomplete and must not be offered
   */
  close(out: EventOutput, ending: Ending): OutputItem | undefined;
}

/** `cut`: the response ended inside the item, by the provider's token limit or its content filter. */
export type Ending = 'whole' | 'cut';
