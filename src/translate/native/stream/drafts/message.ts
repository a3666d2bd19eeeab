import type { MessageItem, OutputTextPart, RefusalPart, UrlCitation } from '../../../../wire/responses.ts';
import type { Ending, EventOutput } from '../../../stream/drafts/draft.ts';
import { WholeCharacters } from '../../../stream/text/whole-characters.ts';
import type { Shape, ShapedMessage } from '../item-shape.ts';
import type { SaidPart } from '../read-event.ts';
import { RepeatedText } from '../repeated-text.ts';
import { textOf, unsaid, without } from '../unsaid.ts';
import { added, type NativeDraft } from './native-draft.ts';

type PartType = 'output_text' | 'refusal';

/** A part of the message. Only the last one grows. */
interface Part {
  type: PartType;
  /** Its number as the provider gave it. */
  number: number | undefined;
  text: string;
  annotations: UrlCitation[];
  characters: WholeCharacters;
  repeats: RepeatedText;
}

/** An assistant message in a provider's own response: its parts in order, with their citations. */
export class NativeMessage implements NativeDraft {
  readonly canOpen = true;
  readonly canClose = true;
  isOver = false;
  isMended = false;
  isClosed = false;
  readonly #id: string;
  /** What the same message said in an earlier draft. */
  readonly #before: string;
  readonly #parts: Part[] = [];
  #phase: MessageItem['phase'];
  /** The item as it began, if it held anything. */
  #begun: ShapedMessage | undefined;
  #index = -1;

  constructor(id: string, before = '') {
    this.#id = id;
    this.#before = before;
  }

