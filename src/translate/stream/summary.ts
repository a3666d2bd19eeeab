import type { CompactionItem, OutputItem } from '../../wire/responses.ts';
import { sealSummary } from '../compaction.ts';
import type { EventOutput } from './drafts/draft.ts';

/** An answer that is a summary: its client is told nothing while it is written, and gets it as one item. */
export class Summary implements EventOutput {
  /** The items of the answer, as far as they are whole. */
  readonly items: OutputItem[] = [];

  push(): void {
    // Not the client's to see.
  }

  next(): number {
    return 0;
  }

  /**
   * Adds the one item to the response's output, with its events.
   * @returns false where the model wrote nothing: a conversation must not be replaced with that
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

/** A refusal is no summary, and neither is a call. */
function textOf(item: OutputItem): string {
  if (item.type !== 'message') return '';
  return item.content.map((part) => (part.type === 'output_text' ? part.text : '')).join('');
}
