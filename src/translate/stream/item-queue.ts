import type { OutputItem } from '../../wire/responses.ts';
import type { Draft, Ending, EventOutput } from './drafts/draft.ts';

/**
 * The items that have begun but not ended, in order. Only the first one is live, so that the events of two items never
 * interleave (Codex assigns every delta to the item that was added last); the others collect what arrives until it is
 * their turn.
 */
export class ItemQueue {
  readonly #out: EventOutput;
  readonly #finished: OutputItem[];
  #drafts: Draft[] = [];
  #isLive = false;
  #outputIndex = 0;

  /** @param finished receives the complete items */
  constructor(out: EventOutput, finished: OutputItem[]) {
    this.#out = out;
    this.#finished = finished;
  }

  get isEmpty(): boolean {
    return this.#drafts.length === 0;
  }

  /** Whether this draft is the newest item and still open, so that more of the same is appended to it. */
  endsWith(draft: Draft): boolean {
    return this.#drafts.at(-1) === draft;
  }

  /** Adds a new item; earlier ones end if they can. */
  begin(draft: Draft): void {
    this.add(draft);
    this.advance();
  }

  /** Adds a new item that waits for `advance`, when more of it is known, or for the end of the response. */
  add(draft: Draft): void {
    this.#drafts.push(draft);
  }

  /**
   * Adds a new item in front of the newest; dropped if that one is already live, because nothing can precede it then.
   */
  addBeforeLast(draft: Draft): void {
    if (!this.#isLive || this.#drafts.length > 1) this.#drafts.splice(-1, 0, draft);
  }

  /** Ends the first item if it is over, or if others wait and it can end, and makes the next one live. */
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
   * Ends all items in order. The response ends at an incomplete one: it gets no `output_item.done`, so that nobody acts
   * on it, and nothing may follow it.
   * @param ending of the last item
   * @returns false if an item was incomplete
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

  /** Drops the unfinished items. */
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

  /** @returns false if the item is incomplete */
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
