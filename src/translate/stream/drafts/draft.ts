/**
 * An output item while it is being made. A draft collects what arrives; while it is live, what it collects goes
 * out as events at once. Only one draft is live at a time (see `ResponseStream`).
 */
import type { OutputItem, ResponseEvent } from '../../../wire/responses.ts';

/** Where events go; numbers them. */
export interface EventOutput {
  push(event: ResponseEvent): void;
  next(): number;
}

export interface Draft {
  /** Whether enough is known to begin the item. */
  readonly canOpen: boolean;
  /** Whether the item may end now because another one begins. */
  readonly canClose: boolean;
  canEnd(ending: Ending): boolean;
  open(out: EventOutput, outputIndex: number): void;
  /** The finished item, after its last events; undefined when it is not whole and must not be offered. */
  close(out: EventOutput, ending: Ending): OutputItem | undefined;
}

/** `cut`: the provider's token limit ended the response inside this item. */
export type Ending = 'whole' | 'cut';
