/** Reads what a chunk's delta says, from all the known places where providers put it. */

import type { Json } from '../../json.ts';
import type { ChatDelta } from '../../wire/chat.ts';
import type { Profile, ReasoningField } from '../profile.ts';
import { detailsText, RepeatedDetails } from '../reasoning/details.ts';
import { mayThink, textOf, thinkingIn, thoughtText } from './parts.ts';
import { GrowingText } from './text/growing-text.ts';
import { Repetition } from './text/repetition.ts';
import { ThinkTagSplitter } from './think-tags.ts';
import { Thoughts } from './thoughts.ts';

export interface ReasoningDelta {
  text: string;
  field: ReasoningField;
  details: readonly Json[];
}

export interface DeltaParts {
  /** Comes before the text of the same delta. */
  reasoning: ReasoningDelta | undefined;
  text: string;
}

/** Reads the deltas of one answer. */
export class DeltaReader {
  /** Undefined once the answer is past its beginning, and if the profile has no tags. */
  #splitter: ThinkTagSplitter | undefined;
  /** The same splitter, kept so that it can be asked later. */
  readonly #marks: ThinkTagSplitter | undefined;
  readonly #repeated: RepeatedDetails | undefined;
  readonly #thoughts = new Thoughts();
  /** Some gateways leave the tags around the thinking that they put into a field (2026-11). */
  readonly #fieldTags: ThinkTagSplitter | undefined;
  /** Detects thinking that is sent again beside, or after, the text. */
  #thoughtAgain: Repetition | undefined;
  #sawText = false;
  /** Undefined once deltas are known to add up; the one for thoughts also once text has come. */
  #growingText: GrowingText | undefined = new GrowingText();
  #growingThought: GrowingText | undefined = new GrowingText();
  /** The place of the first thought, the only one that may grow, and the field in which it goes back. */
  #firstPlace: string | undefined;
  #replayField: ReasoningField = 'reasoning_content';
  #sawDetails = false;
  #sawEmptyDetails = false;

  /** @param mayBeUnopened whether the text may begin with thinking that has no opening tag */
  constructor({ thinkTag, detailsMayRepeat }: Profile, mayBeUnopened: boolean) {
    if (thinkTag !== null) this.#splitter = new ThinkTagSplitter(mayBeUnopened);
    this.#marks = this.#splitter;
    if (thinkTag !== null) this.#fieldTags = new ThinkTagSplitter();
    if (detailsMayRepeat) this.#repeated = new RepeatedDetails();
  }

  /** True when all `reasoning_details` were empty lists; OpenRouter wants even those back (2026-11). */
  get hasOnlyEmptyDetails(): boolean {
    return this.#sawEmptyDetails && !this.#sawDetails;
  }

  /** Whether some text is held back because only what follows can tell what it is. */
  get isHolding(): boolean {
    return this.#splitter?.isHolding === true;
  }

  /** Whether the text began with thinking that was closed but never opened. */
  get closedUnopened(): boolean {
    return this.#marks?.closedUnopened === true;
  }

