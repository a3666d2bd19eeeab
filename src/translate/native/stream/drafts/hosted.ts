import type { HostedItem } from '../../../../wire/responses.ts';
import type { EventOutput } from '../../../stream/drafts/draft.ts';
import type { Shape, ShapedHosted } from '../item-shape.ts';
import type { NativeDraft } from './native-draft.ts';

/** Something the provider does itself on the way to its answer, shown unchanged under an id of ours. */
export class NativeHosted implements NativeDraft {
  readonly hasContent = true;
  readonly canOpen = true;
  readonly isMended = false;
  isOver = false;
  isClosed = false;
  #isWanted = true;
  readonly #id: string;
  #shape: ShapedHosted;

  constructor(id: string, shape: ShapedHosted) {
    this.#id = id;
    this.#shape = shape;
  }

  /** What it found comes with its end, but words that follow do not wait for that. */
  get canClose(): boolean {
    return this.isOver || !this.#isWanted;
  }

  hurry(): void {
    this.#isWanted = false;
  }

  begin(shape: Shape): void {
    if (shape.type === 'hosted') this.#shape = shape;
  }

  say(): void {
    // Its findings are in its item and in the message.
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
    out.push({
      type: 'response.output_item.added',
      sequence_number: out.next(),
      output_index: outputIndex,
      item: this.#item('in_progress'),
    });
  }

  close(): HostedItem {
    this.isClosed = true;
    return this.#item('completed');
  }

  #item(status: 'in_progress' | 'completed'): HostedItem {
    const { fields, isFailed } = this.#shape;
    return { ...fields, id: this.#id, status: isFailed ? 'failed' : status };
  }
}
