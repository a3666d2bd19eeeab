import type { OutputItem, OutputTextPart, RefusalPart, ResponsesRequest } from '../../../wire/responses.ts';
import { wantsCompaction } from '../../compaction.ts';
import { WholeCharacters } from '../text/whole-characters.ts';
import type { Draft, Ending, EventOutput } from './draft.ts';

export type MessagePart = (OutputTextPart | RefusalPart)['type'];

/** An assistant message with one part: text or a refusal. */
export class MessageDraft implements Draft {
  readonly canOpen = true;
  readonly canClose = true;
  readonly part: MessagePart;
  readonly #id: string;
  readonly #characters = new WholeCharacters();
  #text = '';
  #index = -1;

  constructor(id: string, part: MessagePart) {
    this.#id = id;
    this.part = part;
  }

  get text(): string {
    return this.#text;
  }

  canEnd(): boolean {
    return true;
  }

  append(delta: string, out: EventOutput): void {
    const text = this.#characters.take(delta);
    if (text === '') return;
    this.#text += text;
    if (this.#index >= 0) this.#delta(text, out);
  }

  open(out: EventOutput, outputIndex: number): void {
    this.#index = outputIndex;
    out.push({
      type: 'response.output_item.added',
      sequence_number: out.next(),
      output_index: outputIndex,
      item: { type: 'message', id: this.#id, status: 'in_progress', role: 'assistant', content: [] },
    });
    out.push({
      type: 'response.content_part.added',
      sequence_number: out.next(),
      item_id: this.#id,
      output_index: outputIndex,
      content_index: 0,
      part: this.#partWith(''),
    });
    if (this.#text !== '') this.#delta(this.#text, out);
  }

  close(out: EventOutput, ending: Ending): OutputItem {
    const rest = this.#characters.flush();
    if (rest !== '') {
      this.#text += rest;
      this.#delta(rest, out);
    }
    const where = { item_id: this.#id, output_index: this.#index, content_index: 0 };
    const text = this.#text;
    out.push(
      this.part === 'output_text'
        ? { type: 'response.output_text.done', sequence_number: out.next(), ...where, text, logprobs: [] }
        : { type: 'response.refusal.done', sequence_number: out.next(), ...where, refusal: text },
    );
    const part = this.#partWith(text);
    out.push({ type: 'response.content_part.done', sequence_number: out.next(), ...where, part });
    return {
      type: 'message',
      id: this.#id,
      status: ending === 'cut' ? 'incomplete' : 'completed',
      role: 'assistant',
      content: [part],
    };
  }

  #partWith(text: string): OutputTextPart | RefusalPart {
    return this.part === 'output_text'
      ? { type: 'output_text', text, annotations: [], logprobs: [] }
      : { type: 'refusal', refusal: text };
  }

  #delta(delta: string, out: EventOutput): void {
    const sequence_number = out.next();
    const where = { item_id: this.#id, output_index: this.#index, content_index: 0 };
    out.push(
      this.part === 'output_text'
        ? { type: 'response.output_text.delta', sequence_number, ...where, delta, logprobs: [] }
        : { type: 'response.refusal.delta', sequence_number, ...where, delta },
    );
  }
}

/**
 * The part that a refusal is told in: Codex, 2026-11, shows nothing of a message with a refusal. What refuses to be a
 * summary must not look like one.
 */
export function refusalPart({
  isCodex,
  request,
}: {
  isCodex?: boolean | undefined;
  request: ResponsesRequest;
}): MessagePart {
  return isCodex && !wantsCompaction(request) ? 'output_text' : 'refusal';
}