  /** The text of all parts. */
  get text(): string {
    return textOf(this.#parts);
  }

  get hasContent(): boolean {
    return this.#parts.length > 0;
  }

  begin(shape: Shape): void {
    if (shape.type !== 'message') return;
    this.#phase ??= shape.phase;
    if (shape.parts.length > 0) this.#begun ??= shape;
  }

  say({ channel, part, text, isWhole }: SaidPart, out: EventOutput): void {
    if (channel !== 'output_text' && channel !== 'refusal') return;
    if (!isWhole && !this.hasContent) this.#beginBefore(text, out);
    if (isWhole) this.#settle(channel, part, text, out);
    else this.#append(channel, part, text, out, true);
  }

  cite(citation: UrlCitation, out: EventOutput): void {
    const part = this.#parts.at(-1);
    if (part?.type !== 'output_text' || part.annotations.some((known) => isSame(known, citation))) return;
    part.annotations.push(citation);
    if (this.#isLive) this.#citation(citation, part.annotations.length - 1, out);
  }

  complete(shape: Shape, out: EventOutput): void {
    if (shape.type !== 'message') return;
    this.#phase ??= shape.phase;
    const parts = without(shape.parts, this.#before);
    const waiting = this.#release(textOf(parts), this.text, out);
    const rest = unsaid(parts, this.text);
    this.isMended ||= this.hasContent && rest?.join('') !== waiting;
    for (const [at, { type, text, annotations }] of parts.entries()) {
      const left = rest?.[at] ?? text;
      const known = this.#parts[at];
      const isLast = at === this.#parts.length - 1;
      if (rest !== undefined) this.#append(type, left === text ? at : this.#parts.at(-1)?.number, left, out);
      else if (known === undefined) this.#append(type, at, text, out);
      else if (isLast && known.type === type) this.#settle(type, known.number, text, out);
      if (at >= this.#parts.length - 1) for (const citation of annotations) this.cite(citation, out);
    }
    this.isOver = true;
  }

  settle(out: EventOutput): void {
    if (!this.hasContent && this.#begun !== undefined) this.complete(this.#begun, out);
  }

  lacks(shape: Shape): boolean {
    return (
      shape.type === 'message' && !this.isOver && added(this.#before + this.text, textOf(shape.parts)) !== ''
    );
  }

  successor(newId: string): NativeMessage {
    return new NativeMessage(newId, this.#before + this.text);
  }

  /** Says what the item held as it began, unless the first delta begins the same text anew. */
  #beginBefore(delta: string, out: EventOutput): void {
    const parts = this.#begun?.parts ?? [];
    if (textOf(parts).startsWith(delta)) return;
    for (const [at, { type, text }] of parts.entries()) this.#append(type, at, text, out);
  }

  /** @param isDelta whether it may repeat what was said before */
  #append(
    type: PartType,
    number: number | undefined,
    delta: string,
    out: EventOutput,
    isDelta = false,
  ): void {
    if (delta === '') return;
    let part = this.#partFor(type, number);
    if (part === undefined) {
      this.#closePart(out);
      part = {
        type,
        number,
        text: '',
        annotations: [],
        characters: new WholeCharacters(),
        repeats: new RepeatedText(),
      };
      this.#parts.push(part);
      if (this.#isLive) this.#openPart(out);
    }
    const text = isDelta ? part.repeats.take(delta, part.text) : delta;
    this.#say(part, part.characters.take(text), out);
  }

  /** Takes the full text of a part, and adds what is still missing. */
  #settle(type: PartType, number: number | undefined, text: string, out: EventOutput): void {
    const part = this.#partFor(type, number);
    if (part !== undefined) {
      this.#release(text, part.text, out);
      this.#append(type, number, added(part.text, text), out);
    }
    // Earlier parts already have their text.
    else if (!this.#parts.some((known) => known.number === number)) this.#append(type, number, text, out);
  }

  /**
   * Ends the waiting for what may be a repetition: the whole text shows whether it is one. If the whole is another text,
   * it is said.
   * @returns what is left to the whole text
   */
  #release(whole: string, said: string, out: EventOutput): string {
    const part = this.#parts.at(-1);
    const waiting = part?.repeats.end() ?? '';
    if (part === undefined || whole.startsWith(said)) {
      this.isMended ||= !whole.startsWith(said + waiting);
      return waiting;
    }
    this.#say(part, part.characters.take(waiting), out);
    return '';
  }

  canEnd(): boolean {
    return true;
  }

  open(out: EventOutput, outputIndex: number): void {
    const parts = this.#parts.splice(0);
    this.#index = outputIndex;
    const phase = this.#phase === undefined ? {} : { phase: this.#phase };
    out.push({
      type: 'response.output_item.added',
      sequence_number: out.next(),
      output_index: outputIndex,
      item: {
        type: 'message',
        id: this.#id,
        status: 'in_progress',
        role: 'assistant',
        content: [],
        ...phase,
      },
    });
    // What was collected is replayed part by part, as if it came now.
    for (const { text, annotations, ...part } of parts) {
      this.#closePart(out);
      const fresh: Part = { ...part, text: '', annotations };
      this.#parts.push(fresh);
      this.#openPart(out);
      this.#say(fresh, text, out);
      for (const [at, citation] of annotations.entries()) this.#citation(citation, at, out);
    }
  }

  close(out: EventOutput, ending: Ending): MessageItem {
    this.#closePart(out);
    this.isClosed = true;
    return {
      type: 'message',
      id: this.#id,
      status: ending === 'cut' ? 'incomplete' : 'completed',
      role: 'assistant',
      content: this.#parts.map(finished),
      ...(this.#phase === undefined ? {} : { phase: this.#phase }),
    };
  }

  get #isLive(): boolean {
    return this.#index >= 0;
  }

  /** The last part, if that is the one that is meant. */
  #partFor(type: PartType, number: number | undefined): Part | undefined {
    const last = this.#parts.at(-1);
    if (last === undefined || last.type !== type) return undefined;
    return number === undefined || last.number === undefined || last.number === number ? last : undefined;
  }

  #say(part: Part, delta: string, out: EventOutput): void {
    if (delta === '') return;
    part.text += delta;
    if (!this.#isLive) return;
    const sequence_number = out.next();
    const where = this.#where();
    out.push(
      part.type === 'output_text'
        ? { type: 'response.output_text.delta', sequence_number, ...where, delta, logprobs: [] }
        : { type: 'response.refusal.delta', sequence_number, ...where, delta },
    );
  }

  #citation(annotation: UrlCitation, annotation_index: number, out: EventOutput): void {
    out.push({
      type: 'response.output_text.annotation.added',
      sequence_number: out.next(),
      ...this.#where(),
      annotation_index,
      annotation,
    });
  }

  #openPart(out: EventOutput): void {
    const part = this.#parts.at(-1);
    if (part === undefined) return;
    out.push({
      type: 'response.content_part.added',
      sequence_number: out.next(),
      ...this.#where(),
      part: finished({ type: part.type, text: '', annotations: [] }),
    });
  }

  #closePart(out: EventOutput): void {
    const part = this.#parts.at(-1);
    if (part === undefined) return;
    this.#say(part, part.characters.take(part.repeats.end()) + part.characters.flush(), out);
    if (!this.#isLive) return;
    const where = this.#where();
    const { text } = part;
    out.push(
      part.type === 'output_text'
        ? { type: 'response.output_text.done', sequence_number: out.next(), ...where, text, logprobs: [] }
        : { type: 'response.refusal.done', sequence_number: out.next(), ...where, refusal: text },
    );
    out.push({
      type: 'response.content_part.done',
      sequence_number: out.next(),
      ...where,
      part: finished(part),
    });
  }

  #where() {
    return { item_id: this.#id, output_index: this.#index, content_index: this.#parts.length - 1 };
  }
}

function finished({ type, text, annotations }: Pick<Part, 'type' | 'text' | 'annotations'>) {
  const part: OutputTextPart | RefusalPart =
    type === 'output_text'
      ? { type, text, annotations: [...annotations], logprobs: [] }
      : { type, refusal: text };
  return part;
}

function isSame(left: UrlCitation, right: UrlCitation): boolean {
  return (
    left.url === right.url && left.start_index === right.start_index && left.end_index === right.end_index
  );
}
