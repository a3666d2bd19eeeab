import type { CompactionItem, OutputItem } from '../../wire/responses.ts';
import { sealSummary } from '../compaction.ts';
import type { EventOutput } from './drafts/draft.ts';

/** An answer that is a summary: the client gets no events while it is written, and then a single item. */
export class Summary implements EventOutput {
  /** The finished items of the answer. */
  readonly items: OutputItem[] = [];

  push(): void {
    // The client does not get these events.
  }

  next(): number {
    return 0;
  }

  /**
   * Adds the one item to the response's output, with its events.
   * @returns false if the model wrote nothing, which must not replace a conversation
   */
  tell(id: string, out: EventOutput, output: OutputItem[]): boolean {
    const text = this.items.map(textOf).join('\n\n').trim();
    if (text === '') return false;
    const item: CompactionItem = { type: 'compaction', id, encrypted_content: sealSummary(text) };
    for (const type of ['response.output_item.added', 'response.output_item.done'] as const) {
      out.push({ type, sequence_number: out.next(), output_index: output.length, item });
    }
    output.push(item);
    return true;
  }
}

/** Neither a refusal nor a call is a summary. */
function textOf(item: OutputItem): string {
  if (item.type !== 'message') return '';
  return item.content.map((part) => (part.type === 'output_text' ? part.text : '')).join('');
}
