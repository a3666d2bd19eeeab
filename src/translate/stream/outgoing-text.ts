/**
 * The way of text from the deltas to a message. What is not yet known to be text waits; calls that a model wrote into
 * it are taken out; and thinking that nobody could know to be thinking is parted from the answer behind it.
 */
import type { ToolTable } from '../tools/table.ts';
import type { HealedCall } from './healing/block.ts';
import { type Healed, Healer } from './healing/healer.ts';
import { UnopenedWatch, type WatchedText } from './unopened.ts';

/** The message that the text goes into, as far as it has been said. */
type SaidText = { readonly text: string } | undefined;

export class OutgoingText {
  readonly #tools: ToolTable;
  /** Undefined where nothing is to be healed. */
  readonly #healer: Healer | undefined;
  #unopened: UnopenedWatch | undefined;
  #closedUnopened = false;

  /**
   * @param heals whether calls in the text become calls
   * @param isWatched whether the text may turn out to be thinking whose beginning was not marked
   */
  constructor(tools: ToolTable, heals: boolean, isWatched: boolean) {
    this.#tools = tools;
    if (heals && tools.chatTools.length > 0) this.#healer = new Healer(tools);
    if (isWatched) this.#unopened = new UnopenedWatch();
  }

  /** Whether what was said turned out to be thinking. */
  get closedUnopened(): boolean {
    return this.#closedUnopened;
  }

  /** Whether a block is open that may be calls, or was. */
  get isHolding(): boolean {
    return this.#healer?.isIdle === false;
  }

  /** @returns what can be said of the text */
  read(text: string, said: SaidText): WatchedText {
    if (text === '') return NOTHING;
    if (this.#unopened === undefined) return { text: this.#heal(text, said) };
    return this.#healed(this.#unopened.read(text, this.#before(said)), said);
  }

  /** From here on, text is no thinking. */
  endWatch(said: SaidText): WatchedText {
    const unopened = this.#unopened;
    this.#unopened = undefined;
    return unopened === undefined ? NOTHING : this.#healed(unopened.end(this.#before(said)), said);
  }

  /** What is held back because a mark of a call may begin there; from here on, it is text. */
  flush(): string {
    return this.#healer?.flush() ?? '';
  }

  /**
   * The calls that were found. vLLM, 2026-11, may leave one in the thinking.
   * @param isWhole whether the answer came to its end
   * @param made the calls that the provider sent as such
   * @param thoughts what was thought, where nothing else was said
   */
  end(isWhole: boolean, made: readonly HealedCall[], said: SaidText, thoughts: string | undefined): Healed {
    const isSilent = isWhole && this.#healer?.isIdle === true;
    const healed = this.#healer?.end(isWhole, made, said);
    if (healed === undefined) return { calls: [], families: [], text: '' };
    if (!isSilent || thoughts === undefined) return healed;
    const healer = new Healer(this.#tools);
    healer.read(thoughts, undefined);
    // What stands around a call in the thinking is no text of the answer.
    return { ...healer.end(isWhole, made, undefined), text: healed.text };
  }

  #healed({ text, answer }: WatchedText, said: SaidText): WatchedText {
    const fresh = this.#heal(text, said);
    if (answer === undefined) return { text: fresh };
    this.#unopened = undefined;
    this.#closedUnopened = true;
    return { text: fresh + this.flush(), answer: this.#heal(answer, undefined) };
  }

  /** All that came before what the watch holds. */
  #before(said: SaidText): SaidText {
    const waiting = this.#healer?.waiting ?? '';
    return waiting === '' ? said : { text: (said?.text ?? '') + waiting };
  }

  #heal(text: string, said: SaidText): string {
    return this.#healer === undefined || text === '' ? text : this.#healer.read(text, said);
  }
}

const NOTHING: WatchedText = { text: '' };
