import type { ReasoningItem } from '../../../../wire/responses.ts';
import type { EventOutput } from '../../../stream/drafts/draft.ts';
import { WholeCharacters } from '../../../stream/text/whole-characters.ts';
import type { Shape, ShapedReasoning } from '../item-shape.ts';
import type { SaidPart } from '../read-event.ts';
import { RepeatedText } from '../repeated-text.ts';
import { added, type NativeDraft } from './native-draft.ts';

type Source = 'summary' | 'thinking';

interface SummaryPart {
  number: number | undefined;
  text: string;
}

/**
 * Reasoning in a provider's own response. Clients show summaries, so thinking without a summary is shown as one (Codex
 * shows thinking itself only on request); both are sealed, together with the provider's own sealed content.
 */
export class NativeReasoning implements NativeDraft {
  readonly canOpen = true;
  readonly canClose = true;
  readonly isMended = false;
  isOver = false;
  isClosed = false;
  /** The thinking itself. */
  thinking = '';
  /** The provider's own `encrypted_content`. */
  sealed: string | undefined;
  marks: ShapedReasoning['marks'] = {};
  readonly #id: string;
  readonly #showsSummary: boolean;
  readonly #seal: (draft: NativeReasoning) => string | undefined;
  /** The earlier draft of the same item. */
  #before: NativeReasoning | undefined;
  #characters = new WholeCharacters();
  /** What the last delta belonged to. */
  #saying: { source: Source; number: number | undefined; repeats: RepeatedText } | undefined;
  readonly #summary: SummaryPart[] = [];
  /** Which of the two is shown: the one that came first. */
  #shown: Source | undefined;
  #index = -1;
  /** What has been shown: the parts before the last one, and the text of the last. */
  #parts: string[] = [];

  /** @param seal called once, when the item ends; returns its `encrypted_content`, or undefined for none */
  constructor(id: string, showsSummary: boolean, seal: (draft: NativeReasoning) => string | undefined) {
    this.#id = id;
    this.#showsSummary = showsSummary;
    this.#seal = seal;
  }

  get summary(): string[] {
    return this.#summary.map(({ text }) => text);
  }

  get hasContent(): boolean {
    return this.#shown !== undefined || this.sealed !== undefined;
  }

  begin(shape: Shape): void {
    if (shape.type === 'reasoning') this.sealed ??= shape.sealed;
  }

  say({ channel, part, text, isWhole }: SaidPart, out: EventOutput): void {
    if (channel !== 'summary' && channel !== 'thinking') return;
    if (isWhole) this.#settle(channel, part, text, out);
    else this.#hear(channel, part, text, out);
  }

