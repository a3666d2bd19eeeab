/**
 * The path of text from deltas to a message. What is not yet known to be text waits, calls that a model wrote into it
 * are taken out, and thinking that could not be recognised in time is separated from the answer after it.
 */
import type { ResponsesRequest } from '../../wire/responses.ts';
import type { ToolTable } from '../tools/table.ts';
import { asksAboutCalls, lastQuestion } from './healing/asked.ts';
import type { HealedCall } from './healing/block.ts';
import { type Healed, Healer } from './healing/healer.ts';
import type { AnswerOptions } from './options.ts';
import { UnopenedWatch, type WatchedText } from './unopened.ts';

/** The message that the text goes into, as far as it has been sent. */
type SaidText = { readonly text: string } | undefined;

type HealingOptions = Pick<AnswerOptions, 'tools' | 'heal' | 'request'>;

export class OutgoingText {
  readonly #tools: ToolTable;
  readonly #question: string;
  /** Undefined if nothing is to be healed. */
  readonly #healer: Healer | undefined;
  #unopened: UnopenedWatch | undefined;
  #closedUnopened = false;

  /** @param isWatched whether the text may turn out to be thinking that was never opened */
  constructor({ tools, heal = true, request }: HealingOptions, isWatched: boolean) {
    this.#tools = tools;
    this.#question = lastQuestion(request.input);
    const heals = heal && tools.chatTools.length > 0 && !asksAboutCalls(this.#question);
    if (heals) this.#healer = new Healer(tools, this.#question, !wantsJson(request));
    if (isWatched) this.#unopened = new UnopenedWatch();
  }

  /** Whether text that was sent turned out to be thinking. */
  get closedUnopened(): boolean {
    return this.#closedUnopened;
  }

  /** Whether a block that may be calls is open, or calls have been found. */
  get isHolding(): boolean {
    return this.#healer?.isIdle === false;
  }

  /** @returns the part of the text that can be sent now */
  read(text: string, said: SaidText): WatchedText {
    if (text === '') return NOTHING;
    if (this.#unopened === undefined) return { text: this.#heal(text, said) };
    return this.#healed(this.#unopened.read(text, this.#before(said)), said);
  }

  /** Text after this is never thinking. */
  endWatch(said: SaidText): WatchedText {
    const unopened = this.#unopened;
    this.#unopened = undefined;
    return unopened === undefined ? NOTHING : this.#healed(unopened.end(this.#before(said)), said);
  }

  /** Returns what is held back because a mark might have begun there; it is text now. */
  flush(): string {
    return this.#healer?.flush() ?? '';
  }

  /**
   * Returns the calls that were found; vLLM (2026-11) may leave one in the thinking.
   * @param isWhole whether the answer is complete
   * @param made the calls that the provider sent as such
   * @param thoughts the thinking, if nothing else was said
   */
  end(isWhole: boolean, made: readonly HealedCall[], said: SaidText, thoughts: string | undefined): Healed {
    const isSilent = isWhole && this.#healer?.isIdle === true;
    const healed = this.#healer?.end(isWhole, made, said);
    if (healed === undefined) return { calls: [], families: [], text: '' };
    if (!isSilent || thoughts === undefined) return healed;
    const healer = new Healer(this.#tools, this.#question, false);
    healer.read(thoughts, undefined);
    // Thinking around a call is not part of the answer's text.
    return { ...healer.end(isWhole, made, undefined), text: healed.text };
  }

  #healed({ text, answer }: WatchedText, said: SaidText): WatchedText {
    const fresh = this.#heal(text, said);
    if (answer === undefined) return { text: fresh };
    this.#unopened = undefined;
    this.#closedUnopened = true;
    return { text: fresh + this.flush(), answer: this.#heal(answer, undefined) };
  }

  /** Everything before the text that the watch holds back. */
  #before(said: SaidText): SaidText {
    const waiting = this.#healer?.waiting ?? '';
    return waiting === '' ? said : { text: (said?.text ?? '') + waiting };
  }

  #heal(text: string, said: SaidText): string {
    return this.#healer === undefined || text === '' ? text : this.#healer.read(text, said);
  }
}

/** The line for the log about calls that were found. */
export function leakNote({ name }: AnswerOptions['profile'], families: readonly string[]): string {
  return `${name} left tool calls in the text, in the format of ${families.join(', ')}: read as calls`;
}

/** Whether the client asked for JSON, of which nobody can say that it is a call. */
function wantsJson({ text }: ResponsesRequest): boolean {
  return (text?.format?.type ?? 'text') !== 'text';
}

const NOTHING: WatchedText = { text: '' };
