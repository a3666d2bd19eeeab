/** What a chunk's delta says, whichever of the known places the provider put it in. */

import type { Json } from '../../json.ts';
import { isObject } from '../../json.ts';
import type { ChatDelta } from '../../wire/chat.ts';
import type { Profile, ReasoningField } from '../profile.ts';
import { detailsText, RepeatedDetails } from '../reasoning/details.ts';
import { type SplitText, ThinkTagSplitter } from './think-tags.ts';

export interface ReasoningDelta {
  text: string;
  field: ReasoningField;
  details: readonly Json[];
}

export interface DeltaParts {
  /** Was thought before the text of the same delta was said. */
  reasoning: ReasoningDelta | undefined;
  text: string;
}

/** Reads the deltas of one answer. */
export class DeltaReader {
  /** Undefined once the answer is past its beginning, and where the profile knows no tags. */
  #splitter: ThinkTagSplitter | undefined;
  readonly #repeated: RepeatedDetails | undefined;
  #sawDetails = false;
  #sawEmptyDetails = false;

  constructor({ thinkTag, detailsMayRepeat }: Profile) {
    if (thinkTag !== null) this.#splitter = new ThinkTagSplitter(thinkTag);
    if (detailsMayRepeat) this.#repeated = new RepeatedDetails();
  }

  /** True when all `reasoning_details` were empty lists; OpenRouter wants even those back (2026-11). */
  get hasOnlyEmptyDetails(): boolean {
    return this.#sawEmptyDetails && !this.#sawDetails;
  }

  read(delta: ChatDelta): DeltaParts {
    const reasoning = reasoningOf(delta);
    const text = textOf(delta);
    if (reasoning === undefined) {
      if (delta.reasoning_details) this.#sawEmptyDetails = true;
      return this.#splitter === undefined || text === ''
        ? { reasoning, text }
        : this.#split(text, this.#splitter);
    }
    // A provider that separates the reasoning itself leaves no tags in the text.
    const held = this.end();
    const fresh = this.#fresh(reasoning);
    const thought = (held.reasoning?.text ?? '') + fresh.text;
    return { reasoning: { ...fresh, text: thought }, text: held.text + text };
  }

  /** What was held back because it might have been part of a tag; from here on, text is only text. */
  end(): DeltaParts {
    const rest = this.#splitter?.flush();
    this.#splitter = undefined;
    return rest === undefined ? { reasoning: undefined, text: '' } : tagged(rest);
  }

  #split(text: string, splitter: ThinkTagSplitter): DeltaParts {
    const parts = tagged(splitter.split(text));
    if (splitter.isDone) this.#splitter = undefined;
    return parts;
  }

  #fresh(reasoning: ReasoningDelta): ReasoningDelta {
    if (reasoning.details.length === 0) return reasoning;
    this.#sawDetails = true;
    if (this.#repeated === undefined) return reasoning;
    const details = this.#repeated.news(reasoning.details);
    return { ...reasoning, text: detailsText(details), details };
  }
}

function tagged({ reasoning, text }: SplitText): DeltaParts {
  return {
    reasoning: reasoning === '' ? undefined : { text: reasoning, field: 'think_tags', details: [] },
    text,
  };
}

/** The reasoning of a delta, once: some gateways send the same text under two names. */
function reasoningOf(delta: ChatDelta): ReasoningDelta | undefined {
  const details = delta.reasoning_details ?? [];
  if (details.length > 0) {
    const text = delta.reasoning || delta.reasoning_content || detailsText(details);
    return { text, field: 'reasoning_details', details };
  }
  if (delta.reasoning_content) return { text: delta.reasoning_content, field: 'reasoning_content', details };
  if (delta.reasoning) return { text: delta.reasoning, field: 'reasoning', details };
  if (!Array.isArray(delta.content)) return undefined;
  // Mistral, 2026-11: the content is a list, and its thinking blocks hold lists of text parts.
  const text = delta.content.map(thinkingText).join('');
  return text === '' ? undefined : { text, field: 'thinking_block', details };
}

function textOf(delta: ChatDelta): string {
  const { content } = delta;
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map(plainText).join('');
}

function plainText(part: Json): string {
  if (typeof part === 'string') return part;
  return isObject(part) && part['type'] !== 'thinking' && typeof part['text'] === 'string'
    ? part['text']
    : '';
}

function thinkingText(part: Json): string {
  if (!isObject(part) || part['type'] !== 'thinking') return '';
  const { thinking } = part;
  if (typeof thinking === 'string') return thinking;
  return Array.isArray(thinking) ? thinking.map(plainText).join('') : '';
}
