import type { Json } from '../../../json.ts';
import type { OutputItem, SummaryTextPart } from '../../../wire/responses.ts';
import type { ReasoningField } from '../../profile.ts';
import { WholeCharacters } from '../text/whole-characters.ts';
import type { Draft, EventOutput } from './draft.ts';

/** Reasoning: shown as a summary if the client asked for one, and sealed so that it can go back. */
export class ReasoningDraft implements Draft {
  readonly canOpen = true;
  readonly canClose = true;
  /** Entries of `reasoning_details` that arrived with this item, in fragments. */
  readonly details: Json[] = [];
  /** The field in which the text arrived and goes back. */
  field: ReasoningField;
  readonly #id: string;
  readonly #showsSummary: boolean;
  readonly #characters = new WholeCharacters();
  readonly #seal: (draft: ReasoningDraft) => string | undefined;
  #text = '';
  #index = -1;
  #hasPart = false;

  /** @param seal called once, when the item ends; returns its `encrypted_content`, or undefined for none */
  constructor(
    id: string,
    field: ReasoningField,
    showsSummary: boolean,
    seal: (draft: ReasoningDraft) => string | undefined,
  ) {
    this.#id = id;
    this.field = field;
    this.#showsSummary = showsSummary;
    this.#seal = seal;
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
      item: { type: 'reasoning', id: this.#id, summary: [] },
    });
    if (this.#text !== '') this.#delta(this.#text, out);
  }

  close(out: EventOutput): OutputItem {
    const rest = this.#characters.flush();
    if (rest !== '') {
      this.#text += rest;
      this.#delta(rest, out);
    }
    if (this.#hasPart) this.#closePart(out);
    const sealed = this.#seal(this);
    return {
      type: 'reasoning',
      id: this.#id,
      summary: this.#hasPart ? [this.#part(this.#text)] : [],
      ...(this.#showsSummary || this.#text === ''
        ? {}
        : { content: [{ type: 'reasoning_text', text: this.#text }] }),
      ...(sealed === undefined ? {} : { encrypted_content: sealed }),
    };
  }

  #delta(delta: string, out: EventOutput): void {
    if (!this.#showsSummary) return;
    if (!this.#hasPart) this.#openPart(out);
    out.push({
      type: 'response.reasoning_summary_text.delta',
      sequence_number: out.next(),
      ...this.#where(),
      delta,
    });
  }

  #openPart(out: EventOutput): void {
    this.#hasPart = true;
    out.push({
      type: 'response.reasoning_summary_part.added',
      sequence_number: out.next(),
      ...this.#where(),
      part: this.#part(''),
    });
  }

  #closePart(out: EventOutput): void {
    const text = this.#text;
    out.push({
      type: 'response.reasoning_summary_text.done',
      sequence_number: out.next(),
      ...this.#where(),
      text,
    });
    out.push({
      type: 'response.reasoning_summary_part.done',
      sequence_number: out.next(),
      ...this.#where(),
      part: this.#part(text),
    });
  }

  #where() {
    return { item_id: this.#id, output_index: this.#index, summary_index: 0 };
  }

  #part(text: string): SummaryTextPart {
    return { type: 'summary_text', text };
  }
}

/**
 * Clients other than Codex show summaries even unasked, and have no other way to see thinking; Codex asks for what it
 * wants.
 */
export function wantsSummary(summary: string | null | undefined, isCodex: boolean): boolean {
  return summary === undefined ? !isCodex : summary !== null && summary !== 'none';
}