  read(delta: ChatDelta): DeltaParts {
    const { content } = delta;
    // The fast path, which nearly all deltas take.
    if (typeof content === 'string' && this.#isPlain && !mayThink(delta))
      return { reasoning: undefined, text: content };
    const said = textOf(delta);
    this.#sawText ||= said !== '' && this.#splitter?.mayBeThinking(said) !== true;
    const text = this.#growingText === undefined ? said : this.#grown(said, this.#growingText);
    const details = this.#newDetails(delta);
    let thought = mayThink(delta) ? this.#thoughtIn(delta, details) : '';
    // Thoughts that are still waiting come before the text.
    if (said !== '') thought += this.#restOfThoughts();
    return this.#split(thought, details, text);
  }

  /** Returns what was held back because it might have been part of a tag; no tags are looked for after this. */
  end(): DeltaParts {
    const waiting = this.#growingText?.end() ?? '';
    if (this.#growingText?.isOver) this.#growingText = undefined;
    const { reasoning, text } = this.#split(this.#restOfThoughts(), NONE, waiting);
    const held = this.#splitter?.flush();
    this.#splitter = undefined;
    if (held === undefined) return { reasoning, text };
    const tagged = this.#thoughts.news('tags', held.reasoning);
    const thought = (reasoning?.text ?? '') + tagged;
    return { reasoning: this.#reasoning(thought, NONE, tagged), text: text + held.text };
  }

  /** Whether text needs no further inspection. */
  get #isPlain(): boolean {
    return (
      this.#splitter === undefined &&
      this.#growingText === undefined &&
      this.#growingThought === undefined &&
      this.#thoughtAgain?.isHolding !== true
    );
  }

  #grown(said: string, growing: GrowingText): string {
    const text = growing.take(said);
    if (growing.isOver) this.#growingText = undefined;
    return text;
  }

  #split(thought: string, details: readonly Json[], text: string): DeltaParts {
    const splitter = this.#splitter;
    if (splitter === undefined || text === '')
      return { reasoning: this.#reasoning(thought, details, ''), text };
    const parts = splitter.split(text);
    if (splitter.isDone) this.#splitter = undefined;
    const tagged = this.#thoughts.news('tags', parts.reasoning);
    return { reasoning: this.#reasoning(thought + tagged, details, tagged), text: parts.text };
  }

  #reasoning(text: string, details: readonly Json[], tagged: string): ReasoningDelta | undefined {
    if (text === '' && details.length === 0) return undefined;
    if (this.#firstPlace === undefined && tagged !== '') this.#begin('tags', 'think_tags');
    return { text, field: details.length > 0 ? 'reasoning_details' : this.#replayField, details };
  }

  #begin(place: string, field: ReasoningField): void {
    if (this.#firstPlace !== undefined) return;
    this.#firstPlace = place;
    this.#replayField = field;
  }

  /** The thinking in a delta's fields, parts and details, without repetitions. */
  #thoughtIn(delta: ChatDelta, details: readonly Json[]): string {
    let thought = '';
    if (delta.reasoning_content) thought += this.#field('reasoning_content', delta.reasoning_content);
    if (delta.reasoning) thought += this.#field('reasoning', delta.reasoning);
    // Copilot's gateway, 2026-11.
    if (delta.reasoning_text) thought += this.#field('reasoning_text', delta.reasoning_text);
    // Ollama's own API, and gateways to Anthropic's and Gemini's, 2026-11.
    if (delta.thinking) thought += this.#field('thinking', delta.thinking);
    if (delta.thought) thought += this.#field('thought', delta.thought);
    if (delta.thinking_blocks) thought += this.#field('thinking_blocks', delta.thinking_blocks);
    if (typeof delta.content !== 'string')
      thought += this.#news('parts', 'thinking_block', thinkingIn(delta));
    if (details.length > 0) thought += this.#news('details', 'reasoning_details', detailsText(details));
    // A provider that separates thinking itself leaves no unmarked thinking in the text.
    if (thought !== '') this.#splitter?.expectMarks();
    return thought;
  }

  #field(place: string, value: Json): string {
    return this.#news(place, place === 'reasoning' ? 'reasoning' : 'reasoning_content', thoughtText(value));
  }

  #news(place: string, field: ReasoningField, piece: string): string {
    if (piece === '') return '';
    this.#begin(place, field);
    if (place !== this.#firstPlace || place === 'details') {
      const isAllAgain = this.#sawText && piece === this.#thoughts.text;
      return isAllAgain ? '' : this.#thoughts.news(place, piece);
    }
    return this.#thoughts.news(place, this.#untagged(this.#once(piece)));
  }

  /** What a piece in the first place adds, if it may hold all of the thinking so far. */
  #once(piece: string): string {
    const growing = this.#growingThought;
    if (growing !== undefined && (growing.isGrowing || !this.#sawText)) return growing.take(piece);
    if (!this.#sawText) return piece;
    this.#thoughtAgain ??= new Repetition(this.#thoughts.text);
    return this.#thoughtAgain.take(piece);
  }

  #untagged(piece: string): string {
    if (this.#fieldTags === undefined || piece === '') return piece;
    const { reasoning, text } = this.#fieldTags.split(piece);
    return reasoning + text;
  }

  #restOfThoughts(): string {
    const growing = this.#growingThought?.end() ?? '';
    this.#growingThought = undefined;
    const waiting = this.#untagged(growing + (this.#thoughtAgain?.release() ?? ''));
    const tagged = this.#fieldTags?.flush();
    const rest = tagged === undefined ? waiting : waiting + tagged.reasoning + tagged.text;
    return rest === '' ? '' : this.#thoughts.news(this.#firstPlace ?? '', rest);
  }

  #newDetails({ reasoning_details: details }: ChatDelta): readonly Json[] {
    if (!Array.isArray(details)) return NONE;
    if (details.length === 0) {
      this.#sawEmptyDetails = true;
      return NONE;
    }
    this.#sawDetails = true;
    return this.#repeated === undefined ? details : this.#repeated.news(details);
  }
}

const NONE: readonly Json[] = [];
