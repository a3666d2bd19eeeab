import type { OutputItem } from '../../wire/responses.ts';
import type { Draft, Ending, EventOutput } from './drafts/draft.ts';

/**
 * The items that have begun and not ended, in the order in which they began. Only the first one is live, so that
 * the events of two items never interleave (Codex takes every delta for one of the item that was added last); the
 * others collect what arrives until their turn comes.
 */
export class ItemQueue {
  readonly #out: EventOutput;
  readonly #finished: OutputItem[];
  #drafts: Draft[] = [];
  #isLive = false;
  #outputIndex = 0;

  /** @param finished gets the items that are whole */
  constructor(out: EventOutput, finished: OutputItem[]) {
    this.#out = out;
    this.#finished = finished;
  }

  get isEmpty(): boolean {
    return this.#drafts.length === 0;
  }

  /** Whether this draft is the newest item, and has not ended: more of the same goes on in it. */
  endsWith(draft: Draft): boolean {
    return this.#drafts.at(-1) === draft;
  }

  /** A new item, to which the ones before give way. */
  begin(draft: Draft): void {
    this.add(draft);
    this.advance();
  }

  /** A new item that waits: for `advance`, when more of it is known, or for the end of all. */
  add(draft: Draft): void {
    this.#drafts.push(draft);
  }

  /** A new item in front of the newest. Where that one is live already, nothing can come before it: left out. */
  addBeforeLast(draft: Draft): void {
    if (!this.#isLive || this.#drafts.length > 1) this.#drafts.splice(-1, 0, draft);
  }

  /** Ends the first item where it is over, or others wait and it can end, and makes the next one live. */
  advance(): void {
    for (;;) {
      const first = this.#drafts[0];
      if (first === undefined) return;
      if (!this.#isLive) {
        if (this.#isVoid(first)) continue;
        if (!first.canOpen) return;
        this.#open(first);
      }
      if ((this.#drafts.length === 1 && first.isOver !== true) || !first.canClose) return;
      this.#close(first, 'whole');
    }
  }

  /**
   * Ends all items in order. At one that is not whole the response ends: it gets no `output_item.done`, so that
   * nobody acts on it, and nothing may follow it.
   * @param ending of the last item
   * @returns false where an item was not whole
   */
  closeAll(ending: Ending): boolean {
    for (;;) {
      const first = this.#drafts[0];
      if (first === undefined) return true;
      if (!this.#isLive && this.#isVoid(first)) continue;
      const isLast = this.#drafts.length === 1;
      if (!first.canEnd(ending) || !this.#end(first, isLast ? ending : 'whole')) {
        this.clear();
        return false;
      }
    }
  }

  /** Forgets what has not ended. */
  clear(): void {
    this.#drafts = [];
    this.#isLive = false;
  }

  #isVoid(first: Draft): boolean {
    if (first.isVoid !== true) return false;
    this.#drafts.shift();
    return true;
  }

  #end(draft: Draft, ending: Ending): boolean {
    if (!this.#isLive) this.#open(draft);
    return this.#close(draft, ending);
  }

  #open(draft: Draft): void {
    draft.open(this.#out, this.#outputIndex);
    this.#isLive = true;
  }

  /** @returns false when the item is not whole */
  #close(draft: Draft, ending: Ending): boolean {
    const item = draft.close(this.#out, ending);
    this.#drafts.shift();
    this.#isLive = false;
    const output_index = this.#outputIndex++;
    if (item === undefined) return false;
    this.#finished.push(item);
    const sequence_number = this.#out.next();
    this.#out.push({ type: 'response.output_item.done', sequence_number, output_index, item });
    return true;
  }
}
