import type { MessageItem, OutputTextPart, RefusalPart, UrlCitation } from '../../../../wire/responses.ts';
import type { Ending, EventOutput } from '../../../stream/drafts/draft.ts';
import type { OutgoingText } from '../../../stream/outgoing-text.ts';
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
  /** What is shown: calls that the model wrote into the text are taken out. */
  text: string;
  /** What the provider said; undefined as long as that is the same, so that ordinary text is not kept twice. */
  raw: string | undefined;
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
  /** White space before calls, if that is all there is, shows nothing. */
  hasContent = false;
  readonly #id: string;
  /** Shared by all messages of the answer, and read by one at a time: see `pause`. */
  readonly #outgoing: OutgoingText;
  /** What the same message said in an earlier draft. */
  readonly #before: string;
  readonly #parts: Part[] = [];
  #phase: MessageItem['phase'];
  /** The item as it began, if it held anything. */
  #begun: ShapedMessage | undefined;
  #index = -1;
  #contentIndex = -1;

  constructor(id: string, outgoing: OutgoingText, before = '') {
    this.#id = id;
    this.#outgoing = outgoing;
    this.#before = before;
  }

  /** The text that is shown, of all parts. */
  get text(): string {
    return textOf(this.#parts);
  }

  /** What the provider said in this message, from its beginning. */
  get said(): string {
    return this.#before + this.#raw;
  }

  get unheard(): ShapedMessage | undefined {
    return this.#parts.length === 0 ? this.#begun : undefined;
  }

  begin(shape: Shape): void {
    if (shape.type !== 'message') return;
    this.#phase ??= shape.phase;
    if (shape.parts.length > 0) this.#begun ??= shape;
  }

  say({ channel, part, text, isWhole }: SaidPart, out: EventOutput): void {
    if (channel !== 'output_text' && channel !== 'refusal') return;
    if (!isWhole && this.#parts.length === 0) this.#beginBefore(text, out);
    if (isWhole) this.#settle(channel, part, text, out);
    else this.#append(channel, part, text, out, true);
  }

  cite(citation: UrlCitation, out: EventOutput): void {
    const part = this.#parts.at(-1);
    if (part?.type !== 'output_text' || part.annotations.some((known) => isSame(known, citation))) return;
    part.annotations.push(citation);
    if (this.#isOpen(part)) this.#citation(citation, part.annotations.length - 1, out);
  }

  complete(shape: Shape, out: EventOutput): void {
    if (shape.type !== 'message') return;
    this.#phase ??= shape.phase;
    const parts = without(shape.parts, this.#before);
    const waiting = this.#release(textOf(parts), this.#raw, out);
    const rest = unsaid(parts, this.#raw);
    this.isMended ||= this.#parts.length > 0 && rest?.join('') !== waiting;
    for (const [at, { type, text, annotations }] of parts.entries()) {
      const left = rest?.[at] ?? text;
      const known = this.#parts[at];
      const isLast = at === this.#parts.length - 1;
      if (rest !== undefined) this.#append(type, left === text ? at : this.#parts.at(-1)?.number, left, out);
      else if (known === undefined) this.#append(type, at, text, out);
      else if (isLast && known.type === type) this.#settle(type, known.number, text, out);
      if (at >= this.#parts.length - 1) for (const citation of annotations) this.cite(citation, out);
    }
    // Only the end of the answer can tell whether an open block is text, and whether half a mark belongs to a call.
    if (this.#outgoing.isHolding) return;
    this.pause(out);
    this.isOver = true;
  }

  /**
   * Takes half a mark for text, because something else follows. To be called before another item speaks, while this
   * message is the last one that spoke.
   */
  pause(out: EventOutput): void {
    this.hearRest(out);
    const part = this.#parts.at(-1);
    if (part !== undefined && !this.isClosed) this.#reveal(part, this.#outgoing.flush(), out);
  }

  /** Takes what waited because it may have been a repetition. */
  hearRest(out: EventOutput): void {
    const part = this.#parts.at(-1);
    if (part !== undefined && !this.isClosed) this.#hear(part, part.repeats.end(), out);
  }

  /** Shows text that was held back and turned out to be no call. */
  show(text: string, out: EventOutput): void {
    const part = this.#partFor('output_text', undefined) ?? this.#newPart('output_text', undefined, out);
    this.#reveal(part, text, out);
  }

  lacks(shape: Shape): boolean {
    return shape.type === 'message' && !this.isOver && added(this.said, textOf(shape.parts)) !== '';
  }

  successor(newId: string): NativeMessage {
    return new NativeMessage(newId, this.#outgoing, this.said);
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
    const part = this.#partFor(type, number) ?? this.#newPart(type, number, out);
    this.#hear(part, isDelta ? part.repeats.take(delta, rawOf(part)) : delta, out);
  }

  #newPart(type: PartType, number: number | undefined, out: EventOutput): Part {
    this.pause(out);
    this.#closePart(out);
    const part: Part = {
      type,
      number,
      text: '',
      raw: undefined,
      annotations: [],
      characters: new WholeCharacters(),
      repeats: new RepeatedText(),
    };
    this.#parts.push(part);
    return part;
  }

  /** Takes what the provider said, and says what can be shown of it now. */
  #hear(part: Part, text: string, out: EventOutput): void {
    if (text === '') return;
    const whole = part.characters.take(text);
    const shown = part.type === 'output_text' ? this.#outgoing.read(whole, this).text : whole;
    if (part.raw !== undefined || shown !== whole) part.raw = rawOf(part) + whole;
    this.#say(part, shown, out);
  }

  /** Shows text that was heard before. */
  #reveal(part: Part, text: string, out: EventOutput): void {
    if (text === '') return;
    part.raw ??= part.text;
    this.#say(part, text, out);
  }

  /** Takes the full text of a part, and adds what is still missing. */
  #settle(type: PartType, number: number | undefined, text: string, out: EventOutput): void {
    const part = this.#partFor(type, number);
    if (part !== undefined) {
      this.#release(text, rawOf(part), out);
      this.#append(type, number, added(rawOf(part), text), out);
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
    this.#hear(part, waiting, out);
    return '';
  }

  canEnd(): boolean {
    return true;
  }

  open(out: EventOutput, outputIndex: number): void {
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
    for (const [at, part] of this.#parts.entries()) {
      const { text } = part;
      part.text = '';
      this.#say(part, text, out);
      if (at < this.#parts.length - 1) this.#endPart(part, out);
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
      content: this.#parts.filter(({ text }) => text !== '').map(finished),
      ...(this.#phase === undefined ? {} : { phase: this.#phase }),
    };
  }

  /** What the provider said in all parts. */
  get #raw(): string {
    return this.#parts.map(rawOf).join('');
  }

  get #isLive(): boolean {
    return this.#index >= 0;
  }

  /** A part begins for clients when there is something to show. */
  #isOpen({ text }: Part): boolean {
    return this.#isLive && text !== '';
  }

  /** The last part, if that is the one that is meant. */
  #partFor(type: PartType, number: number | undefined): Part | undefined {
    const last = this.#parts.at(-1);
    if (last === undefined || last.type !== type) return undefined;
    return number === undefined || last.number === undefined || last.number === number ? last : undefined;
  }

  #say(part: Part, delta: string, out: EventOutput): void {
    if (delta === '') return;
    const isNew = part.text === '';
    part.text += delta;
    this.hasContent = true;
    if (!this.#isLive) return;
    if (isNew) this.#openPart(part, out);
    const sequence_number = out.next();
    const where = this.#where();
    out.push(
      part.type === 'output_text'
        ? { type: 'response.output_text.delta', sequence_number, ...where, delta, logprobs: [] }
        : { type: 'response.refusal.delta', sequence_number, ...where, delta },
    );
    if (isNew) for (const [at, citation] of part.annotations.entries()) this.#citation(citation, at, out);
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

  #openPart({ type }: Part, out: EventOutput): void {
    this.#contentIndex += 1;
    out.push({
      type: 'response.content_part.added',
      sequence_number: out.next(),
      ...this.#where(),
      part: finished({ type, text: '', annotations: [] }),
    });
  }

  #closePart(out: EventOutput): void {
    const part = this.#parts.at(-1);
    if (part === undefined) return;
    const half = part.characters.flush();
    if (part.raw !== undefined) part.raw += half;
    this.#say(part, half, out);
    this.#endPart(part, out);
  }

  #endPart(part: Part, out: EventOutput): void {
    if (!this.#isOpen(part)) return;
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
    return { item_id: this.#id, output_index: this.#index, content_index: this.#contentIndex };
  }
}

function rawOf({ raw, text }: Part): string {
  return raw ?? text;
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
