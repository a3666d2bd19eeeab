/**
 * Separates reasoning from text where a model writes `<think>...</think>` at the start of its answer and no server
 * on the way separated the two. A tag may be cut anywhere; a tag later in the answer is text.
 */

export interface SplitText {
  reasoning: string;
  text: string;
}

type State = 'before' | 'inside' | 'after' | 'text';

export class ThinkTagSplitter {
  readonly #open: string;
  readonly #close: string;
  #state: State = 'before';
  /** The end of what arrived, while it may still turn out to be part of a tag. */
  #held = '';

  constructor(tag: string) {
    this.#open = `<${tag}>`;
    this.#close = `</${tag}>`;
  }

  /** True once everything that follows is text: the splitter is no longer needed. */
  get isDone(): boolean {
    return this.#state === 'text';
  }

  split(delta: string): SplitText {
    if (this.#state === 'text') return { reasoning: '', text: delta };
    let rest = this.#held + delta;
    let reasoning = '';
    this.#held = '';
    if (this.#state === 'before') {
      const start = rest.trimStart();
      if (start.length < this.#open.length && this.#open.startsWith(start)) return this.#hold(rest, '');
      if (!start.startsWith(this.#open)) return this.#plain(rest, '');
      this.#state = 'inside';
      rest = start.slice(this.#open.length);
    }
    if (this.#state === 'inside') {
      const end = rest.indexOf(this.#close);
      if (end === -1) {
        const kept = partialTag(rest, this.#close);
        return this.#hold(rest.slice(rest.length - kept), rest.slice(0, rest.length - kept));
      }
      reasoning = rest.slice(0, end);
      rest = rest.slice(end + this.#close.length);
      this.#state = 'after';
    }
    // The blank lines between the tag and the answer belong to neither.
    const text = rest.trimStart();
    return text === '' ? { reasoning, text } : this.#plain(text, reasoning);
  }

  /** What is still held back when the answer ends: reasoning where a tag is open, else text. */
  flush(): SplitText {
    const held = this.#held;
    this.#held = '';
    return this.#state === 'inside' ? { reasoning: held, text: '' } : { reasoning: '', text: held };
  }

  #hold(held: string, reasoning: string): SplitText {
    this.#held = held;
    return { reasoning, text: '' };
  }

  #plain(text: string, reasoning: string): SplitText {
    this.#state = 'text';
    return { reasoning, text };
  }
}

/** How many characters at the end of `text` may be the beginning of a tag. */
function partialTag(text: string, tag: string): number {
  for (let length = Math.min(tag.length - 1, text.length); length > 0; length--) {
    if (text.endsWith(tag.slice(0, length))) return length;
  }
  return 0;
}
