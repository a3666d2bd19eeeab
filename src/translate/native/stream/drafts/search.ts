import type { WebSearchCallItem } from '../../../../wire/responses.ts';
import type { EventOutput } from '../../../stream/drafts/draft.ts';
import type { Shape, ShapedSearch } from '../item-shape.ts';
import type { NativeDraft } from './native-draft.ts';

/** A search of the web that the provider makes itself. */
export class NativeSearch implements NativeDraft {
  readonly hasContent = true;
  readonly canOpen = true;
  readonly canClose = true;
  isOver = false;
  isClosed = false;
  readonly #id: string;
  #shape: ShapedSearch;

  constructor(id: string, shape: ShapedSearch) {
    this.#id = id;
    this.#shape = shape;
  }

  begin(shape: Shape): void {
    if (shape.type === 'web_search_call') this.#shape = shape;
  }

  say(): void {
    // What it finds is in the message.
  }

  complete(shape: Shape): void {
    this.begin(shape);
    this.isOver = true;
  }

  lacks(): boolean {
    return false;
  }

  successor(): undefined {
    return undefined;
  }

  canEnd(): boolean {
    return true;
  }

  open(out: EventOutput, outputIndex: number): void {
    const item = { ...this.#item(), status: 'in_progress' as const };
    out.push({
      type: 'response.output_item.added',
      sequence_number: out.next(),
      output_index: outputIndex,
      item,
    });
  }

  close(): WebSearchCallItem {
    this.isClosed = true;
    return this.#item();
  }

  #item(): WebSearchCallItem {
    const { status, action } = this.#shape;
    return { type: 'web_search_call', id: this.#id, status, action };
  }
}