  complete(shape: Shape, out: EventOutput): void {
    if (shape.type !== 'reasoning') return;
    this.sealed = shape.sealed ?? this.sealed;
    this.marks = { ...this.marks, ...shape.marks };
    // After another item came, the part of the summary that was already sent cannot be told from the rest.
    const summary = this.#before === undefined ? shape.summary : [];
    for (const [at, part] of summary.entries()) {
      const known = this.#summary[at];
      if (at >= this.#summary.length - 1) this.#settle('summary', known?.number ?? at, part, out);
    }
    this.#settle('thinking', undefined, added(this.#before?.thinking ?? '', shape.text), out);
    this.isOver = true;
  }

  lacks(shape: Shape): boolean {
    if (shape.type !== 'reasoning') return false;
    const isUnsealed = this.sealed === undefined && shape.sealed !== undefined;
    return isUnsealed || (!this.isOver && added(this.thinking, shape.text) !== '');
  }

  successor(newId: string): NativeReasoning {
    const next = new NativeReasoning(newId, this.#showsSummary, this.#seal);
    next.#before = this;
    return next;
  }

  canEnd(): boolean {
    return true;
  }

  open(out: EventOutput, outputIndex: number): void {
    this.#index = outputIndex;
    out.push({
      type: 'response.output_item.added',
      sequence_number: out.next(),
      output_index: outputIndex,
      item: { type: 'reasoning', id: this.#id, summary: [] },
    });
    if (this.#shown === 'thinking') this.#show(undefined, this.thinking, out);
    else if (this.#shown === 'summary')
      for (const [at, text] of this.summary.entries()) this.#show(at, text, out);
  }

  close(out: EventOutput): ReasoningItem {
    this.#release(undefined, out);
    const rest = this.#characters.flush();
    if (this.#shown !== undefined) this.#append(this.#shown, undefined, rest, out);
    if (this.#parts.length > 0) this.#endPart(out);
    this.isClosed = true;
    const sealed = this.#seal(this);
    const text = this.thinking || this.summary.join('\n\n');
    return {
      type: 'reasoning',
      id: this.#id,
      summary: this.#parts.map((part) => ({ type: 'summary_text', text: part })),
      ...(this.#showsSummary || text === '' ? {} : { content: [{ type: 'reasoning_text', text }] }),
      ...(sealed === undefined ? {} : { encrypted_content: sealed }),
    };
  }

  /** Takes the full text of a part, and adds what is still missing. */
  #settle(source: Source, number: number | undefined, text: string, out: EventOutput): void {
    const part = this.#summaryPart(number);
    // Earlier parts already have their text.
    const isPast = part === undefined && this.#summary.some((known) => known.number === number);
    if (source === 'summary' && isPast) return;
    this.#release(this.#saying?.source === source ? text : undefined, out);
    this.#append(source, number, added(this.#said(source, number), text).toWellFormed(), out);
  }

  /** Takes a delta, which may repeat what was said before. */
  #hear(source: Source, number: number | undefined, delta: string, out: EventOutput): void {
    if (this.#saying?.source !== source || this.#saying.number !== number) {
      this.#release(undefined, out);
      this.#saying = { source, number, repeats: new RepeatedText() };
    }
    const text = this.#saying.repeats.take(delta, this.#said(source, number));
    this.#append(source, number, this.#characters.take(text), out);
  }

  /** Says what waited because it may have been a repetition, unless the whole text tells what is left. */
  #release(whole: string | undefined, out: EventOutput): void {
    if (this.#saying === undefined) return;
    const { source, number, repeats } = this.#saying;
    const waiting = repeats.end();
    if (whole?.startsWith(this.#said(source, number))) return;
    this.#append(source, number, this.#characters.take(waiting), out);
  }

  #said(source: Source, number: number | undefined): string {
    return source === 'thinking' ? this.thinking : (this.#summaryPart(number)?.text ?? '');
  }

  #append(source: Source, number: number | undefined, text: string, out: EventOutput): void {
    if (text === '') return;
    this.#shown ??= source;
    if (source === 'thinking') this.thinking += text;
    else {
      const part = this.#summaryPart(number);
      if (part === undefined) this.#summary.push({ number, text });
      else part.text += text;
    }
    if (source !== this.#shown || this.#index < 0) return;
    this.#show(source === 'summary' ? this.#summary.length - 1 : undefined, text, out);
  }

  /** The last part of the summary, if that is the one that is meant. */
  #summaryPart(number: number | undefined): SummaryPart | undefined {
    const last = this.#summary.at(-1);
    return number === undefined || last?.number === undefined || last.number === number ? last : undefined;
  }

  /** @param at for a summary, the index of its part */
  #show(at: number | undefined, delta: string, out: EventOutput): void {
    if (!this.#showsSummary) return;
    const isNew = this.#parts.length === 0 || (at !== undefined && at >= this.#parts.length);
    if (isNew) {
      if (this.#parts.length > 0) this.#endPart(out);
      this.#parts.push('');
      out.push({
        type: 'response.reasoning_summary_part.added',
        sequence_number: out.next(),
        ...this.#where(),
        part: { type: 'summary_text', text: '' },
      });
    }
    this.#parts[this.#parts.length - 1] += delta;
    out.push({
      type: 'response.reasoning_summary_text.delta',
      sequence_number: out.next(),
      ...this.#where(),
      delta,
    });
  }

  #endPart(out: EventOutput): void {
    const text = this.#parts.at(-1) ?? '';
    const where = this.#where();
    out.push({ type: 'response.reasoning_summary_text.done', sequence_number: out.next(), ...where, text });
    out.push({
      type: 'response.reasoning_summary_part.done',
      sequence_number: out.next(),
      ...where,
      part: { type: 'summary_text', text },
    });
  }

  #where() {
    return { item_id: this.#id, output_index: this.#index, summary_index: this.#parts.length - 1 };
  }
}
