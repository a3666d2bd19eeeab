import type { MessageItem, OutputTextPart, RefusalPart, UrlCitation } from '../../../../wire/responses.ts';
import type { Ending, EventOutput } from '../../../stream/drafts/draft.ts';
import type { OutgoingText } from '../../../stream/outgoing-text.ts';
import { WholeCharacters } from '../../../stream/text/whole-characters.ts';
import type { Shape, ShapedPart } from '../item-shape.ts';
import type { Said } from '../read-event.ts';
import { added, type NativeDraft } from './native-draft.ts';

type PartType = 'output_text' | 'refusal';

/** A part of the message. Only the last one grows. */
interface Part {
  type: PartType;
  /** Its number as the provider gave it. */
  number: number | undefined;
  /** As it came; the text shown may lack calls that the model wrote into it. */
  raw: string;
  text: string;
  annotations: UrlCitation[];
  characters: WholeCharacters;
}

/** An assistant message in a provider's own response: its parts in order, with their citations. */
export class NativeMessage implements NativeDraft {
  readonly canOpen = true;
  readonly canClose = true;
  isOver = false;
  isClosed = false;
  readonly #id: string;
  /** Takes calls out of the text. */
  readonly #outgoing: OutgoingText;
  /** What the same message said in an earlier draft. */
  readonly #before: string;
  readonly #parts: Part[] = [];
  #phase: MessageItem['phase'];
  #index = -1;

  constructor(id: string, outgoing: OutgoingText, before = '') {
    this.#id = id;
    this.#outgoing = outgoing;
    this.#before = before;
  }

  /** The text of all parts. */
  get text(): string {
    return textOf(this.#parts);
  }

  /** White space that is all there is before calls shows nothing. */
  get hasContent(): boolean {
    return this.text !== '';
  }

  /** Shows text that was held back because it might have been part of a call. */
  show(text: string, out: EventOutput): void {
    if (text === '') return;
    const part = this.#partFor('output_text', undefined) ?? this.#newPart('output_text', undefined, out);
    this.#say(part, part.characters.take(text), out);
  }

  begin(shape: Shape): void {
    if (shape.type === 'message') this.#phase ??= shape.phase;
  }

  say({ channel, part, text, isWhole }: Said, out: EventOutput): void {
    if (channel !== 'output_text' && channel !== 'refusal') return;
    if (isWhole) this.#settle(channel, part, text, out);
    else this.#append(channel, part, text, out);
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
    for (const [at, { type, text, annotations }] of without(shape.parts, this.#before).entries()) {
      const known = this.#parts[at];
      const isLast = at === this.#parts.length - 1;
      if (known === undefined) this.#append(type, at, text, out);
      else if (isLast && known.type === type) this.#settle(type, known.number, text, out);
      if (at === this.#parts.length - 1) for (const citation of annotations) this.cite(citation, out);
    }
    // What is held back may still turn out to be text.
    if (this.#outgoing.isHolding) return;
    this.show(this.#outgoing.flush(), out);
    this.isOver = true;
  }

  lacks(shape: Shape): boolean {
    return (
      shape.type === 'message' && !this.isOver && added(this.#before + this.#raw, textOf(shape.parts)) !== ''
    );
  }

  successor(newId: string): NativeMessage {
    return new NativeMessage(newId, this.#outgoing, this.#before + this.#raw);
  }

  #append(type: PartType, number: number | undefined, delta: string, out: EventOutput): void {
    if (delta === '') return;
    const part = this.#partFor(type, number) ?? this.#newPart(type, number, out);
    part.raw += delta;
    const shown = type === 'output_text' ? this.#outgoing.read(delta, this).text : delta;
    this.#say(part, part.characters.take(shown), out);
  }

  #newPart(type: PartType, number: number | undefined, out: EventOutput): Part {
    this.#closePart(out);
    const part = { type, number, raw: '', text: '', annotations: [], characters: new WholeCharacters() };
    this.#parts.push(part);
    if (this.#isLive) this.#openPart(out);
    return part;
  }

  /** Takes the full text of a part, and adds what is still missing. */
  #settle(type: PartType, number: number | undefined, text: string, out: EventOutput): void {
    const part = this.#partFor(type, number);
    if (part !== undefined) this.#append(type, number, added(part.raw, text), out);
    // Earlier parts already have their text.
    else if (!this.#parts.some((known) => known.number === number)) this.#append(type, number, text, out);
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

  /** What the provider said in all parts. */
  get #raw(): string {
    return this.#parts.map(({ raw }) => raw).join('');
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
    this.#say(part, part.characters.flush(), out);
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

function textOf(parts: readonly { text: string }[]): string {
  return parts.map(({ text }) => text).join('');
}

/** The parts without `said` at their beginning; none if they begin with something else. */
function without(parts: readonly ShapedPart[], said: string): ShapedPart[] {
  if (said === '') return [...parts];
  let rest = said;
  const left = parts.map((part) => {
    const taken = part.text.startsWith(rest) ? rest : part.text;
    rest = rest.startsWith(taken) ? rest.slice(taken.length) : rest;
    return { ...part, text: part.text.slice(taken.length) };
  });
  return rest === '' ? left.filter(({ text }) => text !== '') : [];
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
