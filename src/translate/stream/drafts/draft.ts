/**
 * An output item while it is being made. A draft collects what arrives; while it is live, it also sends on at once
 * what it collects, as events. Which draft is live is the `ItemQueue`'s business; a draft's own kind is nobody's
 * but its own and that of whoever appends to it.
 */
import type { OutputItem, ResponseEvent } from '../../../wire/responses.ts';

/** Where events go. */
export interface EventOutput {
  push(event: ResponseEvent): void;
  /** The sequence number of the event that is pushed next. */
  next(): number;
}

export interface Draft {
  /** True where it turned out to be nothing, before it was begun: it is passed over. */
  readonly isVoid?: boolean;
  /** Whether enough is known to begin the item. */
  readonly canOpen: boolean;
  /** Whether the item may end because another one waits. */
  readonly canClose: boolean;
  /** True where the provider said that the item is finished: it ends at once, whether or not another one waits. */
  readonly isOver?: boolean;
  /** Whether the item may be shown when the response ends as it is; where not, the response ends before it. */
  canEnd(ending: Ending): boolean;
  /** Makes the draft live: sends the event that begins its item, and all that was collected so far. */
  open(out: EventOutput, outputIndex: number): void;
  /**
   * Ends the item with its last events.
   * @returns the finished item; undefined when it is not whole and must not be offered
   */
  close(out: EventOutput, ending: Ending): OutputItem | undefined;
}

/** `cut`: the response ended inside the item, by the provider's token limit or its content filter. */
export type Ending = 'whole' | 'cut';
